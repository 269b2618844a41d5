"""Arithmetics of rising precision on NumPy arrays, and the evaluation that climbs them: ``faithful``."""

from study.arithmetic.faithful import faithful

__all__ = ["faithful"]
