"""Networks with one layer of two rectified units: all their local minima, kinks included, by convexity on the faces of arrangements."""
