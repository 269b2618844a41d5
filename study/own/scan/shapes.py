"""Which expressions are a formula that fails, and which look like it and are safe."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from study.own.scan.operations import narrow
from study.own.scan.signs import named, negative, rises, unshifted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from study.own.scan.operations import Names, Operation

PROBABILITY = re.compile(
    r"(^|_)(p|q|pt|prob|probs|proba|probas|probability|probabilities|likelihood|likelihoods)(_|\d|$)"
)
LOG = re.compile(r"(^|_)(logp|logps|logprob|logprobs|log_?p|log_?probs?|log_?likelihoods?|nll|logits?)(_|\d|$)")
COUNTS = re.compile(r"shape|size|dim|factor|stride|count|num")
SMALL = 1e-2


def log_of_product(node: ast.expr, names: Names) -> bool:
    """log(prod(x)), but not of a shape."""
    inner = _inside(node, names, "log")
    product = names.operation(inner) if inner else None
    return product is not None and product.name == "prod" and not COUNTS.search(ast.unparse(product.operand))


def log_of_sum_of_exp(node: ast.expr, names: Names) -> bool:
    """log(Σ exp x), whatever is added to the sum."""
    inner = _inside(node, names, "log")
    return inner is not None and any(unshifted(_summed(term, names), names) for term in _addends(inner, names))


def exp_over_sum(node: ast.expr, names: Names) -> bool:
    """Exp x / Σ exp x, of one x."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
        return False
    above = names.operation(node.left)
    if above is None or above.name != "exp" or not unshifted(above, names) or negative(above.operand, names):
        return False
    sums = [_summed(term, names) for term in _addends(node.right, names)]
    return any(below is not None and _same(below.operand, above.operand, names) for below in sums)


def log_of(name: str) -> Callable[[ast.expr, Names], bool]:
    """Of log(softmax(x)), of an entry of it, and of it clipped or padded."""

    def found(node: ast.expr, names: Names) -> bool:
        inner = _inside(node, names, "log")
        return inner is not None and any(op.name == name for op in _bare(inner, names))

    return found


def log_of_sigmoid(node: ast.expr, names: Names) -> bool:
    """log(sigmoid(x)) and log(1 − sigmoid(x))."""
    inner = _inside(node, names, "log")
    if inner is None:
        return False
    rest = [r for term in _addends(inner, names) if (r := _one_minus(term, names)) is not None]
    return any(op.name == "sigmoid" for part in [inner, *rest] for op in _bare(part, names))


def log_of_one_plus_exp(node: ast.expr, names: Names) -> bool:
    """log(1 + exp x), but not of −|x|."""
    inner = _inside(node, names, "log")
    terms = _addends(inner, names) if inner else []
    return any(map(_is_one, terms)) and any(rises(_exp(term, names), names) for term in terms)


def log1p_of_exp(node: ast.expr, names: Names) -> bool:
    """log1p(exp x), but not of −|x|."""
    inner = _inside(node, names, "log1p")
    return inner is not None and rises(_exp(inner, names), names)


def log_of_one_minus_exp(node: ast.expr, names: Names) -> bool:
    """log(1 − exp x)."""
    inner = _inside(node, names, "log")
    rest = [_one_minus(term, names) for term in _addends(inner, names)] if inner else []
    return any(part is not None and _exp(part, names) is not None for part in rest)


def log_of_one_minus(node: ast.expr, names: Names) -> bool:
    """log(1 − p), p no number that is written out."""
    inner = _inside(node, names, "log")
    rest = [_one_minus(term, names) for term in _addends(inner, names)] if inner else []
    return any(part is not None and not isinstance(names.follow(part), ast.Constant) for part in rest)


def clip_before_log(node: ast.expr, names: Names) -> bool:
    """log(clip(p, ε, …)) and log(p + ε) of what is called a probability."""
    inner = _inside(node, names, "log")
    if inner is None:
        return False
    terms = _addends(inner, names)
    padded = len(terms) > 1 and any(map(_is_small, terms))
    held = [t for t in terms if not _is_small(t)]
    return any(named(t, PROBABILITY) for t in held) if padded else _clipped(inner, names)


def sum_in_16_bits(node: ast.expr, names: Names) -> bool:
    """Σ of log-probabilities that are cast to 16 bits, or for which the sum asks for 16 bits."""
    found = names.operation(node) if isinstance(node, ast.Call) else None
    if found is None or found.name != "sum":
        return False
    cast = names.operation(found.operand)
    if cast is not None and cast.name == "cast":
        return _is_log(cast.operand, names)
    return any(k.arg == "dtype" for k in found.call.keywords) and narrow(found.call) and _is_log(found.operand, names)


def exp_of_narrow_difference(node: ast.expr, names: Names) -> bool:
    """exp(a − b) where a, b or their difference is cast to 16 bits."""
    inner = _inside(node, names, "exp")
    if inner is None:
        return False
    whole = names.operation(inner)
    cast = whole is not None and whole.name == "cast"
    difference = names.follow(whole.operand if whole is not None and cast else inner)
    if not (isinstance(difference, ast.BinOp) and isinstance(difference.op, ast.Sub)):
        return False
    parts = [names.operation(side) for side in (difference.left, difference.right)]
    return cast or any(part is not None and part.name == "cast" for part in parts)


def _inside(node: ast.expr, names: Names, name: str) -> ast.expr | None:
    """The argument of a call of log, say; the node itself is such a call."""
    found = names.operation(node) if isinstance(node, ast.Call) else None
    return found.operand if found is not None and found.call is node and found.name == name else None


def _addends(node: ast.expr, names: Names) -> list[ast.expr]:
    """The terms of a sum that is written out."""
    node = names.follow(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_addends(node.left, names), *_addends(node.right, names)]
    return [node]


def _exp(node: ast.expr, names: Names) -> Operation | None:
    found = names.operation(node)
    return found if found is not None and found.name == "exp" else None


def _summed(node: ast.expr, names: Names) -> Operation | None:
    """The exp that a sum is of."""
    found = names.operation(node)
    return _exp(found.operand, names) if found is not None and found.name == "sum" else None


def _one_minus(node: ast.expr, names: Names) -> ast.expr | None:
    node = names.follow(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and _is_one(node.left):
        return node.right
    return None


def _bare(node: ast.expr, names: Names) -> Iterator[Operation]:
    """What is there without clips, padding and floors around it."""
    for term in _addends(node, names):
        found = names.operation(term)
        while found is not None and found.name in ("clip", "maximum", "cast"):
            found = names.operation(found.operand)
        if found is not None:
            yield found


def _clipped(node: ast.expr, names: Names) -> bool:
    found = names.operation(node)
    if found is None or found.name not in ("clip", "maximum"):
        return False
    return named(found.operand, PROBABILITY)


def _is_log(node: ast.expr, names: Names) -> bool:
    found = names.operation(node)
    return named(node, LOG) or (found is not None and found.name in ("log", "log_softmax", "log_sigmoid"))


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value == 1


def _is_small(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float) and 0 < node.value < SMALL
    return named(node, re.compile(r"eps|tiny|small"))


def _same(one: ast.expr, other: ast.expr, names: Names) -> bool:
    return ast.dump(names.follow(one)) == ast.dump(names.follow(other))
