"""One visual language: the same colour and dash for the same algorithm, the same marker for the same format."""

from __future__ import annotations

import zlib
from functools import cache
from typing import NamedTuple


class Ink(NamedTuple):
    """A colour by its role, on light and on dark ground."""

    name: str
    light: str
    dark: str


TEXT = Ink("text", "#1c1e21", "#e8e6e1")
QUIET = Ink("quiet", "#5c6066", "#a9adb3")
RULE = Ink("rule", "#d9dbde", "#3b4046")
GROUND = Ink("ground", "#fefefe", "#16181b")
SHADE = Ink("shade", "#f1f1ee", "#22262a")
SHADE_DEEP = Ink("shade-deep", "#e3e2dd", "#30353a")


class Hand(NamedTuple):
    """How an algorithm is drawn: its colour, and the dashes of its line in pixels."""

    ink: Ink
    dash: str


HANDS = (
    Hand(Ink("vermilion", "#b8440a", "#ff8f5c"), ""),
    Hand(Ink("blue", "#0067a5", "#62b6f5"), ""),
    Hand(Ink("green", "#00755a", "#35c9a0"), "11 3"),
    Hand(Ink("purple", "#9c3d76", "#e79cc8"), "6 2.5"),
    Hand(Ink("ochre", "#866000", "#e8b53a"), "11 3 2 3"),
    Hand(Ink("slate", "#4b5a78", "#a8b8d8"), "2.5 2.5"),
    Hand(Ink("black", "#2b2b2b", "#dcdcdc"), "16 4 2 4 2 4"),
    Hand(Ink("brown", "#7a4a2b", "#d8a27e"), "4 5"),
)
"""Okabe and Ito's colours, darkened on light ground until text of that colour is readable (4.5 : 1)."""

HEAT = (
    Ink("heat-exact", "#e7f3ec", "#17362a"),
    Ink("heat-near", "#d3e5f1", "#1b3a52"),
    Ink("heat-far", "#f6e3b4", "#55430f"),
    Ink("heat-off", "#eec08c", "#6b3c12"),
    Ink("heat-lost", "#e39a80", "#86301a"),
)
"""Grounds of a heat map's cells, darker the larger the error, such that text on each is readable."""

ANCHORS = {"naive": 0, "shifted": 1, "faithful": 2, "sum_log": 1}
MARKERS = {"float16": "o", "bfloat16": "s", "float32": "^", "float64": "D", "float8_e4m3fn": "v", "float8_e5m2": "P"}
INKS = (TEXT, QUIET, RULE, GROUND, SHADE, SHADE_DEEP, *HEAT, *(hand.ink for hand in HANDS))
LIBRARIES = ("torch", "numpy", "scipy", "jax", "sklearn")
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'


def hand(algorithm: str) -> Hand:
    """How to draw an algorithm, wherever it appears."""
    known = _assigned()
    return HANDS[known.get(algorithm, zlib.crc32(algorithm.encode()) % len(HANDS))]


@cache
def _assigned() -> dict[str, int]:
    """A place in HANDS for each algorithm, such that those of one problem differ as long as there are enough."""
    from study.problems import PROBLEMS

    rivals: dict[str, set[str]] = {}
    for problem in PROBLEMS.values():
        for name in problem.algorithms:
            rivals.setdefault(name, set()).update(problem.algorithms)
    places = dict(ANCHORS)
    for name, others in rivals.items():
        if name not in places:
            used = [places[other] for other in others if other in places]
            places[name] = min(range(len(HANDS)), key=lambda i: (used.count(i), i))
    return places


def marker(form: str) -> str:
    """The marker of a format."""
    return MARKERS.get(form, "o")


def library_hand(library: str) -> Hand:
    """How to draw a library, wherever it appears."""
    return HANDS[LIBRARIES.index(library) % len(HANDS)] if library in LIBRARIES else HANDS[-1]
