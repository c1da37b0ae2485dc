"""Start systems whose solutions are known, and start sets that monodromy finds once for a whole family."""
