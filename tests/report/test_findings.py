import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from study.report import exhaustive, exhaustive_findings
from study.report.evidence import MEASURED, PLACE, measurements
from study.report.sections import claims
from study.report.writer import shown
from study.runs.runner import discover
from study.runs.store import read_tables

KEYS = {"value", "p", "target", "count", "worst_row"}
"""Columns that say what was measured, not what came out."""

FINDINGS = [(e, i) for e in shown() for i in range(len(e.findings))]

UNIVERSAL = re.compile(
    r"\b(never|no|none|nothing|nowhere|not one|does not|do not|only|all|every|each|any|always|throughout|at most"
    r"|at least|exceeds?|within|or better|or more|or less)\b"
)
"""Words by which a sentence claims something of all that was measured."""

SUBJECT = ["backend", "problem", "algorithm", "format", "loss", "road", "theorem"]
"""Columns that say of what a row is, as far as a table has them."""

WORST = (
    dict.fromkeys(("overflow", "underflow", "nan", "missed", "not_correctly_rounded", "above_corrected"), 10**6)
    | dict.fromkeys(("max_ulp", "max_relative", "max_u", "max_scaled", "max_normwise", "error_u", "ulps"), np.inf)
    | {"worst_computed": 0.0, "verdict": "wrong", "died": 0, "accuracy": 0.0, "nll": np.inf, "row_sum": np.inf}
)
"""The worst that a row can say, by column."""


def changed(table, factor):
    """The same measurements with other results."""
    measured = [k for k in table.select_dtypes("number") if k not in KEYS]
    return table.assign(**{k: table[k] * factor for k in measured})


def contradicted(table, row):
    """The table with this row once more, and everything wrong with it."""
    worst = {column: value for column, value in WORST.items() if column in table}
    if "step" in table:
        worst["value"] = np.nan
    if "limit" in table:
        worst["count"] = int(row["count"].iloc[0]) + 4 * 10**6
    added = row.assign(**worst)
    columns = [column for column in worst if table[column].dtype != added[column].dtype]
    return pd.concat([table.astype(dict.fromkeys(columns, object)), added], ignore_index=True).infer_objects()


def subjects(table):
    """The rows of each subject that a table has, the last first."""
    columns = [column for column in SUBJECT if column in table]
    return (
        {
            frozenset(part[columns].iloc[0].items()): part.iloc[::-1]
            for _, part in table.groupby(columns, sort=False, dropna=False)
        }
        if columns
        else {}
    )


def where_naive_fails(table, row):
    """The table with the naive formula failing on the inputs of this row, for claims of what another does there."""
    if not set(table) >= {"problem", *PLACE}:
        return table
    naive = table[table["algorithm"] == "naive"].merge(row[["problem", *PLACE]])
    return contradicted(table, naive[:1]) if len(naive) else table


def heeds(finding, tables, name, rows, prepared=lambda table, _row: table):
    """Whether the sentence changes or goes when one of these rows is contradicted in that table."""

    def told(table):
        return finding.told({**tables, name: table})

    for row in (rows.iloc[[k]] for k in range(len(rows))):
        before = prepared(tables[name], row)
        if told(contradicted(before, row)) != told(before):
            return True
    return False


def unread(finding, tables):
    """Tables that have rows of what a claim is about, none of which it heeds; all where nothing contradicts it."""
    within = {name: table for name, table in tables.items() if not finding.scope or name in finding.scope}
    by = {name: subjects(table) for name, table in within.items()}
    about = {key for name in by for key, rows in by[name].items() if heeds(finding, within, name, rows[:1])}
    bearing = [(name, by[name][key]) for name in by for key in about & set(by[name])]
    deaf = {
        name
        for name, rows in bearing
        if not (heeds(finding, within, name, rows) or heeds(finding, within, name, rows, where_naive_fails))
    }
    return deaf if about else set(within)


@pytest.mark.parametrize(("experiment", "index"), FINDINGS, ids=lambda v: getattr(v, "name", v))
def test_a_sentence_changes_with_its_table(experiment, index):
    finding, tables = experiment.findings[index], read_tables(experiment)
    sentence = finding.told(tables)
    assert sentence, "the stored tables no longer bear it out; drop the finding or see what changed"
    assert finding.told({name: changed(t, 3) for name, t in tables.items()}) != sentence


@pytest.mark.parametrize(("experiment", "index"), FINDINGS, ids=lambda v: getattr(v, "name", v))
def test_a_claim_heeds_a_contradicting_row_in_each_table_that_bears_on_it(experiment, index):
    finding, tables = experiment.findings[index], dict(read_tables(experiment))
    sentence = finding.told(tables)
    assert set(finding.scope) <= set(tables)
    assert all(words in sentence for words in finding.scope.values()), "a limit to some tables must be said"
    assert not UNIVERSAL.search(sentence) or not unread(finding, tables)


def test_a_claim_that_reads_one_table_of_two_is_found_out():
    """As the headline on the error of softmax as a whole did: true of one table, hundreds of u off in the other."""
    experiment = next(e for e in discover() if e.name == "softmax_range")
    tables = {name: t[t["problem"] == "softmax"] for name, t in read_tables(experiment).items()}
    finding = next(f for f in experiment.findings if "many ulps" in str(f.told(tables)))
    forgetful = replace(finding, sentence=lambda t: finding.sentence({"sweep": t["sweep"]}))
    assert UNIVERSAL.search(forgetful.told(tables))
    assert unread(forgetful, tables) == {"length", "outcomes"}


def test_no_error_of_a_table_is_above_what_is_said_to_be_the_most():
    experiment = next(e for e in discover() if e.name == "softmax_range")
    tables = dict(read_tables(experiment))
    sentence = next(s for f in experiment.findings if "many ulps" in str(s := f.told(tables)))
    rows = measurements(tables, problem="softmax", algorithm="shifted", format="float64")
    largest = rows.groupby("parameter", sort=False)[["max_ulp", "max_normwise"]].max()
    assert len(largest) > 1
    single, whole = sentence.split("; its vector, in turn, by ")
    said = [float(word.replace(",", "")) for word in re.findall(r"([\d.,]+) over", single)]
    assert all(said >= largest["max_ulp"])
    said = [float(word.replace(",", "")) for word in re.findall(r"[\d.]+", whole.removesuffix(" u."))]
    assert all(said >= largest["max_normwise"])


def test_every_table_of_measurements_is_gathered():
    for experiment in shown():
        tables = read_tables(experiment)
        measured = [table for table in tables.values() if set(table) >= MEASURED]
        if measured:
            assert len(measurements(tables)) == sum(map(len, measured))
    assert set(PLACE) <= set(measurements(read_tables(next(e for e in discover() if e.name == "softmax_range"))))


SWEPT = exhaustive.tables()


@pytest.mark.parametrize("name", [name for name in SWEPT if name.endswith("/summary")])
def test_what_is_said_of_every_input_heeds_each_sweep(name):
    """By faithful, by naive in float16, and by functions of libraries in float32."""
    table = SWEPT[name]
    for told, rows in (
        (exhaustive_findings.faithful, table[table["algorithm"] == "faithful"]),
        (lambda t: exhaustive_findings.naive(t, "float16"), table[table["algorithm"] == "naive"]),
        (
            lambda t: (
                f"{exhaustive_findings.libraries(t, 'float32')} {exhaustive_findings.numbers_for_nan(t, 'float32')}"
            ),
            table[table["algorithm"].str.contains(".", regex=False)],
        ),
    ):
        before = told(exhaustive.summaries(SWEPT))
        for k in range(len(rows)):
            after = told(exhaustive.summaries(SWEPT | {name: contradicted(table, rows.iloc[[k]])}))
            assert after != before or not (told is exhaustive_findings.faithful or table["format"].iloc[0] in before)


def test_a_finding_that_does_not_hold_leaves_no_trace():
    experiment = next(e for e in discover() if e.name == "product_underflow")
    tables = read_tables(experiment)
    sweep = tables["sweep"]
    worse = sweep.assign(max_u=sweep["max_u"].where(sweep["algorithm"] != "naive", 1e30))
    words = "the product is the better likelihood"
    assert any(words in claim.sentence for claim in claims(experiment, tables))
    assert not any(words in claim.sentence for claim in claims(experiment, {**tables, "sweep": worse}))
