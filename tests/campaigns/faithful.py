"""The error of ``faithful`` on many inputs: ``python -m tests.campaigns.faithful STORE [--vectors N] [PROBLEM …]``.

Three kinds of inputs, each in every format: *numbers*, every bit pattern of 8 and 16 bits; *pairs*
(``tests.campaigns.pairs``); *vectors*, random and adversarial (``inputs.adversarial``), N of them, 10^6 by default, of
lengths from 1 to 10^5, chains to 300. The work is cut into parts, seeded by their numbers; STORE gets a line a part,
and what it has already is not done again. ``--table`` prints what STORE has; docs/faithful.md holds one such run.

The errors are against the certified reference; the worst instance of one part in CHECKED is held to mpmath.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.errors import Outcome, compare
from study.formats import FORMATS, Format
from study.inputs.adversarial import adversarial
from study.inputs.families import generator
from study.problems import PROBLEMS, Problem
from study.problems.reference import exact, reference
from study.problems.signature import Kind
from tests.campaigns.faithful_table import table
from tests.campaigns.pairs import pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

LONGEST, LONGEST_CHAIN = 10**5, 300
NUMBERS, ROWS = 2**14, 2**13
"""Numbers and instances in a part, at most; one vector may be longer."""
CHECKED, AFFORDED = 4, 300
"""One part in so many is held to mpmath, at its worst instance; vectors longer than this are not."""
WRONG = (Outcome.OVERFLOW, Outcome.UNDERFLOW, Outcome.NAN, Outcome.MISSED)

Arguments = tuple["NDArray[Any]", ...]


def every_number(form: Format) -> NDArray[Any]:
    """All bit patterns of a format."""
    return np.arange(2**form.bits, dtype=f"u{form.bits // 8}").view(form.dtype)


def vectors(problem: Problem, form: Format, part: int) -> Arguments:
    """Random and adversarial instances of one length: logarithmically uniform over the parts."""
    if not any("n" in kind.axes for kind in problem.signature.arguments):
        return adversarial(problem, form, ROWS, 1, f"part {part}")
    longest = LONGEST_CHAIN if problem.signature.chain else LONGEST
    n = round(longest ** float(generator("lengths", part).random()))
    return adversarial(problem, form, min(ROWS, max(1, NUMBERS // n)), n, f"part {part}")


def measured(problem: Problem, args: Arguments, *, check: bool) -> dict[str, Any]:
    """Instances, largest error in ulps, wrong outcomes, and the largest error of the worst instance by mpmath."""
    out = problem.algorithms["faithful"](*args)
    found = compare(out, exact(problem, *args))
    stacks = problem.signature.stacked(args)
    ulps = found.ulps.reshape(len(stacks[0]), -1).max(axis=-1)
    n = _length(problem, stacks)
    row = {"instances": len(ulps), "n": n, "wrong": int(np.isin(found.outcome, WRONG).sum()), "ulps": float(ulps.max())}
    if check and n <= AFFORDED:
        one = [np.asarray(stack[ulps.argmax()]) for stack in stacks]
        again = compare(problem.algorithms["faithful"](*one), reference(problem, *one))
        row["wrong"] += int(np.isin(again.outcome, WRONG).sum())
        row["by_mpmath"] = float(np.max(again.ulps))
    return row


def _length(problem: Problem, stacks: list[NDArray[Any]]) -> int:
    """Entries of the vectors, or steps of the chains."""
    if problem.signature.chain:
        return int(stacks[problem.signature.arguments.index(Kind.MATRIX)].shape[1])
    return problem.signature.length(stacks) or 1


def work(problem: Problem, form: Format, part: int, goal: int, done: dict[str, int]) -> Iterator[tuple[str, Arguments]]:
    """What is to be done of a problem in a format in a round, by kind."""
    one_number = problem.shape == "()->()"
    if part == 0 and one_number and form.bits <= 16 and not done["numbers"]:
        yield "numbers", (every_number(form),)
    if part == 0 and not one_number and form.name in PAIRED and not done["pairs"]:
        for args in pairs(problem, form, every_number(form)[:: PAIRED[form.name]]):
            yield "pairs", args
    if done["vectors"] < goal and not (one_number and form.bits <= 16):
        yield "vectors", vectors(problem, form, part)


PAIRED = {"float8_e4m3fn": 1, "float8_e5m2": 1, "float16": 257}
"""Formats whose pairs are taken, and of how many numbers one."""


def main() -> None:
    """Do what is missing, part by part, over all problems and formats in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("problems", nargs="*", default=list(PROBLEMS))
    parser.add_argument("--vectors", type=int, default=10**6, help="vectors of a problem in a format")
    parser.add_argument("--table", action="store_true", help="print the table of what is stored")
    given = parser.parse_args()
    given.store.touch()
    rows = [json.loads(line) for line in given.store.read_text().splitlines()]
    if given.table:
        print(table(rows))  # noqa: T201
        return
    done: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    finished = defaultdict(set)
    for row in rows:
        done[row["problem"], row["format"]][row["kind"]] += row["instances"]
        finished[row["problem"], row["format"]].add(row["part"])
    everything = [(PROBLEMS[name], form) for name in given.problems for form in FORMATS.values()]
    part = 0
    while any(done[p.name, f.name]["vectors"] < given.vectors for p, f in everything if not _exhausted(p, f)):
        with given.store.open("a") as store:
            for problem, form in everything:
                key = problem.name, form.name
                if part in finished[key]:
                    continue
                lines = []
                for kind, args in work(problem, form, part, given.vectors, done[key]):
                    start = perf_counter()
                    row = measured(problem, args, check=part % CHECKED == 0)
                    done[key][kind] += row["instances"]
                    about = {"problem": key[0], "format": key[1], "kind": kind, "part": part}
                    lines.append(json.dumps(about | row | {"seconds": round(perf_counter() - start, 3)}) + "\n")
                store.write("".join(lines))
                store.flush()
        part += 1


def _exhausted(problem: Problem, form: Format) -> bool:
    """Whether every number has been taken."""
    return problem.shape == "()->()" and form.bits <= 16


if __name__ == "__main__":
    main()
