"""Minima joined by saddles: gradient flow, graphs, Morse complexes, disconnectivity, funnels."""
