import re

import numpy as np
import pandas as pd
import pytest

from study.errors import Outcome
from study.report.sections import claims
from study.run import discover
from study.store import read_tables

KEYS = {"value", "p", "target", "count", "worst_row"}
"""Columns that say what was measured, not what came out."""

FINDINGS = [(e, i) for e in discover() for i in range(len(e.findings))]


TABLES = {e.name: read_tables(e) for e, i in FINDINGS if not i}


def changed(table, factor):
    """The same measurements with other results."""
    measured = [k for k in table.select_dtypes("number") if k not in KEYS]
    return table.assign(**{k: table[k] * factor for k in measured})


@pytest.mark.parametrize(("experiment", "index"), FINDINGS, ids=lambda v: getattr(v, "name", v))
def test_a_sentence_changes_with_its_table(experiment, index):
    finding, tables = experiment.findings[index], TABLES[experiment.name]
    sentence = finding.sentence(tables)
    assert sentence, "the stored tables no longer bear it out; drop the finding or see what changed"
    assert finding.sentence({name: changed(t, 3) for name, t in tables.items()}) != sentence


UNIVERSAL = re.compile(
    r"\b(never|at most|every|no(?! digit)|none(?! is)|nowhere|all|always|only|throughout|does not|worst)\b"
)
"""Words of a claim that one row can contradict."""


def contradicted(table, problems=None):
    """The same table with rows added, for these problems, in which everything went wrong."""
    added = table if problems is None else table[table["problem"].isin(problems)]
    wrong = {name: np.inf for name in added.select_dtypes("number") if name not in KEYS}
    wrong |= {name: added["count"] for name in ("nan", "overflow", "underflow", "missed") if name in added}
    wrong |= {o.name.lower(): 0 for o in (Outcome.NORMAL, Outcome.SUBNORMAL, Outcome.LIMIT) if o.name.lower() in added}
    wrong |= {"worst_computed": "0.0"} if "worst_computed" in added else {}
    return pd.concat([table.astype(object), added.assign(**wrong).astype(object)], ignore_index=True).infer_objects()


def told_of(finding, tables):
    """The problems whose results a sentence tells: where they change, it does."""
    sentence = finding.sentence(tables)
    rows = {name: table for name, table in tables.items() if "problem" in table}
    problems = {problem for table in rows.values() for problem in table["problem"]}
    return {
        problem
        for problem in problems
        if finding.sentence(
            tables | {n: t.where(t["problem"] != problem, changed(t, 3)) for n, t in rows.items()}
        ) != sentence
    }  # fmt: skip


def bears(table, problems, sentence):
    """Whether it has rows of these problems; of libraries, of functions that the sentence names."""
    names = table[table["problem"].isin(problems)]["algorithm"].dropna()
    if "library functions" in sentence:
        return any("." in name and name in sentence for name in names)
    return any("." not in name or name in sentence for name in names)


@pytest.mark.parametrize(("experiment", "index"), FINDINGS, ids=lambda v: getattr(v, "name", v))
def test_one_contradicting_row_in_any_table_is_heard(experiment, index):
    finding, tables = experiment.findings[index], TABLES[experiment.name]
    sentence = finding.sentence(tables)
    if not UNIVERSAL.search(sentence) or "none is within" in sentence:  # which no bad row contradicts
        return
    problems = told_of(finding, tables)
    worse = {
        name: contradicted(table, problems if "problem" in table else None)
        for name, table in tables.items()
        if "problem" not in table or bears(table, problems, sentence)
    }
    heard = {name: finding.sentence({**tables, name: table}) != sentence for name, table in worse.items()}
    assert any(heard.values()), sentence
    assert all(heard[name] for name in heard if "max_ulp" in tables[name]), f"{sentence} It does not read all: {heard}"


def test_a_claim_on_one_table_of_two_is_caught():
    experiment = next(e for e in discover() if e.name == "softmax_range")
    tables = TABLES[experiment.name]
    one = {"sweep": tables["sweep"]}
    finding = next(f for f in experiment.findings if "largest component" in f.sentence(tables))
    assert finding.sentence({**tables, "length": contradicted(tables["length"], {"softmax"})}) != finding.sentence(
        tables
    )
    assert finding.sentence(one) != finding.sentence(tables)


def test_a_finding_that_does_not_hold_leaves_no_trace():
    experiment = next(e for e in discover() if e.name == "product_underflow")
    tables = read_tables(experiment)
    sweep = tables["sweep"]
    worse = sweep.assign(max_u=sweep["max_u"].where(sweep["algorithm"] != "naive", 1e30))
    words = "the product is the better one on"
    assert any(words in claim.sentence for claim in claims(experiment, tables))
    assert not any(words in claim.sentence for claim in claims(experiment, {**tables, "sweep": worse}))
