"""A kernel of somebody's own: a textbook log-softmax, and one that keeps the logs of probabilities near one."""

import numpy as np


def log_softmax(x: np.ndarray) -> np.ndarray:
    """(x - max) - log(sum exp(x - max))."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def careful_log_softmax(x: np.ndarray) -> np.ndarray:
    """(x - max) - log1p(the sum over the others): what is small beside 1 is not added to it."""
    top = x.argmax(axis=-1)[..., None]
    shifted = x - np.take_along_axis(x, top, axis=-1)
    terms = np.exp(shifted)
    np.put_along_axis(terms, top, 0, axis=-1)
    return shifted - np.log1p(terms.sum(axis=-1, keepdims=True))
