import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from study.libraries import curves, gradients, replay, tables
from study.libraries.backends import BACKENDS
from study.own.named import OfLibrary
from study.runs.store import read_table


def test_presence_lists_all_and_measures_those_asked_for():
    table = tables.presence(["numpy"]).set_index("backend")
    assert set(table.index) == set(BACKENDS)
    assert table["measured"].to_dict() == {name: "yes" if name == "numpy" else "no" for name in BACKENDS}
    assert table["version"]["numpy"] == np.__version__
    assert table["version"]["scipy"] == ""


def test_a_refusal_leaves_counts_whole_numbers(monkeypatch):
    monkeypatch.setitem(BACKENDS, "sklearn", replace(BACKENDS["sklearn"], formats=("float32",)))
    table = tables.on_battery(["sklearn"], ["nll_from_probabilities"])
    refused = table[table["misbehaviour"] != ""]
    assert refused["misbehaviour"].str.contains("NaN").any()
    assert refused["overflow"].isna().all()
    assert table["overflow"].dtype == "Int64"


def test_the_same_table_comes_out_again_byte_by_byte():
    first, second = (tables.on_battery(["scipy"], ["sigmoid"]).to_csv() for _ in range(2))
    assert first == second


def test_row_sums_are_of_the_computed_values():
    table = curves.row_sums(["sklearn", "scipy"], [4], ["rows", "columns"])
    assert (table["row_sum"] == 1).all()
    assert set(table["layout"][table["backend"] == "sklearn"]) == {"rows"}


def test_the_float16_axis_is_whole():
    axis = curves.finite_float16()
    assert len(axis) == 2 * 0x7C00 - 1
    assert (np.diff(axis.astype(np.float64)) > 0).all()
    table = curves.float16_axis(["scipy"], ["sigmoid"])
    assert table["count"].sum() == len(axis)
    assert table["max_ulp"].max() <= 1


def test_gradients_are_measured_at_every_logit():
    cases = list(gradients._arguments([-2.0, 3], classes=False))
    assert [(name, x) for name, x, _ in cases] == [("label 1", -2), ("label 1", 3), ("label 0", -2), ("label 0", 3)]
    assert all(a.dtype == np.float64 for _, _, args in cases for a in args)
    first, again = (gradients._cases("nll_gradient", "float32", (3.0,))[0][2] for _ in range(2))
    assert first is again
    assert gradients.sweep(["numpy"], [1.0]).empty


def test_a_stored_row_is_made_again():
    row = {"backend": "scipy", "problem": "softmax", "algorithm": "scipy.special.softmax", "format": "float16"}
    text = replay.replay("libraries/layouts/0", row | {"inputs": "many ties", "layout": "columns"})
    assert "reference    0.000244140625" in text
    assert text.splitlines()[-1].endswith(
        "study measure scipy.special.softmax --problem softmax --format float16 --inputs 'many ties' --layout 'columns'"
    )
    assert OfLibrary("softmax", "scipy.special.softmax", "columns").load().__name__ == "scipy.special.softmax"


@pytest.mark.parametrize("name", ["libraries", "libraries_all"])
def test_stored_tables_have_the_versions_and_what_was_known_beforehand(name):
    sums = read_table(name, "row_sums")
    assert sums["version"].notna().all()
    scipy = sums[(sums["backend"] == "scipy") & sums["version"].str.startswith("1.17.")]
    if scipy.empty:
        pytest.skip("facts of SciPy 1.17")
    columns = scipy[(scipy["layout"] == "columns") & (scipy["n"] == 4096) & (scipy["format"] == "float16")]
    assert columns["row_sum"].tolist() == [2.0]
    lost = pd.concat([read_table(name, "battery")]).query(
        "backend == 'scipy' and problem == 'logsumexp' and format == 'float16'"
    )
    assert math.isinf(float(lost.set_index("inputs")["worst_computed"]["more ties than float16 counts"]))
