"""The study of weight spaces: connected or broken, with depth, load, data and symmetry."""
