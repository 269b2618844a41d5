import math
import re

import pandas as pd
import pytest

from study.problems import PROBLEMS
from study.report import figures, style, svg
from study.report.figures import scale
from study.report.figures.paper import path
from study.plots.text import measure
from study.run import discover
from study.store import read_tables


def test_a_figure_follows_its_table():
    experiment = next(e for e in discover() if e.name == "product_underflow")
    tables = read_tables(experiment)
    rows = tables["sweep"]
    other = {**tables, "sweep": rows.assign(max_ulp=rows["max_ulp"] * 1.5)}
    before, after = (experiment.figures["likelihood"](t) for t in (tables, other))
    assert before.alt != after.alt
    assert svg.alone(before) != svg.alone(after)


def test_numbers_in_the_alternative_text_are_those_of_the_table():
    tables = {"t": synthetic()}
    drawing = figures.pareto("t", "softmax")(tables)
    assert f"faithful ({measure(0.9, 'ulps')} at {measure(50.0, 'ns/element')})" in drawing.alt


@pytest.mark.parametrize(
    "draw",
    [
        figures.outcome_map("t", "softmax", ["naive", "faithful"]),
        figures.matrix("t", rows="library", columns="problem", algorithm="faithful"),
        figures.pareto("t", "softmax"),
        figures.worst_errors("t", algorithm="faithful"),
    ],
)
def test_every_kind_of_figure_draws(draw):
    text = svg.alone(draw({"t": synthetic()}))
    assert text.count("<text") > 4
    assert "#" not in re.sub(r"<style>.*?</style>", "", text), "a colour without a variable"


def test_a_parameter_may_be_negative():
    table = synthetic().assign(value=lambda t: t["offset"] * 10.0, backend="numpy")
    table = table[(table["spread"] == 1) & (table["algorithm"] == "faithful")]
    text = svg.alone(figures.error_against("t", "softmax", "i")({"t": table}))
    assert "−1000" in text


def test_a_selection_without_rows_is_refused():
    with pytest.raises(ValueError, match="no rows for problem 'softmax' and inputs 'nothing'"):
        figures.error_against("t", "softmax", "nothing")({"t": synthetic()})


def test_algorithms_of_one_problem_look_different():
    for problem in PROBLEMS.values():
        hands = [style.hand(name) for name in problem.algorithms]
        assert len(set(map(str, hands))) == min(len(hands), len(style.HANDS)), problem.name


def test_colours_are_readable_on_their_ground():
    for ink in (style.TEXT, style.QUIET, *(hand.ink for hand in style.HANDS)):
        assert contrast(ink.light, style.GROUND.light) >= 4.5, ink
        assert contrast(ink.dark, style.GROUND.dark) >= 4.5, ink
    for ink in style.HEAT:
        assert contrast(style.TEXT.light, ink.light) >= 4.5, ink
        assert contrast(style.TEXT.dark, ink.dark) >= 4.5, ink


def test_a_figure_in_a_page_has_neither_identifiers_nor_a_style_sheet_of_its_own():
    drawing = figures.pareto("t", "softmax")({"t": synthetic()})
    assert not re.search(r"\bid=|<style|href=", svg.inline(drawing))
    classes = {name for names in re.findall(r'class="([^"]+)"', svg.alone(drawing)) for name in names.split()}
    assert all(f".{name}" in svg.sheet() for name in classes)


@pytest.mark.parametrize(
    ("axis", "places"),
    [
        (scale.linear(0, 10, 100), {0: 0, 5: 50, 10: 100}),
        (scale.log(1, 1e4, 100), {1: 0, 100: 50, 1e4: 100, 0: -100}),
        (scale.swept([-100, -1, 0, 1, 100], 60), {-100: 0, -1: 20, 0: 30, 1: 40, 100: 60}),
    ],
)
def test_scales(axis, places):
    assert {value: pytest.approx(axis(value)) for value in places} == places
    assert all(0 <= axis(tick) <= axis.length for tick, _ in axis.ticks)


def test_a_line_is_interrupted_where_a_number_is_missing():
    assert path([(0, 0), (1, 1), (2, math.nan), (3, 3), (4, 4)]) == "M0 0L1 1M3 3L4 4"


def contrast(one, other):
    """WCAG 2 contrast ratio."""
    a, b = sorted((luminance(one), luminance(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def synthetic():
    """A small tidy table with everything that any figure asks for."""
    rows = [
        {
            "problem": "softmax", "algorithm": name, "format": form, "inputs": "i", "parameter": "x", "value": 1,
            "backend": "numpy", "count": 10, "library": "numpy",
            "offset": offset, "spread": spread, "ns_per_element": cost,
            "max_ulp": worst, "median_ulp": 0.2, "p99_ulp": worst, "max_relative": 0.0, "max_cond": 1.0,
            "bound_u": 30.0, "subnormal": 0, "overflow": 0, "underflow": 0, "missed": 0, "limit": 0,
            "nan": int(name == "naive" and offset + spread > 80),
        }
        for name, cost, worst in (("naive", 3.0, 5.0), ("faithful", 50.0, 0.9))
        for form in ("float32", "float64")
        for offset in (-100, 0, 100)
        for spread in (1, 10, 100)
    ]  # fmt: skip
    return pd.DataFrame(rows)
