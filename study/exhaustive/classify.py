"""Computed values judged against references with a bound: error bins and outcomes counted, run by run.

Most values of a run are judged in vector instructions (``study.exhaustive.verdict``), what that leaves open by itself;
a value whose bin or outcome the bound leaves open is not counted, but listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine.compiled import Floats, Integers, Whole, from_bits, inline, kernel
from study.exhaustive.judge import NORMAL, judge
from study.exhaustive.verdict import HALVES, NONE, SHIFT, any_run, counted, largest_of, open_in, ordinary_run

if TYPE_CHECKING:
    from study.exhaustive.limits import Limits

RUN = 512
"""Neighbouring inputs, mostly of one kind."""
FEW = 8


@inline
def settle_open(
    computed: Floats,
    hi: Floats,
    lo: Floats,
    bound: Floats,
    limits: Limits,
    errors: Floats,
    codes: Integers,
    open_: Integers,
    start: int,
    count: int,
) -> int:
    """Judge by itself what has no code yet; returns how many are listed as open."""
    for i in range(codes.size):
        if codes[i] < 0:
            errors[i], place, outcome = judge(np.float64(computed[i]), hi[i], lo[i], bound[i], limits)
            if place < 0:
                open_[count] = start + i
                count += 1
            else:
                codes[i] = outcome << SHIFT | place
    return count


@inline
def add_up(codes: Integers, histogram: Integers, outcomes: Integers) -> None:
    """Count codes: one after the other over the whole run while they are few, and then value by value."""
    _, code = counted(codes, np.int64(-1))
    for _ in range(FEW):
        if code == NONE:
            return
        count, following = counted(codes, code)
        histogram[code & HALVES] += count
        outcomes[code >> SHIFT] += count
        code = following
    for i in range(codes.size):
        if codes[i] >= code:
            histogram[codes[i] & HALVES] += 1
            outcomes[codes[i] >> SHIFT] += 1


@kernel
def classify(
    computed: Floats,
    hi: Floats,
    lo: Floats,
    bound: Floats,
    limits: Limits,
    histogram: Integers,
    outcomes: Integers,
    open_: Integers,
) -> tuple[float, int, int]:
    """Count what is decided; returns the largest error, where it is first met, and how many are left open.

    Args:
        computed: results in binary32 or binary64.
        hi: leading words of the references.
        lo: trailing words.
        bound: bounds on what the two words leave out.
        limits: of the format.
        histogram: counts by bin, added to.
        outcomes: counts by outcome, added to.
        open_: positions of the values left open, filled from the front.
    """
    worst: Whole = np.int64(-1)
    at, count, usual = -1, 0, True
    errors, codes = np.empty(RUN), np.empty(RUN, dtype=np.int64)
    for start in range(0, computed.size, RUN):
        stop = min(start + RUN, computed.size)
        run, held, rest, off = computed[start:stop], hi[start:stop], lo[start:stop], bound[start:stop]
        size = stop - start
        error, code = errors[:size], codes[:size]
        if usual:
            ordinary_run(run, held, rest, off, limits, error, code)
            usual = open_in(code) == 0
        if not usual:
            any_run(run, held, rest, off, limits, error, code)
            if open_in(code) > 0:
                count = settle_open(run, held, rest, off, limits, error, code, open_, start, count)
            usual = code[0] >= 0 and code[0] >> SHIFT == NORMAL
        add_up(code, histogram, outcomes)
        largest = largest_of(error, code)
        if largest > worst:
            worst = largest
            wanted = from_bits(largest)
            for i in range(size):
                if code[i] >= 0 and error[i] == wanted:
                    at = start + i
                    break
    return (from_bits(worst) if at >= 0 else -1.0), at, count
