"""The study's own experiments and stored tables, wherever one stands: those of this folder, else the package's."""

from __future__ import annotations

from pathlib import Path

from study.runs import runner, store

STUDY = Path(__file__).parents[1]
"""The package. Its wheel holds ``packaged/``: experiments and results; in a checkout they lie beside it."""


def home(experiment: str) -> Path:
    """The folder that holds an experiment and its results: this one, where it has that experiment, or the package's."""
    return _home(runner.EXPERIMENTS, f"{experiment}.py")


def home_of_results(folder: str, name: str) -> Path:
    """The folder whose results have ``exhaustive/NAME`` or ``search/NAME``, likewise."""
    return _home(store.RESULTS / folder, name)


def carried() -> Path:
    """The folder of the study's own experiments and results; this one where the package came without them."""
    roots = (STUDY / "packaged", STUDY.parent)
    return next((root for root in roots if (root / runner.EXPERIMENTS).is_dir()), store.HERE)


def _home(folder: Path, name: str) -> Path:
    """Where neither has it, the one to say so: this one, if it has others of the kind."""
    here, own = store.HERE, carried()
    found = (root for root in (here, own) if name and (root / folder / name).exists())
    return next(found, here if (here / folder).is_dir() else own)
