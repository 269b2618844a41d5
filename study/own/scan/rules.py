"""The formulas, each with the problem and algorithm of the study that measure it, and what to call instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from study.own.scan import shapes

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping

    from study.own.scan.operations import Names

SEVERITIES = ("range", "digits")
"""What is lost, the gravest first: the range, so that results are 0, infinite or NaN; or digits."""


@dataclass(frozen=True)
class Rule:
    """One formula that fails.

    Attributes:
        name: of the rule.
        severity: one of ``SEVERITIES``.
        says: the formula and what becomes of it.
        measured: problem, algorithm and inputs of the study's tables that tell what is lost; None where ``says`` does.
        found: whether a node is this formula.
        use: what to call instead, by library; that of numpy where a library has none.
    """

    name: str
    severity: str
    says: str
    measured: tuple[str, str, str] | None
    found: Callable[[ast.expr, Names], bool]
    use: Mapping[str, str] = field(default_factory=dict)

    def instead(self, library: str) -> str:
        """The call to use, of the library where it has one."""
        return self.use.get(library) or self.use["numpy"]


RULES = (
    Rule(
        "log-of-product", "range", "the log of a product: the product leaves the range of the format",
        ("likelihood", "naive", "all 0.1"), shapes.log_of_product,
        {"torch": "torch.log(x).sum(dim)", "jax": "jnp.log(x).sum(axis)", "numpy": "np.log(x).sum(axis)",
         "math": "math.fsum(map(math.log, x))"},
    ),
    Rule(
        "log-of-sum-of-exp", "range", "the log of a sum of exponentials that are not shifted by their maximum",
        ("logsumexp", "naive", "N(0, 1), n = 10, shifted"), shapes.log_of_sum_of_exp,
        {"torch": "torch.logsumexp(x, dim)", "jax": "jax.nn.logsumexp(x, axis)",
         "tensorflow": "tf.reduce_logsumexp(x, axis)", "numpy": "scipy.special.logsumexp(x, axis)"},
    ),
    Rule(
        "exp-over-sum", "range", "exponentials over their sum, not shifted by their maximum",
        ("softmax", "naive", "N(0, 1), n = 10, shifted"), shapes.exp_over_sum,
        {"torch": "torch.softmax(x, dim)", "jax": "jax.nn.softmax(x, axis)", "tensorflow": "tf.nn.softmax(x, axis)",
         "numpy": "scipy.special.softmax(x, axis)"},
    ),
    Rule(
        "log-of-softmax", "range", "the log of softmax: minus infinity where softmax is zero",
        ("log_softmax", "log_of_shifted", "N(0, 1), n = 10, scaled"), shapes.log_of("softmax"),
        {"torch": "torch.nn.functional.log_softmax(x, dim)", "jax": "jax.nn.log_softmax(x, axis)",
         "tensorflow": "tf.nn.log_softmax(x, axis)", "numpy": "scipy.special.log_softmax(x, axis)"},
    ),
    Rule(
        "log-of-sigmoid", "range", "the log of sigmoid: minus infinity where it is 0, digits lost where it is 1",
        ("log_sigmoid", "log_of_two_branch", "±size"), shapes.log_of_sigmoid,
        {"torch": "torch.nn.functional.logsigmoid(x), of −x for 1 − sigmoid", "jax": "jax.nn.log_sigmoid(x), of −x for "
         "1 − sigmoid", "tensorflow": "tf.math.log_sigmoid(x), of −x for 1 − sigmoid",
         "numpy": "scipy.special.log_expit(x), of −x for 1 − sigmoid"},
    ),
    Rule(
        "log-of-one-plus-exp", "range", "log(1 + exp x): exp overflows, and 1 + exp x drops what is small",
        ("softplus", "naive", "±size"), shapes.log_of_one_plus_exp,
        {"torch": "torch.nn.functional.softplus(x)", "jax": "jax.nn.softplus(x)", "tensorflow": "tf.math.softplus(x)",
         "numpy": "np.logaddexp(0, x)"},
    ),
    Rule(
        "log1p-of-exp", "range", "log1p(exp x): exp overflows",
        ("softplus", "log1p", "±size"), shapes.log1p_of_exp,
        {"torch": "torch.nn.functional.softplus(x)", "jax": "jax.nn.softplus(x)", "tensorflow": "tf.math.softplus(x)",
         "numpy": "np.logaddexp(0, x)"},
    ),
    Rule(
        "log-of-one-minus-exp", "range",
        "log(1 − exp x): exp x is 1, and the log infinite, for x above −2^−25 in float32 and −2^−54 in float64", None,
        shapes.log_of_one_minus_exp,
        {"torch": "torch.log(-torch.expm1(x)) above −log 2, torch.log1p(-torch.exp(x)) below",
         "jax": "jnp.log(-jnp.expm1(x)) above −log 2, jnp.log1p(-jnp.exp(x)) below",
         "numpy": "np.log(-np.expm1(x)) above −log 2, np.log1p(-np.exp(x)) below"},
    ),
    Rule(
        "clip-before-log", "digits",
        "a probability clipped, or padded, before its log: the loss stops at −log ε, 16.1 for 1e-7, with no gradient "
        "behind it; 1 − 1e-8 is 1 in float32, and 1e-8 is 0 in float16", None, shapes.clip_before_log,
        {"torch": "a loss of the logits, or torch.xlogy(y, p)",
         "jax": "a loss of the logits, or jax.scipy.special.xlogy(y, p)",
         "numpy": "a loss of the logits, or scipy.special.xlogy(y, p)"},
    ),
    Rule(
        "log-of-one-minus", "digits",
        "log(1 − p): 1 − p drops digits of a small p, all of them below 2^−25 in float32 and 2^−54 in float64", None,
        shapes.log_of_one_minus,
        {"torch": "torch.log1p(-p)", "jax": "jnp.log1p(-p)", "tensorflow": "tf.math.log1p(-p)", "numpy": "np.log1p(-p)",
         "math": "math.log1p(-p)"},
    ),
    Rule(
        "sum-in-16-bits", "digits", "log-probabilities summed in 16 bits: a bfloat16 sum stands still at 256 times its "
        "terms, a float16 one at 2,048 times", None, shapes.sum_in_16_bits,
        {"torch": "x.sum(dim, dtype=torch.float32)", "jax": "jnp.sum(x, dtype=jnp.float32)",
         "tensorflow": "tf.reduce_sum(tf.cast(x, tf.float32))", "numpy": "np.sum(x, dtype=np.float32)"},
    ),
    Rule(
        "exp-of-narrow-difference", "digits",
        "exp of a difference held in 16 bits: a difference of 8 to 16 is off by up to 1/32 in bfloat16, 1/256 in "
        "float16, and so is its exp, relatively", None, shapes.exp_of_narrow_difference,
        {"torch": "torch.exp(a.float() - b.float())", "jax": "jnp.exp(a.astype(jnp.float32) - b.astype(jnp.float32))",
         "tensorflow": "tf.exp(tf.cast(a, tf.float32) - tf.cast(b, tf.float32))",
         "numpy": "np.exp(a.astype(np.float32) - b.astype(np.float32))"},
    ),
)  # fmt: skip
"""In order: a node is what the first says that finds it."""
