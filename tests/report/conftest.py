import shutil
from pathlib import Path

import pytest

from study.report import writer
from study.runs import digests, store
from study.runs.runner import discover


def copy_tables(folder):
    """The stored tables alone, as a fresh checkout has them before any report."""
    for path in [file for name in ("*.csv", "provenance.json", digests.FILE) for file in Path("results").rglob(name)]:
        target = folder / path.relative_to("results")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def build_into(folder, monkeypatch):
    copy_tables(folder / "results")
    monkeypatch.setattr(store, "RESULTS", folder / "results")
    monkeypatch.setattr(store, "STAMPS", folder / "stamps")
    return writer.build()


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """Folder of a whole report, built from the committed tables."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        build_into(folder, patch)
    return folder / "results"


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A report of one experiment."""
    monkeypatch.setattr(writer, "discover", lambda: [e for e in discover() if e.name == "product_underflow"])
    return build_into(tmp_path, monkeypatch)


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A report of this test's own: its path and its findings."""
    return build_into(tmp_path, monkeypatch)
