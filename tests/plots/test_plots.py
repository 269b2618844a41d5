"""Figures of measurements: what is drawn is what the table holds, in a style of their own."""

import itertools
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import study
from study import plots
from study.plots import _errors, canvas, looks, words
from study.plots._tails import exceeding
from study.plots._values import height
from study.plots.text import number
from study.problems import PROBLEMS
from study.report import svg
from study.runs.runner import discover
from study.runs.store import read_tables


def synthetic():
    """A small tidy table with everything that any figure asks for."""
    rows = [
        {
            "problem": "softmax", "algorithm": name, "format": form, "inputs": "i", "parameter": "x", "value": offset,
            "backend": "numpy", "count": 10, "offset": offset, "spread": spread, "times_naive": cost,
            "max_ulp": worst, "p99_ulp": worst, "max_relative": 0.0, "max_u": worst, "bound_u": 30.0,
            "subnormal": 0, "overflow": 0, "underflow": 0, "missed": 0, "limit": 0,
            "nan": int(name == "naive" and offset + spread > 80),
        }
        for name, cost, worst in (("naive", 1.0, 5.0), ("faithful", 50.0, 0.9))
        for form in ("float32", "float64")
        for offset in (-100, 0, 100)
        for spread in (1, 10, 100)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def swept(**equal):
    table = synthetic()
    for name, value in ({"spread": 1} | equal).items():
        table = table[table[name] == value]
    return table


LOGS = pd.DataFrame(
    [
        {"format": form, "factor": factor, "n": n, "product": product, "log": n * np.log(factor)}
        for factor, end in ((0.1, 0.0), (40.0, np.inf))
        for form, last in (("float16", 8), ("float64", 300))
        for n in (1, 10, 100, 1000)
        for product in [factor**n if n < last else end]
    ]
)

RIGHT = pd.DataFrame(
    {
        "function": ["naive", "naive", "faithful", "faithful"],
        "format": ["float16", "float32"] * 2,
        "digits": [2.0, 5.0, 3.5, 7.5],
        "lost": [4, 0, 0, 0],
    }
)

DRAWN = {
    "digits": lambda ax=None: plots.digits(RIGHT, ax),
    "errors": lambda ax=None: plots.errors(swept(format="float32"), ax),
    "worst": lambda ax=None: plots.worst(swept(format="float32"), ax),
    "outcomes": lambda ax=None: plots.outcomes(
        swept(format="float32", algorithm="naive", spread=1), "spread", "offset", ax
    ),
    "costs": lambda ax=None: plots.costs(swept(format="float32", offset=0), ax),
    "lines": lambda ax=None: plots.lines(swept(format="float32"), "value", "max_ulp", ax, by="algorithm"),
    "curve": lambda ax=None: plots.curve(swept(format="float32"), "value", "max_ulp", ax, across="x", up="y"),
    "values": lambda ax=None: plots.values(LOGS, ax),
    "tails": lambda ax=None: plots.tails(
        pd.DataFrame(
            [{"problem": "exp", "format": "float16", "algorithm": "f", "count": 10, "max_ulp": 3, "sweep": "s"}]
        ),
        {"s": pd.DataFrame({"algorithm": ["f"], "above_ulp": [1.0], "count": [4]})},
        ax,
    ),
}


def test_every_public_function_is_drawn_here():
    assert set(DRAWN) == set(plots.__all__)


@pytest.mark.parametrize("name", DRAWN)
def test_it_draws_on_a_new_figure_or_on_axes_that_are_given(name):
    made = DRAWN[name]()
    assert isinstance(made, Figure)
    assert made.axes
    own = Figure()
    part = own.subfigures(1, 2)[0].subplots()
    assert DRAWN[name](part) is own
    assert part.has_data() or part.patches


@pytest.mark.parametrize("name", DRAWN)
def test_no_global_state_of_matplotlib_changes(name):
    before = dict(mpl.rcParams)
    DRAWN[name]()
    assert dict(mpl.rcParams) == before


def test_pyplot_is_not_there_when_a_figure_is_made_and_saved():
    code = (
        "import io, sys, pandas as pd; from study import plots\n"
        "table = pd.DataFrame({'format': ['a', 'a'], 'x': [1, 2], 'y': [1.0, 2.0]})\n"
        "plots.lines(table, 'x', 'y').savefig(io.BytesIO())\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_matplotlib_is_imported_only_where_something_is_drawn():
    code = "import sys, study, study.plots; assert not [m for m in sys.modules if m.startswith('matplotlib')]"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_three_lines_make_a_figure_of_ones_own(tmp_path):
    table = study.measure(lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True), "softmax", "float32", "wide")
    plots.worst(table).savefig(tmp_path / "mine.pdf")
    assert (tmp_path / "mine.pdf").read_bytes().startswith(b"%PDF")


def test_one_axes_takes_one_panel():
    with pytest.raises(ValueError, match="one axes takes one panel, and the table has float32, float64: pick"):
        plots.errors(swept(), Figure().subplots())


def test_a_selection_without_rows_is_refused():
    with pytest.raises(ValueError, match="nothing to draw: the table has no such rows"):
        plots.errors(swept(format="float8"))


def test_an_error_is_drawn_where_it_is_and_what_is_lost_above_all_others():
    table = swept(format="float32")
    drawn = {line.get_label(): list(line.get_ydata()) for line in plots.errors(table).axes[0].lines}
    assert drawn["faithful"] == [0.9, 0.9, 0.9]
    assert drawn["naive"] == [5.0, 5.0, _errors.LOST]
    much = _errors.heights(table.assign(max_ulp=2e3, nan=0))
    assert set(much) == {_errors.MORE}
    assert set(_errors.heights(table.assign(max_ulp=1e-9, nan=0))) == {_errors.FLOOR}


def test_a_number_that_leaves_the_range_is_drawn_as_lost_however_few_its_ulps():
    out = swept(format="float32").assign(problem="likelihood", nan=0, max_ulp=7e-56, max_relative=1.0, limit=10)
    assert set(_errors.heights(out)) == {_errors.LOST}
    component = out.assign(problem="softmax")
    assert set(_errors.heights(component)) == {_errors.FLOOR}


def test_a_product_ends_where_the_table_says():
    axes = plots.values(LOGS).axes[0]
    crosses = [line for line in axes.lines if line.get_marker() == "X"]
    assert sorted((line.get_xdata()[0], np.sign(line.get_ydata()[0])) for line in crosses) == [
        (10, -1), (10, 1), (1000, -1), (1000, 1),
    ]  # fmt: skip
    assert height([0, 1, -1, 100, -1000]).tolist() == [0, 1, -1, 3, -4]


def test_a_line_that_is_no_longer_finite_ends_in_a_cross():
    table = swept(format="float32", algorithm="naive").assign(max_ulp=[1.0, 2.0, np.nan])
    figure = plots.lines(table, "value", "max_ulp", by="algorithm")
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.texts] == ["naive ×"]
    assert axes.lines[1].get_ydata() == [2.0]
    assert "naive from 1 to 2, then nothing finite" in words.told(figure)


def test_a_cost_stands_beside_its_error():
    said = [text.get_text() for text in plots.costs(swept(format="float32", offset=0)).axes[0].texts]
    assert said == ["× 1   5 ulps", "× 50   0.900 ulps"]


def test_shares_are_those_of_the_histogram():
    histogram = pd.DataFrame({"above_ulp": [0.0, 0.5, 2.0], "count": [90, 8, 2]})
    assert exceeding(histogram, 100) == [(0.5, 0.1), (2.0, 0.02)]


def test_the_alternative_text_tells_where_lines_start_and_end():
    told = words.told(plots.errors(swept()))
    assert told.startswith("Worst error (ulps) against x. float32: naive from 5 to lost; faithful from 0.900 to 0.900")
    assert "float64: naive" in told
    assert "? 1 times" not in words.told(DRAWN["outcomes"]())


@pytest.mark.parametrize(
    ("places", "apart"),
    [([0.5], [0.5]), ([0.2, 0.8], [0.2, 0.8]), ([0.5, 0.5], [0.45, 0.55]), ([0.5, 0.5, 0.5], [0.4, 0.5, 0.6])],
)
def test_labels_move_apart_as_little_as_that_takes(places, apart):
    assert canvas.spread(places, 0.1) == pytest.approx(apart)


@pytest.mark.parametrize("places", [[0.99] * 4, [0.0] * 4, [0.1, 0.12, 0.5, 0.98, 0.99], [0.3, 0.3, 0.35, 0.4, 0.4]])
def test_labels_never_lie_over_another_nor_beyond_the_axes(places):
    apart = canvas.spread(places, 0.1)
    assert all(b - a >= 0.1 - 1e-12 for a, b in itertools.pairwise(apart))
    assert apart[0] >= canvas.BOTTOM - 1e-12
    assert apart[-1] <= canvas.HIGHEST + 1e-12


@pytest.mark.parametrize("name", ["errors", "lines", "values", "outcomes"])
def test_the_frame_is_most_of_the_figure(name):
    figure = {"errors": lambda: plots.errors(swept())}.get(name, DRAWN[name])()
    tops = {axes.get_position().y0 for axes in figure.axes}
    for top in tops:
        assert sum(axes.get_position().width for axes in figure.axes if axes.get_position().y0 == top) >= 0.6


@pytest.mark.parametrize("experiment", [e for e in discover() if e.figures], ids=lambda e: e.name)
def test_a_figure_and_its_message_follow_the_tables(experiment):
    tables = read_tables(experiment)
    other = {name: turned(table) for name, table in tables.items()}
    for figure in experiment.figures.values():
        before, after = figure.message(tables), figure.message(other)
        assert before
        assert len(before) <= 200
        assert before != after
        assert svg.alone(figure.draw(tables), "f") != svg.alone(figure.draw(other), "f")


@pytest.mark.parametrize("experiment", [e for e in discover() if e.figures], ids=lambda e: e.name)
def test_no_word_is_cut_off_or_written_over_another(experiment):
    """In the files, in the letters that matplotlib measures; test_browser holds the page to it in a reader's."""
    tables = read_tables(experiment)
    for name, figure in ((name, figure.draw(tables)) for name, figure in experiment.figures.items()):
        FigureCanvasAgg(figure).draw()
        whole = figure.bbox
        texts = [
            text for text in figure.findobj(mpl.text.Text) if text.get_text().strip() and text not in beyond(figure)
        ]
        boxes = [(text.get_text(), mpl.text.Text.get_window_extent(text)) for text in texts]
        assert boxes
        for k, (said, box) in enumerate(boxes):
            assert box.x0 >= whole.x0 - 1, f"{name}: {said} is cut off"
            assert box.x1 <= whole.x1 + 1, f"{name}: {said} is cut off"
            for other, there in boxes[:k]:
                wide, high = (
                    min(box.x1, there.x1) - max(box.x0, there.x0),
                    min(box.y1, there.y1) - max(box.y0, there.y0),
                )
                assert wide <= 2.5 or high <= 2.5, f"{name}: {said} lies over {other}"


def beyond(figure):
    """The labels of ticks that lie beyond the ends of their axis, and are not drawn."""
    axes = [one for axes in figure.axes for one in (axes.xaxis, axes.yaxis)]
    ends = [(one, sorted(one.get_view_interval())) for one in axes]
    return [t.label1 for one, (low, high) in ends for t in one.get_major_ticks() if not low <= t.get_loc() <= high]


def turned(table):
    """The same inputs, each with twice the measurements of another."""
    keys = {"p", "n", "count", "factor", "step", "rate", "size", "spread", "offset", "normal"}
    keys |= set() if "step" in table else {"value"}
    measured = [k for k in table.select_dtypes("number") if k not in keys]
    with np.errstate(over="ignore"):
        return table.assign(**{k: 2 * table[k].to_numpy()[::-1] for k in measured})


def test_algorithms_of_one_problem_look_different():
    for problem in PROBLEMS.values():
        hands = [looks.hand(name) for name in problem.algorithms]
        assert len(set(map(str, hands))) == min(len(hands), len(looks.HANDS)), problem.name
    assert len({hand.marker for hand in looks.HANDS}) == len(looks.HANDS)


def test_colours_are_readable_on_their_ground():
    for ink in (looks.TEXT, looks.QUIET, *(hand.ink for hand in looks.HANDS)):
        assert contrast(ink.light, looks.GROUND.light) >= 4.5, ink
        assert contrast(ink.dark, looks.GROUND.dark) >= 4.5, ink
    for ink in looks.HEAT:
        assert contrast(looks.TEXT.light, ink.light) >= 4.5, ink
        assert contrast(looks.TEXT.dark, ink.dark) >= 4.5, ink


MACHADO = {
    "none": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""What each kind of colour blindness, complete, makes of linear sRGB: Machado, Oliveira and Fernandes (2009)."""


@pytest.mark.parametrize("kind", MACHADO)
@pytest.mark.parametrize("ground", ["light", "dark"])
def test_colours_are_told_apart_by_everybody(kind, ground):
    places = [lab(np.clip(MACHADO[kind] @ linear(getattr(hand.ink, ground)), 0, 1)) for hand in looks.HANDS]
    apart = [np.linalg.norm(a - b) for k, a in enumerate(places) for b in places[:k]]
    assert min(apart) > 10


def test_the_style_sheet_has_the_colours_of_the_page():
    text = canvas.STYLE.read_text(encoding="utf-8")
    used = {
        f"#{line.split(': ')[1]}" for line in text.splitlines() if line.split(": ")[0].endswith(("color", "facecolor"))
    }
    assert used <= {ink.light for ink in looks.INKS}


def contrast(one, other):
    """WCAG 2 contrast ratio."""
    a, b = sorted((float([0.2126, 0.7152, 0.0722] @ linear(c)) for c in (one, other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def linear(colour):
    """Linear sRGB."""
    v = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE 1976 L*a*b* of linear sRGB, white D65."""
    matrix = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    xyz = matrix @ rgb / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_numbers_are_those_of_the_table():
    axes = DRAWN["costs"]().axes[0]
    assert number(50.0, 2) in axes.texts[1].get_text()


def test_digits_are_a_mark_a_format_and_what_is_lost_stands_at_nothing():
    (axes,) = plots.digits(RIGHT).axes
    drawn = {line.get_label(): list(line.get_xdata()) for line in axes.lines}
    assert drawn == {"float16": [0.0, 3.5], "float32": [5.0, 7.5]}
    assert [text.get_text() for text in axes.texts] == ["4 lost in float16"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["naive", "faithful"]
    with pytest.raises(ValueError, match="nothing to draw"):
        plots.digits(RIGHT[:0])
