"""Formulas whose result is a decision: which tokens are kept, which one is drawn, whether a draft is accepted.

They are measured by what they decide, not in ulps: by the tokens kept, by the total variation of what is drawn.
"""
