"""The constants, recomputed by Arb."""

from __future__ import annotations

import flint
import numpy as np

from study.certified.engine import tables


def assert_words(words: tuple[float, ...], true: flint.arb, bits: int) -> None:
    with flint.ctx.workprec(500):
        distance = abs(sum((flint.arb(word) for word in words), flint.arb(0)) - true)
        assert distance <= flint.arb((1, -bits)) * abs(true)


def test_constants() -> None:
    with flint.ctx.workprec(500):
        ln2 = flint.arb.const_log2()
        assert_words((tables.LN2_HI, tables.LN2_LO), ln2, 107)
        assert_words((tables.STEP_1, tables.STEP_2, tables.STEP_3), ln2 / 256, 159)
        assert_words((tables.STEP_INVERSE,), 256 / ln2, 53)


def test_coefficients() -> None:
    with flint.ctx.workprec(500):
        for n, words in enumerate(tables.EXP):
            assert_words(words, 1 / flint.arb(n).gamma() / max(n, 1) if n else flint.arb(1), 106)
        for n, words in enumerate(tables.LOG[1:], start=1):
            assert_words(words, flint.arb((-1) ** (n + 1)) / n, 106)


def test_powers_of_two() -> None:
    with flint.ctx.workprec(500):
        for j in range(256):
            assert_words(tuple(tables.POWERS[:, j]), (flint.arb.const_log2() * j / 256).exp(), 106)


def test_reciprocals_and_logarithms() -> None:
    with flint.ctx.workprec(500):
        for index, c in enumerate(tables.RECIPROCALS):
            j = index - tables.CENTRE
            assert c * 2048 == np.rint(c * 2048)
            assert abs(c - 256 / (256 + j)) <= 2.0**-12
            assert_words(tuple(tables.LOGARITHMS[:, index]), -flint.arb(float(c)).log(), 106)
        assert tables.RECIPROCALS[tables.CENTRE] == 1
