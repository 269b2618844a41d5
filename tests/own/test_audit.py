from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.io import savemat

from study.cli import main
from study.libraries.backends import BACKENDS
from study.own import audit
from study.own.per_vector import published, sums

LOGITS = np.array([[1.0, 2.0, 3.0], [100.0, 0.0, -5.0]])


@pytest.fixture(scope="module", autouse=True)
def _light():
    """Without the libraries that take seconds to import; tests/libraries/backends measures those."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("torch", "jax"):
            patch.setitem(BACKENDS, name, replace(BACKENDS[name], module="no_such_module"))
        yield


@pytest.fixture(scope="module")
def table(_light):
    return audit.measured("mine", (LOGITS, np.array([2, 0])))


def row(table, **equal):
    for column, value in equal.items():
        table = table[table[column] == value]
    return table.iloc[0]


def test_masked_logits_are_measured():
    masked = audit.measured("masked", (np.array([[0.0, -1e9], [0.0, -1e30]]),))
    assert row(masked, problem="softmax", format="float32", algorithm="faithful")["max_ulp"] <= 0.5


def test_every_formula_and_installed_library_is_measured_in_every_format(table):
    assert set(table["format"]) == {"float16", "bfloat16", "float32", "float64"}
    assert set(table["problem"]) == {"logsumexp", "softmax", "log_softmax", "nll"}
    assert {"scipy.special.softmax", "numpy.logaddexp.reduce", "naive", "faithful"} <= set(table["algorithm"])
    assert row(table, problem="logsumexp", algorithm="naive", format="float16")["overflow"] == 1
    assert row(table, problem="log_softmax", algorithm="scipy.special.log_softmax", format="float64")["underflow"] == 1


def test_what_loses_a_value_is_not_safe_and_the_most_accurate_comes_first(table):
    lines = dict(line.removeprefix("- ").split(": ", 1) for line in audit.safe(table))
    assert lines["nll in float16"].startswith("log1p (0.446 ulp), faithful (0.446 ulp), ")
    assert "naive" not in lines["logsumexp in float16"]
    assert "naive" in lines["logsumexp in float64"]
    lost = table.assign(overflow=1)
    assert audit.safe(lost)[0].endswith("none: every formula loses some value")


def test_an_absent_library_leaves_the_rest_intact(monkeypatch, table):
    monkeypatch.setitem(BACKENDS, "scipy", replace(BACKENDS["scipy"], module="no_such_module"))
    without = audit.measured("mine", (LOGITS, np.array([2, 0])))
    rest = table[~table["backend"].str.startswith("scipy")].reset_index(drop=True)
    assert not without["backend"].str.startswith("scipy").any()
    assert without.reset_index(drop=True).equals(rest)


def test_vectors_are_counted_as_lost_kept_and_identical():
    x = np.array([[0.0, 0.0], [5.0, -20.0], [12.0, 1.0], [1.0, 2.0]])
    found = row(published(x), problem="logsumexp", format="float16")
    assert (found["vectors"], found["lost_unshifted"], found["lost_shifted"], found["kept"]) == (4, 1, 0, 3)
    assert found["identical"] <= 3
    assert found["identical_fraction"] == found["identical"] / 3
    nothing = row(published(x[2:3]), problem="logsumexp", format="float16")
    assert nothing["kept"] == 0
    assert np.isnan(nothing["identical_fraction"])


def test_sums_are_exact_and_nan_where_something_is_lost():
    x = np.zeros((2, 4))
    assert sums(lambda x: x + np.float16(0.25), x, "float16") == (1, 1)
    assert sums(lambda x: x + np.float16(0.5), x, "float16") == (2, 2)
    assert np.isnan(sums(lambda x: x * np.inf, x + 1, "float64")).all()


def test_columns_of_a_mat_file_as_in_the_published_experiment(tmp_path):
    rng = np.random.default_rng(7)
    x = rng.normal(0, 3, (10, 50))
    x[0, :20] = 12.5
    savemat(tmp_path / "logits.mat", {"L": x})
    out = CliRunner().invoke(main, ["audit", str(tmp_path / "logits.mat"), "--axis", "0"])
    assert out.exit_code == 0, out.output
    assert "50 vectors of 10 logits" in out.output
    assert counts(out.output, "logsumexp", "float16")[:4] == ["50", "20", "0", "30"]


def counts(text, problem, form):
    """What the table of published algorithms counts for the first pair of a problem in a format."""
    line = next(line for line in text.splitlines() if line.split()[:1] == [problem] and f" {form} " in line)
    return line.partition(f" {form} ")[2].split()


def test_the_published_experiment_comes_out_on_the_published_data():
    """Blanchard, Higham and Higham (2021), section 5: 475 of 2500 overflow, none shifted; 1863 of 2025 identical."""
    data = Path(__file__).parents[1] / "published" / "data_presoftmax.mat"
    out = CliRunner().invoke(main, ["audit", str(data), "--axis", "0", "--variable", "softmat"])
    assert out.exit_code == 0, out.output
    assert "2,500 vectors of 10 logits" in out.output
    assert counts(out.output, "logsumexp", "float16")[:5] == ["2500", "475", "0", "2025", "1863"]
    assert "3.1 and 4.1" in out.output


def test_the_report_can_be_written_to_a_file(tmp_path):
    np.save(tmp_path / "x.npy", LOGITS)
    out = CliRunner().invoke(main, ["audit", str(tmp_path / "x.npy"), "--output", str(tmp_path / "report.md")])
    assert (out.exit_code, out.output) == (0, "")
    assert "## Which formula is safe here" in (tmp_path / "report.md").read_text(encoding="utf-8")
