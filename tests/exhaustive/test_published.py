import numpy as np
import pytest

from study.cli.replay import replay
from study.exhaustive import published
from study.exhaustive.regular import errors_of
from study.formats import get_format
from study.runs.store import read_table

JAX = "https://docs.jax.dev/en/latest/accuracy.html"
LEAST, TINY = 2.0**-14, 2.0**-24
MAX = 65504.0
NAN, INF = float("nan"), float("inf")


def errors(x, computed, exact, at_zero=1.0, form="float16"):
    kind = get_format(form)
    arrays = [np.atleast_1d(np.asarray(a, np.float64)) for a in (x, computed, exact)]
    regular, flushed = (np.empty(len(arrays[0])) for _ in range(2))
    errors_of(*arrays, np.zeros(len(arrays[0])), at_zero, kind.p, kind.emin, kind.emax, regular, flushed)
    return regular.tolist(), flushed.tolist()


@pytest.mark.parametrize(
    ("computed", "exact", "regular", "flushed"),
    [
        (1.0, 1 + 2**-11, 0.5, 0.5),
        (0.0, LEAST - TINY, 0.0, 0.0),  # both below the smallest normal number
        (0.0, LEAST, 1024.0, 1.0),  # neighbours where what lies between is flushed
        (0.0, 1.5 * LEAST, 1536.0, 513.0),
        (LEAST, -LEAST, 2048.0, 2.0),
        (INF, MAX + 17.0, 0.0, 0.0),  # rounds to infinity
        (INF, MAX + 15.0, (2**16 - MAX - 15) / 32, (2**16 - MAX - 15) / 32),
        (MAX, MAX + 17.0, 17 / 32, 17 / 32),
        (MAX, INF, INF, INF),
        (-INF, INF, INF, INF),
        (NAN, NAN, 0.0, 0.0),
        (NAN, 1.0, INF, INF),
    ],
)
def test_errors_are_those_of_jaxs_definition(computed, exact, regular, flushed):
    assert errors(1.0, computed, exact) == ([regular], [flushed])


def test_a_subnormal_argument_may_be_taken_for_zero():
    assert errors([TINY, LEAST], [1.0, 1.0], [1 + 2**-9, 1 + 2**-9]) == ([0.0, 2.0], [0.0, 2.0])
    assert errors(TINY, -INF, -16.6, at_zero=-INF) == ([0.0], [0.0])


def test_a_figure_holds_to_the_digits_that_it_has():
    def figure(ulps):
        return published.Published("", "exp", "numpy.exp", "float32", ulps, "regular")

    assert figure("3.83").holds(3.8318)
    assert not figure("2.52").holds(2.5408)
    assert figure("6").holds(6.0)
    assert not figure("1").holds(2.0)


def test_every_number_of_a_format_is_tried_and_what_is_above_is_located(tmp_path):
    file = tmp_path / "figures.toml"
    file.write_text(
        "".join(
            f'[[figure]]\nsource = "here"\nproblem = "log"\nalgorithm = "numpy.log"\nformat = "float16"\n'
            f'ulps = "{ulps}"\nmeasure = "{measure}"\nat = "0x1p+1"\n'
            for ulps, measure in (("0.5001", "regular"), ("0.4", "regular"), ("0.5", "flushed"), ("1", "whole"))
        )
    )
    table = published.beside(file, "log")
    assert table["holds"].tolist() == ["yes", "no", "yes", "yes"]
    assert table["max_ulp"].iloc[0] == pytest.approx(0.5000359742, rel=1e-9)
    assert table["above"].tolist()[:2] == [0, table["above"].iloc[1]]
    assert table["above"].iloc[1] > 1000
    assert 0 < table["from_input"].iloc[1] < table["to_input"].iloc[1] <= 65504
    assert (table["at_ulps"] < 0.5).all()
    assert published.beside(file, "exp").empty


def test_what_was_known_of_the_stored_figures():
    rows = {name: read_table("published", name) for name in ("exp", "log", "sigmoid")}
    known = rows["exp"].set_index(["algorithm", "format", "measure"])
    numpy = known.loc[("numpy.exp", "float32", "regular")]
    if not str(numpy["version"]).startswith("2.4."):
        pytest.skip("facts of NumPy 2.4")
    assert numpy["worst_input"] == numpy["at"]
    assert (numpy["max_ulp"], numpy["at_relative"]) == pytest.approx((2.54076, 2.12641e-7), rel=1e-4)
    jax = known.loc[("jax.numpy.exp", "float32", "flushed")]
    assert 88.376 < jax["from_input"] < jax["to_input"] < 88.73
    others = [row for table in rows.values() for row in table.to_dict("records") if row["source"] == JAX]
    assert [row["holds"] for row in others].count("no") == 1


def test_the_worst_input_is_run_again_by_the_command_beside_it():
    table = read_table("published", "exp")
    row = table.index[table["algorithm"] == "numpy.exp"][0]
    said = replay(table["replay"][row].removeprefix("study replay "))
    assert "numpy.exp in float32, every input" in said
    assert "1.150608378748685992" in said.replace("…", "")
    assert "2.54" in said.splitlines()[-1] or not str(table["version"][row]).startswith("2.4.")
