"""Sweeps of every bit pattern: nothing sampled, so that a maximum is the maximum."""
