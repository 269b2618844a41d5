import pytest

from study.report.sections import claims
from study.run import discover
from study.store import read_tables

KEYS = {"value", "p", "target", "count", "worst_row"}
"""Columns that say what was measured, not what came out."""

FINDINGS = [(e, i) for e in discover() for i in range(len(e.findings))]


def changed(table, factor):
    """The same measurements with other results."""
    measured = [k for k in table.select_dtypes("number") if k not in KEYS]
    return table.assign(**{k: table[k] * factor for k in measured})


@pytest.mark.parametrize(("experiment", "index"), FINDINGS, ids=lambda v: getattr(v, "name", v))
def test_a_sentence_changes_with_its_table(experiment, index):
    finding, tables = experiment.findings[index], read_tables(experiment)
    sentence = finding.sentence(tables)
    assert sentence, "the stored tables no longer bear it out; drop the finding or see what changed"
    assert finding.sentence({name: changed(t, 3) for name, t in tables.items()}) != sentence


def test_a_finding_that_does_not_hold_leaves_no_trace():
    experiment = next(e for e in discover() if e.name == "product_underflow")
    tables = read_tables(experiment)
    sweep = tables["sweep"]
    worse = sweep.assign(max_u=sweep["max_u"].where(sweep["algorithm"] != "naive", 1e30))
    words = "the product is the better likelihood"
    assert any(words in claim.sentence for claim in claims(experiment, tables))
    assert not any(words in claim.sentence for claim in claims(experiment, {**tables, "sweep": worse}))
