"""Defects of libraries that no tracker has: what each computes today beside what is exact, both from code to paste."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study.formats import get_format
from study.libraries.backends import get_backend
from study.libraries.corpus import verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

DIGITS = 60
"""Decimal digits that exact values are computed with, and twice as many to see that they agree."""
SHOWN = 25
"""Digits of them that are kept, and in which both have to agree."""
SECONDS = 300


class SnippetError(RuntimeError):
    """The code for an exact value ends with an error, or its digits are not settled."""


@dataclass(frozen=True)
class Defect:
    """One defect, as ``experiments/defects.toml`` declares it.

    Attributes:
        title: what is wrong.
        backend: name of the library.
        call: what is called.
        format: name of the format by whose precision a number is right or wrong.
        input: in words.
        snippet: Python that prints what the library computes, number after number.
        exact: Python with mpmath's names that prints as many exact values.
        promised: what the library's documentation says, and how it comes about.
        searched: what was looked for in its tracker.
        near: what was found there instead.
        newest: what newer versions that are not installed here print, tried by hand.
    """

    title: str
    backend: str
    call: str
    format: str
    input: str
    snippet: str
    exact: str
    promised: str
    searched: str
    near: str
    newest: str = ""


def read(file: str | Path) -> list[Defect]:
    """The defects of a file."""
    entries = tomllib.loads(Path(file).read_text(encoding="utf-8"))["defect"]
    return [Defect(**{name: value.strip() for name, value in e.items()}) for e in entries]


def texts(file: str | Path) -> pd.DataFrame:
    """What is said of each defect, and what its code prints, a line a defect."""
    import pandas as pd

    return pd.DataFrame(
        {
            "title": defect.title,
            "backend": defect.backend,
            "version": get_backend(defect.backend).version,
            "algorithm": defect.call,
            "format": defect.format,
            "input": defect.input,
            "snippet": defect.snippet,
            "printed": "\n".join(run(defect.snippet)[0]) or run(defect.snippet)[1],
            "snippet_exact": with_mpmath(defect.exact),
            "exact": "\n".join(settled(defect.exact)),
            "promised": defect.promised,
            "searched": defect.searched,
            "near": defect.near,
            "newest": defect.newest,
        }
        for defect in _present(file)
    )


def values(file: str | Path) -> pd.DataFrame:
    """A line for each number that a snippet prints: computed, exact, and the verdict, as on reports."""
    import pandas as pd

    return pd.DataFrame(row for defect in _present(file) for row in _rows(defect))


def _present(file: str | Path) -> list[Defect]:
    return [defect for defect in read(file) if not get_backend(defect.backend).refusal]


def with_mpmath(code: str, digits: int = DIGITS) -> str:
    """Code for exact values, with what it needs before it."""
    return f"from mpmath import *\nmp.dps = {digits}\n{code}"


def _rows(defect: Defect) -> Iterator[dict[str, Any]]:
    exact, form = settled(defect.exact), get_format(defect.format)
    printed, said = run(defect.snippet)
    for number, due in enumerate(exact, 1):
        computed = printed[number - 1] if number <= len(printed) else ""
        ulps = abs(float(computed) - float(due)) / float(form.ulp(float(due))) if computed else float("inf")
        yield {
            "title": defect.title,
            "backend": defect.backend,
            "version": get_backend(defect.backend).version,
            "number": number,
            "computed": computed,
            "reference": due,
            "verdict": verdict_of(ulps, form),
            "misbehaviour": "" if computed else said,
        }


def settled(code: str) -> list[str]:
    """The exact values that code prints, the same digits at two precisions.

    Raises:
        SnippetError: it fails, or they are not.
    """
    found = []
    for digits in (DIGITS, 2 * DIGITS):
        printed, said = run(with_mpmath(code, digits))
        if not printed:
            raise SnippetError(f"{said} in: {code}")
        found.append([shown(number) for number in printed])
    if found[0] != found[1]:
        raise SnippetError(f"{DIGITS} digits do not settle: {code}")
    return found[0]


def shown(number: str) -> str:
    """An exact value to ``SHOWN`` digits."""
    import mpmath

    with mpmath.workdps(2 * DIGITS):
        return str(mpmath.nstr(mpmath.mpf(number), SHOWN))


@cache
def run(code: str) -> tuple[list[str], str]:
    """The words that code prints in a process of its own, and the last line of its complaints if it fails."""
    line = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(line, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 - declared
    if done.returncode:
        return [], (done.stderr.strip().splitlines() or [f"ends {done.returncode}"])[-1]
    return done.stdout.split(), ""
