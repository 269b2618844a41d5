"""Mutants of the algorithms, made by rule, and whether the gate sees them: ``python -m tests.campaigns.mutation``."""
