"""Exclusion: interval branch and bound over the real domain proves that no real stationary point is missing."""

from homotopy.exclusion.proof import RealProof, prove_real, real_evidence, with_real_proof

__all__ = ["RealProof", "prove_real", "real_evidence", "with_real_proof"]
