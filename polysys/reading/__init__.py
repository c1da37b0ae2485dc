"""From what a user writes to exact numbers and polynomials."""
