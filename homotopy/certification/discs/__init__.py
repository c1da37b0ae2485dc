"""Rigorous disc arithmetic in doubles, compiled: the fast half of certification."""
