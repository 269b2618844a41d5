"""The slips that are made on purpose: each operator turns one expression of an algorithm into wrong ones."""

from __future__ import annotations

import ast
from copy import deepcopy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MISTAKEN = {
    "log": "log1p",
    "log1p": "log",
    "exp": "expm1",
    "expm1": "exp",
    "max": "min",
    "argmax": "argmin",
    "maximum": "minimum",
    "compensated_sum": "sequential_sum",
    "wide_sum": "sequential_sum",
}
REDUCTIONS = {
    "sequential_sum", "pairwise_sum", "compensated_sum", "wide_sum", "sequential_product", "pairwise_product",
    "scaled_product", "total", "product", "log_product", "max",
}  # fmt: skip
GUARDS = {"finite", "abs", "like", "clip", "_at_least", "_widened", "_minus_onehot"}
SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
OPPOSITE = {
    ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip

Mutated = tuple[str, ast.expr]
"""Name of the operator, and what stands in the place of the expression."""


def mutations(node: ast.AST) -> Iterator[Mutated]:
    """Every slip that can be made at an expression."""
    match node:
        case ast.BinOp(left, op, right) if type(op) in SWAPPED:
            yield "swapped_operator", ast.BinOp(left, SWAPPED[type(op)](), right)
            yield "dropped_operand", left
        case ast.UnaryOp(ast.USub() | ast.Invert(), operand) if not isinstance(operand, ast.Constant):
            yield "dropped_sign", operand
        case ast.Compare(left, [op], [right]) if type(op) in OPPOSITE:
            yield "opposite_comparison", ast.Compare(left, [OPPOSITE[type(op)]()], [right])
        case ast.Constant(value) if type(value) is int:
            yield "other_constant", ast.Constant(value + 1)
        case ast.Constant(value) if type(value) is float:
            yield "other_constant", ast.Constant(2 * value if value else 1.0)
        case ast.Call():
            yield from _calls(node)


def _calls(call: ast.Call) -> Iterator[Mutated]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in MISTAKEN:
        yield f"{MISTAKEN[name]}_for_{name}", _renamed(call, MISTAKEN[name])
    if name == "where" and len(call.args) == 3:
        test, a, b = call.args
        yield "swapped_branches", ast.Call(call.func, [test, b, a], call.keywords)
    if name in GUARDS and call.args:
        yield "dropped_guard", call.args[0]
    if any(word.arg == "axis" for word in call.keywords):
        axis = [ast.keyword("axis", ast.Constant(0)), *(w for w in call.keywords if w.arg != "axis")]
        yield "wrong_axis", ast.Call(call.func, call.args, axis)
    if name in REDUCTIONS and call.args:
        for operator, form in (("first_left_out", "({})[..., 1:]"), ("last_left_out", "({})[..., :-1]")):
            yield operator, _first_argument(call, form)
        if "sum" in name:
            yield "float16_terms", _first_argument(call, "({0}).astype('float16').astype(({0}).dtype)")


def _renamed(call: ast.Call, name: str) -> ast.Call:
    func = deepcopy(call.func)
    if isinstance(func, ast.Attribute):
        func.attr = name
    elif isinstance(func, ast.Name):
        func.id = name
    return ast.Call(func, call.args, call.keywords)


def _first_argument(call: ast.Call, form: str) -> ast.Call:
    changed = ast.parse(form.format(ast.unparse(call.args[0])), mode="eval").body
    return ast.Call(call.func, [changed, *call.args[1:]], call.keywords)
