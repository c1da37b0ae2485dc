"""The census: the certified, classified and judged list of all stationary points of one landscape."""
