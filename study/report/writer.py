"""Write the report: stored tables and declarations in, a page, its Markdown twin, figures and dictionaries out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from study.report import cost, exhaustive, provenance
from study.runs import store
from study.runs.runner import discover

if TYPE_CHECKING:
    from study.report.data import Data
    from study.runs.experiment import Experiment

PAGE = "report.html"
HERE = Path(__file__).parent
PLOTS = HERE.parent / "plots"


def build() -> tuple[Path, list[str]]:
    """Write what is not up to date.

    Returns:
        Path of the page, and the sentences of all findings, the most important first.

    Raises:
        DamagedResultsError: a stored table is missing or cannot be read.
    """
    from study.report import data

    experiments = shown()
    path, current, stored = store.RESULTS / PAGE, mark(experiments), data.read(experiments)
    if not store.is_current("report", current):
        store.stamp("report", current, _write(stored))
    return path, [claim.sentence for claim in stored.claims]


def shown() -> list[Experiment]:
    """The experiments of the report: all but those of which nothing is stored yet, and nothing can be measured here."""
    return [e for e in discover() if store.has_tables(e) or not e.absent()]


def mark(experiments: list[Experiment]) -> str:
    """What the report is made from: this package, the declarations, the stored tables."""
    sources = [*HERE.rglob("*.py"), *PLOTS.glob("*.py"), *(Path(e.module_file) for e in experiments)]
    tables = [store.RESULTS / store.COSTS, *exhaustive.files(), *(p for e in experiments for p in table_files(e))]
    others = [*HERE.joinpath("templates").iterdir(), *PLOTS.glob("*.mplstyle"), *tables, *provenance.files()]
    return store.fingerprint(sources, [[str(p.name), _digest(p)] for p in sorted(others)])


def table_files(experiment: Experiment) -> list[Path]:
    """Where the stored tables of an experiment are."""
    return [store.RESULTS / experiment.name / f"{name}.csv" for name in experiment.tables]


def _digest(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _write(data: Data) -> list[Path]:
    from study.report import datapackage, page

    sections = data.sections()
    texts: dict[str, str | bytes] = {
        f"{e.name}/datapackage.json": datapackage.package(e.name, e.question, e.why, tables)
        for e, tables in data.experiments
    }
    texts |= exhaustive.packages(data.exhaustive) | cost.packages()
    texts |= {
        f"{s.name}/{picture.name}.{ending}": content
        for s in sections
        for picture in s.pictures
        for ending, content in picture.files.items()
    }
    texts |= {f"{s.name}/{s.name}.md": "\n".join(p.text for p in s.pasted) for s in sections if s.pasted}
    texts |= page.render(data, sections)
    paths = []
    for name, text in texts.items():
        paths.append(store.RESULTS / name)
        store.write(paths[-1], text)
    for left_over in {path for kind in ("svg", "png") for path in store.RESULTS.glob(f"*/*.{kind}")} - {*paths}:
        left_over.unlink()
    return paths
