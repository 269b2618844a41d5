"""Bounds on the focal loss: each operation's share, to first order, the power as exact as an exponential.

l = -log p is the loss, within b of itself, and q = 1 - p.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.exact import Exact
from study.problems.bounds.logits import Shares
from study.problems.bounds.model import elementary, strict
from study.problems.bounds.softmax import log_softmax_shifted, softmax_shifted
from study.problems.bounds.softmax import nll as loss_of

if TYPE_CHECKING:
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def _loss(form: Format, args: Args) -> tuple[Floats, Floats]:
    """The loss in binary64, and the bound on it as it is found from log-softmax."""
    x, target, _ = args
    with np.errstate(all="ignore"):
        loss = np.take_along_axis(Shares.of(form, x).fall, target[..., None], -1)[..., 0]
        return loss, loss_of(log_softmax_shifted)(form, (x, target), Exact.from_float(loss))


def _power(form: Format, args: Args, reference: Exact, rest: Floats, loss: Floats) -> Floats:
    """(1 + r)**γ (1 + l) (1 + (k + 1) u) - 1 for q within r and the loss within l, plus what underflow costs."""
    x, _, gamma = args
    value, k, (size, _) = reference.to_float(), elementary(form), _loss(form, args)
    with np.errstate(all="ignore"):
        bound = _both(_raised(rest, gamma, k, form.u), loss) + form.xmins * (k * size + 1) / value
    held = np.isfinite(bound) & np.isfinite(x).all(axis=-1) & (gamma >= 0)
    return np.where(held, bound, np.inf)


def expm1(form: Format, args: Args, reference: Exact) -> Floats:
    """(1 + γ) b + (γ + 1)(k + 1) u: l exp(-l)/q is at most 1, so that q is within b + k u."""
    _, own = _loss(form, args)
    return _power(form, args, reference, own + elementary(form) * form.u, own)


def exp_of_loss(form: Format, args: Args, reference: Exact) -> Floats:
    """The same with p (l b + k u)/q + u for q: what is left of 1 - p is off in units of 1."""
    (loss, own), k = _loss(form, args), elementary(form)
    with np.errstate(all="ignore"):
        rest = (np.expm1(loss * own) + k * form.u * (1 + loss * own)) / np.expm1(loss) + form.u
    return _power(form, args, reference, rest, own)


def naive(form: Format, args: Args, reference: Exact) -> Floats:
    """The same for p from softmax: q within p e/q + u and the loss within 2e/l + k u, e the relative error of p."""
    x, target, _ = args
    (loss, _), k = _loss(form, args), elementary(form)
    with np.errstate(all="ignore"):
        g, error, _ = Shares.of(form, x)
        p, off = (np.take_along_axis(v, target[..., None], -1)[..., 0] for v in (g, error))
        share = np.where((p >= 2 * form.xmin) & (off < p / 4), off / p, np.inf)
        rest, own = share / np.expm1(loss) + form.u, 2 * share / loss + k * form.u
    return _power(form, args, reference, rest, own)


def log1mexp(form: Format, args: Args, reference: Exact) -> Floats:
    """γ (b + 3.6 k u |log q|) + (k + 1) u + b: the logarithm of q is within 2.6 k u, b of the loss moves it by b."""
    (loss, own), k = _loss(form, args), elementary(form)
    with np.errstate(all="ignore"):
        log = np.abs(np.log(-np.expm1(-loss)))
        return _power(form, args, reference, own + (2.6 * k + 2) * form.u * log + form.xmins, own)


def gradient_expm1(form: Format, args: Args, reference: Exact) -> Floats:
    """(γ + 1) r + (1 + l) b + (2k + 5) u of q**γ (q + γ p l), no term < 0, and softmax's of the share.

    q is within r = b + k u, p within exp(l b) - 1 + k u; each operation rounds, by xmins where it is subnormal.
    """
    x, target, gamma = args
    (loss, own), k, u = _loss(form, args), elementary(form), form.u
    at = np.arange(x.shape[-1]) == target[..., None]
    with np.errstate(all="ignore"):
        rest = own + k * u
        inner = rest + np.expm1(loss * own) + own + strict(k + 4, u)
        size = np.sum(np.where(at, np.abs(reference.to_float()), 0), axis=-1)
        lost = form.xmins * (k + 2) * (2 + gamma * (1 + loss)) / size
        whole = _both(_raised(rest, gamma, k, u), inner) + lost
        others = np.where(at, -np.inf, x)
        value = np.where(at, 0.5, np.abs(reference.to_float()) / size[..., None])
        share = np.where(at, 0, softmax_shifted(form, (others,), Exact.from_float(value)))
        return _product(form, args, reference, whole[..., None], share)


def gradient_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """The same for q**γ + γ p q**(γ - 1) l and softmax minus one-hot, p from softmax: q within p e/q + u."""
    x, target, gamma = args
    (loss, _), k, u = _loss(form, args), elementary(form), form.u
    at = np.arange(x.shape[-1]) == target[..., None]
    with np.errstate(all="ignore"):
        g, error, _ = Shares.of(form, x)
        p, off = (np.take_along_axis(v, target[..., None], -1)[..., 0] for v in (g, error))
        share = np.where((p >= 2 * form.xmin) & (off < p / 4), off / p, np.inf)
        q, rest = -np.expm1(-loss), share / np.expm1(loss) + u
        inner = share + 2 * share / loss - 2 * u * np.abs(gamma - 1) * np.log(q) + strict(k + 5, u)
        size = np.sum(np.where(at, np.abs(reference.to_float()), 0), axis=-1) / q
        lost = form.xmins * (k + 2) * (2 + (1 + gamma) * (1 + loss) * (1 + 1 / q)) / size
        whole = _both(_raised(rest, gamma + 1, k, u), inner) + lost
        each = np.where(at, rest[..., None], error / g)
        return _product(form, args, reference, whole[..., None], each)


def _raised(rest: Floats, gamma: Floats, k: float, u: float) -> Floats:
    """Relative error of q**γ for q within a relative ``rest``."""
    return np.where(rest < 0.25, np.expm1(gamma * rest * 1.2) * (1 + (k + 1) * u) + (k + 1) * u, np.inf)


def _both(a: Floats, b: Floats) -> Floats:
    """(1 + a)(1 + b) - 1."""
    return np.asarray(a + b + a * b)


def _product(form: Format, args: Args, reference: Exact, whole: Floats, each: Floats) -> Floats:
    """Relative error of a product of two factors, of finite logits and γ >= 0."""
    x, _, gamma = args
    bound = _both(_both(whole, each), np.asarray(form.u)) + form.xmins / np.abs(reference.to_float())
    held = np.isfinite(x).all(axis=-1, keepdims=True) & (gamma >= 0)[..., None]
    return np.where(held & np.isfinite(bound), bound, np.inf)
