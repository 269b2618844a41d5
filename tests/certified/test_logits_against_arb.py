"""Entropy, temperature, smoothing, z-loss and focal loss against Arb, each as it is written down."""

import math

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.problems.reference import reference
from tests.certified.test_against_arb import (
    BITS,
    PRECS,
    arb_log_softmax,
    arb_logsumexp,
    arb_softmax,
    certified_by_arb,
    logits,
    total,
)


@pytest.fixture(autouse=True)
def _arb_precision():
    before, flint.ctx.prec = flint.ctx.prec, BITS
    yield
    flint.ctx.prec = before


def one_value(x):
    return len({v for v in x if v > -math.inf}) == 1


def entropy(x):
    return total(-g * v for g, v in zip(arb_softmax(x), arb_log_softmax(x), strict=True) if v != -math.inf)


def entropy_gradient(x):
    """g_j Σ g_i (x_i - x_j), which is -g_j (log g_j + H)."""
    if one_value(x):
        return [0.0] * len(x)
    used = [(g, flint.arb(v)) for g, v in zip(arb_softmax(x), x, strict=True) if v > -math.inf]
    pushes = iter([g * total(h * (w - v) for h, w in used) for g, v in used])
    return [next(pushes) if v > -math.inf else 0.0 for v in x]


def z_loss(x):
    return arb_logsumexp(x) ** 2


def z_loss_gradient(x):
    return [2 * arb_logsumexp(x) * g if v > -math.inf else 0.0 for g, v in zip(arb_softmax(x), x, strict=True)]


def at_temperature(x, t):
    terms = [((flint.arb(v) - flint.arb(max(x))) / flint.arb(t)).exp() if v > -math.inf else 0.0 for v in x]
    whole = total(e for e in terms if not isinstance(e, float))
    return [e if isinstance(e, float) else e / whole for e in terms]


def temperature_gradient(x, target, t):
    """At the target minus what the others have, which a float 0 stands for where nobody has any."""
    shares = at_temperature(x, t)
    others = [g for j, g in enumerate(shares) if j != target and not isinstance(g, float)]
    own = -total(others) / flint.arb(t) if others else 0.0
    return [own if j == target else g if isinstance(g, float) else g / flint.arb(t) for j, g in enumerate(shares)]


def smoothed(x, target, eps):
    losses, n = [-v for v in arb_log_softmax(x)], len(x)
    if math.inf in (losses if eps else losses[target : target + 1]):
        return math.inf
    spread = flint.arb(eps) * total(losses) / n if eps else 0
    return (1 - flint.arb(eps)) * losses[target] + spread


def label(target, eps, n, j):
    return (1 - flint.arb(eps)) * (j == target) + flint.arb(eps) / n


def smoothed_gradient(x, target, eps):
    """Softmax less the label, of which a sure target's is less what the others have."""
    g, n, out = arb_softmax(x), len(x), []
    for j in range(n):
        others = total(v for i, v in enumerate(g) if i != j)
        out.append(flint.arb(eps) - flint.arb(eps) / n - others if j == target else g[j] - flint.arb(eps) / n)
    return [0.0 if one_value(x[j : j + 1] + x) and eps == 1 and -math.inf not in x else v for j, v in enumerate(out)]


def focal_parts(x, target):
    g = arb_softmax(x)
    return g[target], total(v for i, v in enumerate(g) if i != target), -arb_log_softmax(x)[target]


def focal(x, target, gamma):
    _, rest, loss = focal_parts(x, target)
    if not isinstance(loss, flint.arb):
        return math.inf
    return (flint.arb(gamma) * rest.log()).exp() * loss if rest > 0 else 0.0


def focal_gradient(x, target, gamma):
    p, rest, loss = focal_parts(x, target)
    if not rest > 0:
        return [0.0] * len(x)
    gain = flint.arb(gamma) * p * loss if isinstance(loss, flint.arb) else 0
    whole = (flint.arb(gamma) * rest.log()).exp() * (rest + gain)
    pushed = [-whole if j == target else g / rest * whole for j, g in enumerate(arb_softmax(x))]
    return [0.0 if v == -math.inf and j != target else h for j, (h, v) in enumerate(zip(pushed, x, strict=True))]


ALONE = {
    "entropy_from_logits": entropy,
    "entropy_from_logits_gradient": entropy_gradient,
    "z_loss": z_loss,
    "z_loss_gradient": z_loss_gradient,
}
BESIDE = {
    "temperature_softmax": (at_temperature, st.one_of(st.sampled_from([1e-300, 1.0, 1e300]), st.floats(1e-3, 1e3))),
    "temperature_nll_gradient": (temperature_gradient, st.one_of(st.sampled_from([0.01, 1.0]), st.floats(0.1, 100))),
    "cross_entropy_label_smoothing": (smoothed, st.one_of(st.sampled_from([0.0, 1e-300, 1.0]), st.floats(0, 1))),
    "cross_entropy_label_smoothing_gradient": (smoothed_gradient, st.sampled_from([1e-300, 0.1, 0.3, 0.7, 1.0])),
    "focal_loss": (focal, st.one_of(st.sampled_from([0.0, 1e-300, 2.0, 1e6]), st.floats(0, 10))),
    "focal_loss_gradient": (focal_gradient, st.one_of(st.sampled_from([0.0, 1e-300, 2.0, 1e6]), st.floats(0, 10))),
}
"""By problem: what it is in Arb, and numbers beside the logits."""


def agrees(problem, x, due, *beside, prec):
    values = np.atleast_1d(reference(problem, np.array(x), *beside, prec=prec))
    return all(
        certified_by_arb(v, d, prec) for v, d in zip(values, due if isinstance(due, list) else [due], strict=True)
    )


@pytest.mark.parametrize("inputs", logits)
@pytest.mark.parametrize("problem", ALONE)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_of_logits_alone(problem, inputs, data):
    x = data.draw(logits[inputs])
    assert agrees(problem, x, ALONE[problem](x), prec=data.draw(st.sampled_from(PRECS)))


@pytest.mark.parametrize("inputs", logits)
@pytest.mark.parametrize("problem", BESIDE)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_of_logits_and_a_number_beside(problem, inputs, data):
    formula, numbers = BESIDE[problem]
    x, number = data.draw(logits[inputs]), data.draw(numbers)
    target = () if problem == "temperature_softmax" else (data.draw(st.integers(0, len(x) - 1)),)
    assert agrees(problem, x, formula(x, *target, number), *target, number, prec=data.draw(st.sampled_from(PRECS)))


@pytest.mark.parametrize("gap", [1e3, 1e9, 1e300])
def test_what_the_label_leaves_of_ties_is_as_small_as_a_logit_that_is_far(gap):
    """At ε = 3/4 two of three classes are due one half each, and get it but for exp(-gap)/4."""
    (value,) = reference("cross_entropy_label_smoothing_gradient", np.array([0.0, 0.0, -gap]), 0, 0.75)[:1]
    with flint.ctx.workprec(2000):
        assert certified_by_arb(value, -((-flint.arb(gap)).exp()) / (4 + 2 * (-flint.arb(gap)).exp()), 100)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_z_loss_beside_the_tie_with_zero_lies_where_the_far_logit_pulls_it(sign):
    """2**-150 rounds to 0 in binary32, and what is above it does not."""
    x = np.array([sign * 2.0**-75, -1e30], np.float32)
    value = reference("z_loss", x)[()]
    assert (value > 2.0**-150) == (sign > 0)


def test_a_focal_loss_beside_the_tie_with_infinity_lies_below_it():
    """The distance 65520 is infinite in binary16; the target's own share takes some off for γ > 65520**-1."""
    x = np.array([65504, -16], np.float16)
    for gamma, finite in ((2, True), (2.0**-17, False), (0, False)):
        assert (reference("focal_loss", x, 1, np.float16(gamma))[()] < 65520) == finite
