"""Experiments, how they are run, and what is stored."""
