"""How a reference table lies on disk."""
