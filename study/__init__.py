"""Which formula, in which floating-point format, can I trust for likelihoods, softmaxes and losses?"""
