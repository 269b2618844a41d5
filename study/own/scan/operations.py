"""What a call computes, whatever the library: ``torch.log(x)``, ``np.log(x)`` and ``x.log()`` are one operation.

A file's imports tell what its names are. A name that is assigned once in a function stands for what it was assigned.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

LIBRARIES = ("torch", "jax", "tensorflow", "numpy", "scipy", "math")
"""Whose functions are known; the first that a file imports is the one that its methods are of."""

SAME = {
    "log": "log", "exp": "exp", "log1p": "log1p", "sum": "sum", "nansum": "sum", "reduce_sum": "sum", "mean": "sum",
    "reduce_mean": "sum", "prod": "prod", "nanprod": "prod", "reduce_prod": "prod", "softmax": "softmax",
    "log_softmax": "log_softmax", "logsigmoid": "log_sigmoid", "log_sigmoid": "log_sigmoid", "sigmoid": "sigmoid",
    "expit": "sigmoid", "clip": "clip", "clip_by_value": "clip", "clamp": "clip", "clamp_min": "clip",
    "maximum": "maximum", "max": "max", "amax": "max", "reduce_max": "max", "nanmax": "max", "logsumexp": "max",
    "reduce_logsumexp": "max", "abs": "abs", "absolute": "abs", "square": "abs",
    "pow": "pow", "power": "pow", "neg": "neg", "negative": "neg",
    "cumsum": "sum",
}  # fmt: skip
"""Operations by the last part of a function's name; a mean is a sum, a logsumexp is no less than the maximum."""

PASSING = {
    "detach", "unsqueeze", "squeeze", "view", "reshape", "contiguous", "float", "double", "gather", "expand_dims",
    "expand_as", "cpu", "flatten", "take_along_axis", "numpy", "expand", "stop_gradient", "keepdim",
}  # fmt: skip
"""Methods and functions whose result has the values of their first argument."""

VIEWS = {"values", "T", "mT", "data", "at"}
CASTS = {"half", "bfloat16", "to", "type", "astype", "asarray", "cast", "array", "float16"}
NARROW = {"float16", "bfloat16", "half", "fp16", "bf16"}


@dataclass(frozen=True)
class Operation:
    """A call of a known function.

    Attributes:
        name: one of the values of ``SAME``; ``abs`` is what cannot be negative, ``cast`` one to a 16-bit format,
            ``pass`` where values stay.
        operand: its first argument, or what it is a method of.
        library: one of ``LIBRARIES``.
        call: the call itself.
    """

    name: str
    operand: ast.expr
    library: str
    call: ast.Call


@dataclass
class Names:
    """What names stand for: modules and functions that a file imports, and assignments of one function.

    Attributes:
        imported: full names by the names that the file uses.
        assigned: in the function, the values of each name, in order; None where it is changed otherwise.
    """

    imported: dict[str, str]
    assigned: dict[str, list[ast.expr | None]] = field(default_factory=dict)

    @property
    def library(self) -> str:
        """The library whose arrays the file has, as far as imports tell."""
        roots = {name.partition(".")[0] for name in self.imported.values()}
        return next((name for name in LIBRARIES if name in roots), "")

    def follow(self, node: ast.expr) -> ast.expr:
        """What a name stands for, where it is assigned once, before and not from itself; else the node."""
        for _ in range(8):
            values = self.assigned.get(node.id, []) if isinstance(node, ast.Name) else []
            if len(values) != 1 or values[0] is None or values[0].lineno > node.lineno or _mentions(values[0], node):
                return node
            node = values[0]
        return node

    def operation(self, node: ast.expr) -> Operation | None:
        """What an expression computes, names followed and reshapes passed over; None where that is not known."""
        for _ in range(16):
            node = self.follow(node)
            if isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr in VIEWS):
                node = node.value
                continue
            found = self._called(node)
            if found is None or found.name != "pass":
                return found
            node = found.operand
        return None

    def _called(self, node: ast.expr) -> Operation | None:
        if not isinstance(node, ast.Call):
            return None
        full = self.full_name(node.func)
        if full and full.partition(".")[0] in LIBRARIES:
            last, library, operand = full.split(".")[-1], full.partition(".")[0], _first(node)
        elif isinstance(node.func, ast.Attribute) and self.library and not full:
            own = isinstance(node.func.value, ast.Name) and node.func.value.id in ("self", "cls")
            last, library, operand = node.func.attr, self.library, _first(node) if own else node.func.value
            if last in ("log", "exp") and node.args:
                return None  # a logger, say
        else:
            return None
        if operand is None:
            return None
        if last in CASTS and narrow(node, last):
            return Operation("cast", operand, library, node)
        name = "pass" if last in PASSING or last in CASTS else SAME.get(last, "")
        return Operation(name, operand, library, node) if name else None

    def full_name(self, node: ast.expr) -> str:
        """The full name of a module's attribute; empty where it is none."""
        if isinstance(node, ast.Attribute):
            base = self.full_name(node.value)
            return f"{base}.{node.attr}" if base else ""
        return self.imported.get(node.id, "") if isinstance(node, ast.Name) else ""


def _first(call: ast.Call) -> ast.expr | None:
    named = [k.value for k in call.keywords if k.arg in ("input", "x", "a", "logits", "input_tensor")]
    return next(iter([*call.args, *named]), None)


def narrow(call: ast.Call, last: str = "") -> bool:
    """Whether a call asks for a 16-bit format, by its name or by an argument."""
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    within = [node for argument in arguments for node in ast.walk(argument)]
    words = {node.attr for node in within if isinstance(node, ast.Attribute)}
    words |= {node.value for node in within if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return bool({last, *words} & NARROW)


def imported(tree: ast.AST) -> dict[str, str]:
    """Full names by the names that a file's imports give them."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                      for a in node.names}  # fmt: skip
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return names


def assigned(body: list[ast.AST]) -> dict[str, list[ast.expr | None]]:
    """The values of each name in these nodes, in order; None for a loop, an unpacking or a change in place."""
    found: dict[str, list[ast.expr | None]] = {}
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                whole = isinstance(target, ast.Name)
                value = _in_place(node) if isinstance(node, ast.AugAssign) else node.value
                for name in ast.walk(target):
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        found.setdefault(name.id, []).append(value if whole else None)
        elif isinstance(node, ast.For | ast.comprehension):
            for name in ast.walk(node.target):
                if isinstance(name, ast.Name):
                    found.setdefault(name.id, []).append(None)
    return found


def _mentions(value: ast.expr, name: ast.expr) -> bool:
    return isinstance(name, ast.Name) and any(isinstance(n, ast.Name) and n.id == name.id for n in ast.walk(value))


def _in_place(node: ast.AugAssign) -> ast.expr | None:
    changed = ast.BinOp(node.target, node.op, node.value) if isinstance(node.target, ast.Name) else None
    return ast.copy_location(changed, node) if changed else None
