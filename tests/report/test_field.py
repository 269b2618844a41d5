import pandas as pd
import pytest

from study.report import field

ROW = {
    "title": "logsumexp of [0, −40] is 0", "link": "https://github.com/scipy/scipy/issues/18295",
    "problem": "logsumexp", "format": "float64", "layout": "rows", "input": "[0.0, -40.0]", "reference": 4.25e-18,
    "fixed": "", "whose": "reported",
}  # fmt: skip


def shown(verdict, backend="scipy", **report):
    rows = [
        ROW | {"backend": backend, "algorithm": "f", "computed": 4.25e-18, "verdict": "right"},
        ROW | {"backend": backend, "algorithm": "g", "computed": 0.0, "verdict": verdict},
        ROW | {"backend": "study", "algorithm": "faithful", "computed": 4.25e-18, "verdict": "right"},
        ROW | {"backend": "numpy", "algorithm": None, "computed": None, "verdict": "not applicable"},
    ]
    view = field.view("reports", pd.DataFrame(rows).assign(**report))
    (line,) = view.rows
    return dict(zip([h.title for h in view.headings], [value.text for value in line], strict=True))


def test_a_report_has_one_line_with_the_gravest_verdict_of_each_library():
    line = shown("wrong")
    assert line["scipy"] == "wrong: 0"
    assert (line["numpy"], line["faithful"], line["Today"]) == ("–", "right", "still wrong")
    assert line["Exact"] == "4.25000e−18"


def test_the_verdict_follows_the_table():
    assert shown("right")["Today"] == "fixed"
    assert shown("inexact")["Today"] == "inexact"
    assert shown("wrong", backend="torch")["Today"] == "–"


def test_a_reader_sees_where_it_was_fixed_and_whose_the_input_is():
    line = shown("right")
    assert (line["Fixed in"], line["Input"]) == ("–", "[0.0, -40.0]")
    line = shown("right", fixed="1.15.0", whose="ours")
    assert (line["Fixed in"], line["Input"]) == ("1.15.0", "[0.0, -40.0] (ours)")


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://github.com/scipy/scipy/issues/18295", "scipy#18295"),
        ("https://github.com/JuliaStats/LogExpFunctions.jl", "LogExpFunctions.jl"),
        ("https://scicomp.stackexchange.com/questions/3538", "scicomp.stackexchange.com"),
    ],
)
def test_links_in_few_letters(link, words):
    assert field.short(link) == words
