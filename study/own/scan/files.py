"""Files read, functions gone through, hits gathered."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from study.own.scan.operations import Names, assigned, imported
from study.own.scan.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from study.own.scan.rules import Rule

ACCEPTED = "study: ok"
"""In a comment on a line: its formula is meant."""
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Hit:
    """A formula that fails, in a file.

    Attributes:
        file: its path.
        line: counted from 1.
        column: likewise.
        code: the expression.
        rule: what it is.
        use: the call to use instead, of the file's library.
    """

    file: str
    line: int
    column: int
    code: str
    rule: Rule
    use: str


def scan(paths: Iterable[str | Path]) -> tuple[list[Hit], list[str]]:
    """The hits in these files, and in all .py files of these folders; and a line for each that cannot be read.

    Raises:
        ValueError: there is no such file or folder, or no Python file in it.
    """
    hits, unread = [], []
    for path in _files([Path(p) for p in paths]):
        try:
            hits += of_source(path.read_text(encoding="utf-8"), path.as_posix())
        except (SyntaxError, UnicodeDecodeError, RecursionError) as error:
            unread.append(f"{path} cannot be read: {type(error).__name__}: {error}")
    return hits, unread


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.is_file() else []
        if not found:
            raise ValueError(f"{path}: there is no {'Python file in it' if path.is_dir() else 'such file or folder'}")
        yield from found


def of_source(source: str, file: str = "") -> list[Hit]:
    """The hits in a source text; raises ``SyntaxError``."""
    tree = ast.parse(source)
    names, lines = imported(tree), source.splitlines()
    hits = [hit for scope in _scopes(tree) for hit in _of_scope(scope, names, file)]
    kept = [hit for hit in hits if ACCEPTED not in lines[hit.line - 1]]
    return sorted(kept, key=lambda hit: (hit.line, hit.column))


def _scopes(tree: ast.AST) -> Iterator[list[ast.AST]]:
    """The nodes of the module, and of each function, without those of functions inside."""
    waiting = [tree]
    while waiting:
        found, inner = [], list(ast.iter_child_nodes(waiting.pop()))
        while inner:
            node = inner.pop(0)
            found.append(node)
            if isinstance(node, FUNCTION):
                waiting.append(node)
            else:
                inner[:0] = ast.iter_child_nodes(node)
        yield found


def _of_scope(nodes: list[ast.AST], imports: dict[str, str], file: str) -> Iterator[Hit]:
    names = Names(imports, assigned(nodes))
    for node in nodes:
        if isinstance(node, ast.expr):
            rule = next((rule for rule in RULES if rule.found(node, names)), None)
            if rule:
                found = names.operation(node)
                use = rule.instead(found.library if found is not None else names.library)
                yield Hit(file, node.lineno, node.col_offset + 1, ast.unparse(node), rule, use)
