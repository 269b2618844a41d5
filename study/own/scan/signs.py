"""How large an argument of exp can be, as far as the code tells: x − max x, −|x| and −x² are safe."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from study.own.scan.operations import Names, Operation

LARGEST = re.compile(r"max|lse|logsumexp|logz|log_z|normali|(^|_)(m|top|shift)$")
"""What a maximum, or a logsumexp, is called."""


def unshifted(exp: Operation | None, names: Names) -> bool:
    """Whether the argument of an exp is not x − max x."""
    return exp is not None and not any(_bounded(value, names) for value in _values(exp.operand, names))


def _values(node: ast.expr, names: Names) -> Iterator[ast.expr]:
    """What an argument is, or was made before: ``x = x − x.max()`` is a shift, however often x is assigned."""
    yield names.follow(node)
    if isinstance(node, ast.Name):
        yield from (value for value in names.assigned.get(node.id, []) if value is not None)


def _bounded(node: ast.expr, names: Names) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        found = names.operation(node.right)
        return (found is not None and found.name in ("max", "maximum")) or named(node.right, LARGEST)
    found = names.operation(node)
    return found is not None and found.name in ("log_softmax", "log_sigmoid")


def rises(exp: Operation | None, names: Names) -> bool:
    """Whether the argument of an exp can be large and positive."""
    return exp is not None and unshifted(exp, names) and not negative(exp.operand, names)


def negative(node: ast.expr, names: Names) -> bool:
    """−|x|, −x² and positive multiples of them."""
    node = names.follow(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _positive(node.operand, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        sides = (node.left, node.right)
        number = any(isinstance(s, ast.UnaryOp) and isinstance(s.operand, ast.Constant) for s in sides)  # −0.5, say
        return any(negative(s, names) for s in sides) or (number and any(_positive(s, names) for s in sides))
    found = names.operation(node)
    return found is not None and found.name == "neg" and _positive(found.operand, names)


def _positive(node: ast.expr, names: Names) -> bool:
    """|x|, x², and what is multiplied with them."""
    node = names.follow(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return _is_even(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        return _positive(node.left, names) or _positive(node.right, names)
    found = names.operation(node)
    if found is not None and found.name == "pow":
        return any(map(_is_even, found.call.args))
    return found is not None and found.name == "abs"


def _is_even(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (2, 4)


def named(node: ast.expr, pattern: re.Pattern[str]) -> bool:
    """By the name of a variable or attribute, entries and reshapes of it too."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
        node = node.value if isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name) else node
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    base = node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
    return any(pattern.search(word.lower()) is not None for word in (name, base) if word)
