"""The same findings on every machine: ``study run`` and ``study check`` under another BLAS, level or version.

``python tests/campaigns/machines.py`` clones the checkout, makes an environment for each Python and set of versions,
runs both commands in each cell, and writes docs/machines.md. Names of cells, or parts of them, limit it to these; then
nothing is written. Interpreters that are not on the path are said to be absent.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "machines.md"
HEAD = """# Other machines

`study run` on a fresh clone, then `study check`, in each cell: another BLAS kernel, another of NumPy's vector levels,
another Python, the oldest and the newest versions that `pyproject.toml` allows. Written by
`python tests/campaigns/machines.py`. Where the numerical fingerprint is that of the committed results no tracked file
changes; elsewhere every finding still holds, its figures aside.

| cell | fingerprint | files changed by the run | findings | the gate |
|---|---|---|---|---|
"""
FINDINGS = """
import json
from study.runs.runner import discover
from study.runs.store import read_tables
stored = [(e, read_tables(e)) for e in discover() if not e.absent()]
print(json.dumps({f"{e.name} {i}": f.told(t) for e, t in stored for i, f in enumerate(e.findings)}))
"""


@dataclass(frozen=True)
class Cell:
    """One machine, as far as this one can be another.

    Attributes:
        name: what a reader calls it.
        environment: variables that are set.
        python: the interpreter.
        versions: of the dependencies: locked, oldest or newest.
    """

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    python: str = "python3.11"
    versions: str = "locked"


CORES = ("Haswell", "SkylakeX", "Zen", "Sandybridge")
DISABLED = "NPY_DISABLE_CPU_FEATURES"
CELLS = (
    Cell("as it is"),
    *(Cell(f"OPENBLAS_CORETYPE={name}", {"OPENBLAS_CORETYPE": name}) for name in CORES),
    Cell("NumPy at X86_V3", {DISABLED: "X86_V4 AVX512_ICL AVX512_SPR"}),
    Cell("NumPy at X86_V2, its lowest", {DISABLED: "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"}),
    Cell("Python 3.12", python="python3.12"),
    Cell("Python 3.13", python="python3.13"),
    Cell("oldest versions", versions="oldest"),
    Cell("newest versions", versions="newest"),
)  # fmt: skip


def environment_of(cell: Cell, folder: Path) -> Path | None:
    """The Python of a virtual environment for a cell; None where the interpreter is absent."""
    found = shutil.which(cell.python)
    if found is None:
        return None
    venv = folder / f"{cell.python}-{cell.versions}"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([found, "-m", "venv", str(venv)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if cell.versions == "locked":
            subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")], check=True)
        else:
            subprocess.run([*pip, *_wanted(cell.versions)], check=True)
    return python


def _wanted(versions: str) -> list[str]:
    """The dependencies of pyproject.toml, each at its oldest version, or whatever is newest within its limits."""
    names = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return [re.sub(r">=([^,]+).*", r"==\1.*", name) for name in names] if versions == "oldest" else list(names)


def tried(cell: Cell, python: Path, clone: Path) -> tuple[str, ...]:
    """Fingerprint, changed files, findings, and what the gate said."""
    surroundings = {**os.environ, **cell.environment}
    for name in [] if "OPENBLAS_CORETYPE" in cell.environment else ["OPENBLAS_CORETYPE"]:
        surroundings.pop(name, None)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=clone, env=surroundings, capture_output=True, text=True, check=False)

    here = str(python)
    mark = run(here, "-c", "from study.runs.fingerprint import fingerprint; print(fingerprint())").stdout.strip()
    before = json.loads(run(here, "-c", FINDINGS).stdout)
    done = run(here, "-m", "study", "run")
    changed = [line[3:] for line in run("git", "status", "--porcelain").stdout.splitlines()]
    after = json.loads(run(here, "-c", FINDINGS).stdout or "{}")
    gate = run(here, "-m", "study", "check")
    run("git", "checkout", "--quiet", ".")
    run("git", "clean", "--quiet", "-fd")
    shutil.rmtree(clone / ".cache", ignore_errors=True)
    gone = [name for name in before if not after.get(name)]
    said = (gate.stdout.strip() or gate.stderr.strip()).splitlines()[-1]
    return (
        mark,
        f"{len(changed)}" if done.returncode == 0 else f"run fails: {done.stderr.strip().splitlines()[-1][:120]}",
        f"{len(before) - len(gone)} of {len(before)}" + (f"; gone: {', '.join(gone)}" if gone else ""),
        f"passes: {said[:120]}" if gate.returncode == 0 else f"FAILS: {said[:200]}",
    )


def main(names: list[str]) -> int:
    """Try the cells; returns how many gates fail."""
    rows, failed = [], 0
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run([shutil.which("git") or "git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        for cell in (c for c in CELLS if not names or any(name in c.name for name in names)):
            python = environment_of(cell, Path(folder))
            found = ("", "", "", f"{cell.python} is absent") if python is None else tried(cell, python, clone)
            failed += "FAILS" in found[-1] or "fails" in found[1]
            sys.stdout.write(" | ".join([cell.name, *found]) + "\n")
            sys.stdout.flush()
            rows.append(f"| {cell.name} | {' | '.join(found)} |\n")
    if not names:
        TABLE.write_text(HEAD + "".join(rows), encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
