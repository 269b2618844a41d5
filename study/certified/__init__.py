"""Exact values: interval arithmetic, certification, the fast engine, and the errors of results against them.

Special values follow one policy: a definition is evaluated in the extended reals, where exp(-inf) = 0, log 0 = -inf,
and inf - inf, inf / inf and 0 * inf are undefined (NaN). A NaN argument makes the results that depend on it NaN.
"""
