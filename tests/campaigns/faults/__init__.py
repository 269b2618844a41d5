"""Faults from outside, many times: after each, the same command must end with the bytes of a clean run."""
