"""The study's own experiments and stored tables, wherever one stands: those of this folder, else the package's."""

from __future__ import annotations

from pathlib import Path

from study.runs import runner, store

STUDY = Path(__file__).parents[1]
"""The package. Its wheel holds ``packaged/``: experiments and results; in a checkout they lie beside it."""


def home(experiment: str) -> Path:
    """The folder that holds an experiment and its results: this one, where it has that experiment, or the package's."""
    return store.HERE if (runner.EXPERIMENTS / f"{experiment}.py").is_file() else carried()


def home_of_results(folder: str) -> Path:
    """The folder whose results have this one: ``exhaustive/NAME``, ``search/NAME``; this folder's own come first."""
    return store.HERE if (store.RESULTS / folder).is_dir() else carried()


def carried() -> Path:
    """The folder of the study's own experiments and results; this one where the package came without them."""
    return next(
        (root for root in (STUDY / "packaged", STUDY.parent) if (root / runner.EXPERIMENTS).is_dir()), store.HERE
    )
