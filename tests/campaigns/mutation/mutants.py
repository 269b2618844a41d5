"""Mutants of the functions that the algorithms are made of, found by running them, and how one is planted."""

from __future__ import annotations

import ast
import gc
import inspect
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import format_of
from study.inputs.families import generator
from tests.campaigns.mutation.operators import mutations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from study.measurement.case import Case
    from study.problems import Algorithm

    Place = tuple[str, int, str]
    """File, first line and name of a function."""

ROOT = Path(__file__).parents[3]
FOLDERS = ("study/problems", "study/arithmetic/reductions.py")
NOT_FORMULAS = ("study/problems/base.py", "study/problems/signature.py")
ULPS = (1, 2, 4, 8)
TRACED = 10_000
"""Numbers in an argument of a call that is traced: a loop over more calls no other functions."""


@dataclass(frozen=True)
class Mutant:
    """One slip in one place.

    Attributes:
        file: the file, from the project's folder.
        line: its line there.
        function: name of the function.
        operator: name of the slip.
        change: the expression, and what it is made into.
        reaches: the algorithms that run it, the nearest first.
        plant: a context in which it is in force.
    """

    file: str
    line: int
    function: str
    operator: str
    change: str
    reaches: tuple[Algorithm, ...]
    plant: Callable[[], Any] = field(repr=False)

    @property
    def name(self) -> str:
        """file:line:operator."""
        return f"{self.file}:{self.line}:{self.operator}"

    @property
    def key(self) -> str:
        """What stays the same when lines move."""
        return f"{Path(self.file).stem}.{self.function} {self.operator} {self.change}"


def generate(cases: Sequence[Case]) -> list[Mutant]:
    """Every mutant of what the algorithms run on these cases, in the order of the files; noise after them."""
    reached = called(cases)
    files = sorted({file for file, *_ in reached})
    return [m for file in files for m in _of_file(file, reached)] + list(noises(cases))


def called(cases: Sequence[Case]) -> dict[Place, tuple[Algorithm, ...]]:
    """The formulas' functions, and the algorithms that call them: those that call little else first."""
    found: dict[Place, dict[int, Algorithm]] = {}
    sizes: dict[int, int] = {}
    for case in (c for c in cases if max(a.size for a in c.args) <= TRACED):
        for algorithm in case.problem.algorithms.values():
            if case.form.name in algorithm.formats:
                places = _places(algorithm, case.args)
                sizes[id(algorithm)] = max(sizes.get(id(algorithm), 0), len(places))
                for place in places:
                    found.setdefault(place, {})[id(algorithm)] = algorithm
    return {place: tuple(sorted(by.values(), key=lambda a: sizes[id(a)])) for place, by in found.items()}


def _places(algorithm: Algorithm, args: Any) -> set[Place]:
    codes: set[CodeType] = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _: codes.add(frame.f_code) if event == "call" else None)
    try:
        algorithm(*args)
    finally:
        sys.setprofile(before)
    return {(file, c.co_firstlineno, c.co_name) for c in codes if (file := _formula_file(c.co_filename))}


@cache
def _formula_file(path: str) -> str | None:
    if not Path(path).is_relative_to(ROOT):
        return None
    file = Path(path).relative_to(ROOT).as_posix()
    return file if file.startswith(FOLDERS) and file not in NOT_FORMULAS else None


def _of_file(file: str, reached: dict[Place, tuple[Algorithm, ...]]) -> Iterator[Mutant]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.Lambda):
            continue
        name = getattr(function, "name", "<lambda>")
        line = min([function.lineno, *(d.lineno for d in getattr(function, "decorator_list", []))])
        algorithms = reached.get((file, line, name))
        for parent, slot, node in _expressions(function) if algorithms else ():
            for operator, new in mutations(node):
                change = f"{ast.unparse(node)} → {ast.unparse(new)}"
                code = _compiled(tree, parent, slot, new, str(ROOT / file))
                yield Mutant(file, node.lineno, name, operator, change, algorithms or (), partial(_swapped, code))


def _expressions(function: ast.FunctionDef | ast.Lambda) -> Iterator[tuple[Any, Any, ast.expr]]:
    """The expressions of a function's body, not of functions within it, each with where it hangs."""
    waiting: list[tuple[Any, Any, ast.AST]] = (
        [(function, "body", function.body)]
        if isinstance(function, ast.Lambda)
        else [(function.body, i, part) for i, part in enumerate(function.body)]
    )
    while waiting:
        parent, slot, node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.expr):
            yield parent, slot, node
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                waiting.append((node, name, value))
            elif isinstance(value, list):
                waiting += [(value, i, v) for i, v in enumerate(value) if isinstance(v, ast.AST)]


def _compiled(tree: ast.Module, parent: Any, slot: Any, new: ast.expr, path: str) -> CodeType:
    get, put = (
        (parent.__getitem__, parent.__setitem__)
        if isinstance(parent, list)
        else (lambda s: getattr(parent, s), lambda s, v: setattr(parent, s, v))
    )
    old = get(slot)
    put(slot, ast.copy_location(new, old))
    try:
        return compile(ast.fix_missing_locations(tree), path, "exec")
    finally:
        put(slot, old)


@contextmanager
def _swapped(module: CodeType) -> Iterator[None]:
    """Every live function of a file runs the code that a changed version of the file has for it."""
    changed = {(c.co_qualname, c.co_firstlineno): c for c in _codes(module)}
    before = [(f, f.__code__) for f in _live(module.co_filename)]
    try:
        for function, code in before:
            function.__code__ = changed[code.co_qualname, code.co_firstlineno]
        yield
    finally:
        for function, code in before:
            function.__code__ = code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


@cache
def _live(path: str) -> list[FunctionType]:
    return [f for f in gc.get_objects() if isinstance(f, FunctionType) and f.__code__.co_filename == path]


def noises(cases: Sequence[Case]) -> Iterator[Mutant]:
    """Results of every algorithm of the cases off by 1, 2, 4 or 8 ulps, up or down at random."""
    for problem in {case.problem.name: case.problem for case in cases}.values():
        for algorithm in problem.algorithms.values():
            code = _formula(algorithm).__code__
            for ulps in ULPS:
                yield Mutant(
                    _formula_file(code.co_filename) or "", code.co_firstlineno, algorithm.name, f"noise_{ulps}_ulp",
                    f"{problem.name}: result → result ± {ulps} ulp", (algorithm,),
                    partial(_noisy, algorithm, ulps),
                )  # fmt: skip


def _formula(algorithm: Algorithm) -> Any:
    """The function of an algorithm as it is written in its problem's file."""
    if not algorithm.stored:
        return algorithm.function
    return inspect.getclosurevars(algorithm.function).nonlocals["formula"]


@contextmanager
def _noisy(algorithm: Algorithm, ulps: int) -> Iterator[None]:
    before = algorithm.function
    object.__setattr__(algorithm, "function", lambda *args: _off(np.asarray(before(*args)), ulps))
    try:
        yield
    finally:
        object.__setattr__(algorithm, "function", before)


def _off(x: Any, ulps: int) -> Any:
    """Every finite number but zero moved by so many of its format's steps."""
    steps = x.view(f"i{x.dtype.itemsize}")
    rng = generator("noise", format_of(x).name, x.size)
    moved = (steps + ulps * rng.choice([-1, 1], x.shape)).astype(steps.dtype).view(x.dtype)
    return np.where(np.isfinite(x) & (x != 0), moved, x)
