"""Two engines compared, in ten lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from study.measurement.written import decimal
from study.own.against import WAYS, digits, furthest, furthest_token
from study.own.answer import figures

if TYPE_CHECKING:
    from study.own.against import Against
    from study.own.score import Tally


def answer(made: Against) -> list[str]:
    """What was compared, sequences, tokens, what rounding explains, estimates of KL, and formulas in formats."""
    return [compared(made), sequences(made), tokens(made), rounding(made), divergence(made), *table(made)]


def compared(made: Against) -> str:
    """The files and what they hold."""
    count, length = made.log.shape
    padded = made.log.size - made.tokens
    left = f", {padded:,} of them left out" if padded else ""
    size = f"{_count(count, 'sequence')} of {_count(length, 'token')}{left}"
    a, b = made.names
    return f"{a} (a) against {b} (b): {size}; a in {_stored(made, 0)}, b in {_stored(made, 1)}"


def _stored(made: Against, which: int) -> str:
    dtype, form = made.pair.dtypes[which], made.pair.forms[which].name
    return dtype if dtype == form else f"{dtype}, every number one of {form}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def sequences(made: Against) -> str:
    """The exact ratios of sequences."""
    ratio, at = made.ratio.to_float(), furthest(made)
    held = ratio[~np.isnan(ratio)]
    span = f"{held.min():.6g} to {held.max():.6g}, median {np.median(held):.6g}" if held.size else "undefined"
    exactly = decimal(made.ratio[at], figures(made.ratio[at]))
    return f"ratio of a sequence, exp Σ(a − b): {span}; furthest from 1: sequence {at}, exactly {exactly}"


def tokens(made: Against) -> str:
    """How many tokens leave the band."""
    at, (low, high) = furthest_token(made), made.band
    share = _share(made.outside.sum(), made.tokens)
    return (
        f"ratio of a token, exp(a − b): {share} outside [{low:g}, {high:g}]; "
        f"furthest from 1: {at} (sequence, token), {made.token_ratio[at]:.6g}"
    )


def _share(some: int, of: int) -> str:
    return f"{int(some):,} of {of:,} ({100 * some / of:.2g}%)"


def rounding(made: Against) -> str:
    """What rounding of the stored numbers alone explains."""
    change = 100 * np.expm1(made.rounding[made.pair.kept])
    gone = int(made.outside.sum())
    explains = (
        f"alone it explains {int(made.explained.sum()):,} of the {gone:,} outside, and" if gone else "it explains"
    )
    return (
        f"rounding as stored, half an ulp of both: moves a ratio by {np.median(change):.2g}% (median), at most "
        f"{change.max():.2g}%; {explains} all of the difference of {_share(made.same, made.tokens)}"
    )


def divergence(made: Against) -> str:
    """The three estimates."""
    said = ", ".join(f"{name} {value:.6g}" for name, value in made.estimates.items())
    return f"KL(b, a) in nats a token, if b drew the tokens: {said}"


def table(made: Against) -> list[str]:
    """In each format the decimal digits right of the worst sequence ratio, by each formula."""
    formats = list(dict.fromkeys(form for _, form in made.tallies))
    head = ["digits right of the worst sequence", *formats]
    rows = [[said, *(_cell(made.tallies[way, form]) for form in formats)] for way, said in WAYS.items()]
    wide = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return ["  ".join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)).rstrip() for row in (head, *rows)]


def _cell(tally: Tally) -> str:
    lost = f", {tally.lost:,} lost" if tally.lost else ""
    return f"{digits(tally):.1f}{lost}" if math.isfinite(tally.off) else f"0.0{lost}"
