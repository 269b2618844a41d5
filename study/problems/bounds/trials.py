"""Bounds on the loss of successes in trials: each operation's share, in u; m = n - k, q = 1 - p."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic import special as functions
from study.problems.bounds.gamma import FEW, factorial, height, of_logs, of_sum
from study.problems.bounds.model import elementary, special

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def logs(form: Format, args: Args, reference: Exact) -> Floats:
    """g (log n! + log k! + log m!) and (k_l + 1)(k |log p| + m |log q|), m = n − k; and the sums' shares; / |value|."""
    (count, n, p), value = args, reference.to_float()
    with np.errstate(all="ignore"):
        rest = n - count
        powers = [np.where(c > 0, c * log, 0) for c, log in ((count, np.log(p)), (rest, np.log1p(-p)))]
        sizes: Any = [functions.gammaln(v + 1) for v in (n, count, rest)]
        ways = np.abs(sizes[0] - sizes[1]) + 2 * np.abs(sizes[0] - sizes[1] - sizes[2])
        partial = np.abs(sizes[0] - sizes[1] - sizes[2] + powers[0])
        rounded = np.where(n < 1 / form.u, 0, rest * (functions.digamma(rest + 1) - np.log1p(-p)))
        shares = sum(factorial(form, v) for v in (n, count, rest)) + sum(of_logs(form, v) for v in powers)
        return of_sum(form, shares + ways + partial + rounded, value)


def saddle_point(form: Format, args: Args, reference: Exact) -> Floats:
    """(of n p, where it cancels in both logs; (k_l + 1) of these; height; |value|) u / |value|, for n up to 1/u."""
    (count, n, p), value = args, reference.to_float()
    with np.errstate(all="ignore"):
        many = (count >= FEW) & (n - count >= FEW)
        held, rest = np.where(many, count, FEW), np.where(many, n - count, FEW)
        shares = np.where(many, _of_many(form, held, rest, np.where(many, p, 0.5)), _of_few(form, count, n, p))
        return of_sum(form, np.where(n < 1 / form.u, shares, np.inf), value)


def _of_many(form: Format, held: Floats, rest: Floats, p: Floats) -> Floats:
    """Shares where neither is few: n p - k is off by off u, which nearly cancels between log1p(d/k) and log1p(-d/m)."""
    n, q = held + rest, 1 - p
    apart, least = n * p - held, np.minimum(held, rest) / 2
    near = (np.abs(apart) < least * (1 - 8 * form.u)) & (n * p * form.u < least / 8)
    logs_ = [held * np.log(n * p / held), rest * np.log(n * q / rest)]
    turned = [1 / (1 + apart / held), 1 / (1 - apart / rest)]
    off = (n * p + np.abs(apart)) * 1.1
    close = off * np.abs(turned[0] - turned[1]) + off**2 * form.u * (4 / held + 4 / rest)
    close = close + np.abs(apart) * (turned[0] + turned[1])
    far = 2 * off + 3 * (held + rest) + 2 * np.abs(apart)
    usual = np.minimum(n * p / held, n * q / rest) > 4 * form.xmin
    rounded = sum(of_logs(form, v) for v in logs_) + np.abs(logs_[0] + logs_[1])
    scale = height(form, held * rest / n) + np.abs(np.log(held * rest / n)) / 2 + 2
    return np.where(usual & (n * p < form.xmax / 4), rounded + np.where(near, close, far) + scale, np.inf)


def _of_few(form: Format, count: Floats, n: Floats, p: Floats) -> Floats:
    """Shares where one is few."""
    swapped, k = count > n - count, elementary(form)
    fewer, rest = np.where(swapped, n - count, count), np.where(swapped, count, n - count)
    own = np.where(swapped, 1 - p, p)
    certain = np.where(rest > 0, rest * np.where(swapped, np.log(p), np.log1p(-p)), 0)
    odds = np.where(fewer > 0, fewer * np.log(n * own), 0)
    ways, off = functions.gammaln(fewer + 1), special(form, "gammaln") * np.maximum(functions.gammaln(fewer + 1), 1)
    for j in range(1, int(FEW) - 1):
        share = np.where(fewer > j, j / np.where(fewer > j, n, 2 * j), 0)
        ways, off = ways - np.log1p(-share), off + share / (1 - share) - k * np.log1p(-share)
    sums = fewer * ways + np.abs(ways - odds)
    usual = (fewer == 0) | (n * own > 4 * form.xmin)
    shares = of_logs(form, certain) + of_logs(form, odds) + 2 * fewer + off + sums
    return np.where(usual & (count <= n), shares, np.inf)
