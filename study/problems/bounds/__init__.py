"""A-priori bounds on the relative error, each with its source; infinite where its theorem says nothing.

Each takes a format, the arguments in binary64 and the exact results: ``bound(form, args, reference)``. Those of
``probabilistic`` take lengths, roundings and the level of their probability. docs/bounds.md lists them all.
"""
