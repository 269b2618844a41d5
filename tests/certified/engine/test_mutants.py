"""Every seeded fault is caught by the very check that the sound engine passes."""

from __future__ import annotations

import importlib
import shutil
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from study.certified import engine
from tests.campaigns import claims, problems
from tests.certified.engine.mutants import MUTANTS, Mutant

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(engine.__file__).parent


def copy_of_engine(folder: Path, name: str, mutant: Mutant | None) -> Any:
    """The engine's source under another name, interpreted, with one fault or none."""
    package = folder / name
    shutil.copytree(SOURCE, package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in package.glob("*.py"):
        file.write_text(file.read_text().replace("study.certified.engine", name))
    if mutant:
        file = package / mutant.file
        text = file.read_text()
        assert text.count(mutant.sound) == 1
        file.write_text(text.replace(mutant.sound, mutant.faulty))
    return importlib.import_module(name)


def cases(library: Any) -> Iterator[problems.Case]:
    rng = np.random.default_rng(11)
    return chain(
        problems.rows(rng, 3, 4, library),
        problems.elementwise(rng, 15, library),
        problems.distributions(rng, 4, 5, library),
        problems.rows(rng, 1, 40, library),
    )


def caught(library: Any) -> bool:
    return any(not claims.normalised(case.value) or claims.by_arb(case.value, case.truth) for case in cases(library))


@pytest.fixture
def interpreted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("STUDY_ENGINE", "interpreted")
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("mutant"):
            del sys.modules[name]


def test_the_interpreted_engine_is_sound_and_equals_the_compiled_one(interpreted: Path) -> None:
    sound = copy_of_engine(interpreted, "mutant_none", None)
    for case, compiled in zip(cases(sound), cases(engine), strict=True):
        assert claims.normalised(case.value)
        assert not claims.by_arb(case.value, case.truth), (case.problem, case.family)
        for part in ("hi", "lo", "exponent", "error"):
            np.testing.assert_array_equal(getattr(case.value, part), getattr(compiled.value, part), case.problem)


@pytest.mark.parametrize("number", range(len(MUTANTS)), ids=[mutant.name for mutant in MUTANTS])
def test_every_seeded_fault_is_caught(number: int, interpreted: Path) -> None:
    assert caught(copy_of_engine(interpreted, f"mutant_{number}", MUTANTS[number]))
