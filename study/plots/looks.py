"""One visual language: the same colour, marker and dash for the same formula, wherever it is drawn."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any, NamedTuple

from study.formats import KNOWN
from study.libraries.backends import BACKENDS
from study.problems import PROBLEMS


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


class Hand(NamedTuple):
    """How a line is drawn: its colour, the marker of its points, and its dashes."""

    ink: Ink
    marker: str
    dash: Any

    @property
    def line(self) -> dict[str, Any]:
        """The keywords that matplotlib's ``plot`` takes."""
        colour = self.ink.light
        return {"color": colour, "marker": self.marker, "linestyle": self.dash, "markerfacecolor": GROUND.light}


HANDS = (
    Hand(Ink("vermilion", "#b8440a", "#ff8f5c"), "X", "-"),
    Hand(Ink("blue", "#0067a5", "#62b6f5"), "o", "-"),
    Hand(Ink("green", "#00805f", "#35c9a0"), "^", (0, (6, 1.5))),
    Hand(Ink("violet", "#8059e0", "#be69b6"), "s", (0, (4, 1.5))),
    Hand(Ink("black", "#2b2b2b", "#dcdcdc"), "D", (0, (6, 1.5, 1, 1.5))),
    Hand(Ink("brown", "#722711", "#fccd2e"), "v", (0, (2, 1.2))),
    Hand(Ink("indigo", "#3920a7", "#8974f8"), "P", (0, (8, 2, 1, 2, 1, 2))),
    Hand(Ink("plum", "#490359", "#aff9b3"), "*", (0, (1.2, 1.2))),
)
"""After Okabe and Ito: readable as text (4.5 : 1), and 11 apart (CIE 1976) in pairs for the three kinds of colour
blindness simulated after Machado, Oliveira and Fernandes (2009)."""

HEAT = (
    Ink("heat-exact", "#e7f3ec", "#17362a"),
    Ink("heat-near", "#d3e5f1", "#1b3a52"),
    Ink("heat-far", "#f6e3b4", "#55430f"),
    Ink("heat-off", "#eec08c", "#6b3c12"),
    Ink("heat-lost", "#e39a80", "#86301a"),
)
"""Grounds of cells, darker the larger the error, such that text on each is readable."""

INKS = (TEXT, QUIET, RULE, GROUND, SHADE, *HEAT, *(hand.ink for hand in HANDS))
ANCHORS = {"naive": 0, "shifted": 1, "faithful": 2, "sum_log": 1}


def hand(name: str, place: int | None = None) -> Hand:
    """How to draw a formula, library or format, wherever it appears; another line by its place among those drawn."""
    if name in KNOWN or name in BACKENDS:
        colour = KNOWN[name].colour if name in KNOWN else BACKENDS[name].colour
        return next((hand for hand in HANDS if hand.ink.name == colour), HANDS[-1])
    other = zlib.crc32(name.encode()) if place is None else place
    return HANDS[_assigned().get(name, other) % len(HANDS)]


@cache
def _assigned() -> dict[str, int]:
    """A place in HANDS for each algorithm, such that those of one problem differ as long as there are enough."""
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
