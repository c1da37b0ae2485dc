"""From a landscape to its certified solutions and the account of the paths that led to them."""
