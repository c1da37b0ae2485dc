"""Why no solution is missing: bounds, checks, interval exclusion, and the verdict that joins them."""
