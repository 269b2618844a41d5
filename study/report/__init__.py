"""Tables in, text and figures out: everything here reads the stored tables alone."""

from __future__ import annotations

from pathlib import Path


def build() -> tuple[Path, list[str]]:
    """Write the report; returns its path and its findings, the most important first."""
    from study.run import discover
    from study.store import read_tables

    found = []
    for experiment in discover():
        tables = read_tables(experiment)
        found += [(f.rank, s) for f in experiment.findings if (s := f.sentence(tables))]
    return Path("results/report.html"), [s for _, s in sorted(found)]
