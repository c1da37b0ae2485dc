"""bertini2, a second numerical engine, in a process of its own."""
