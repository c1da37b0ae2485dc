"""Discrete spaces: N weights or spins, each +1 or -1, with an exact integer cost; their states are enumerated, not solved for."""
