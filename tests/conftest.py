"""Hypothesis draws the same examples in every run; none fails for being slow on a busy machine."""

from hypothesis import settings

settings.register_profile("study", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("study")
