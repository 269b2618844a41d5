"""Does it matter on real data? A classifier of handwritten digits, and the likelihood of its whole test set.

A multinomial logistic regression is trained on half of the digits that scikit-learn ships; the other half is held out.
Each formula then computes its losses from the same logits in each format. For logits of your own:
``python experiments/digits.py LOGITS.npy [TARGETS.npy]``, or a ``.csv`` whose last column is the target.
"""

import sys
from functools import cache
from typing import Any

import numpy as np

from study.experiment import Experiment, Finding, Sweep
from study.inputs import Family
from study.report import figures, sentences


@cache
def held_out() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Logits and targets of the held-out half; one thread, so that the same machine gives the same bits."""
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from threadpoolctl import threadpool_limits

    images, labels = load_digits(return_X_y=True)
    train, test, train_labels, targets = train_test_split(images, labels, test_size=0.5, random_state=0)
    with threadpool_limits(1):
        model = LogisticRegression(max_iter=5000).fit(train / 16, train_labels)
        logits = model.decision_function(test / 16)
    return logits.astype(np.float32).astype(np.float64), targets.astype(np.int64)


def probabilities(n: int) -> np.ndarray[Any, Any]:
    """The probabilities that the model gave to the right answers of the first n rows."""
    from scipy.special import softmax

    logits, targets = held_out()
    return np.take_along_axis(softmax(logits, axis=-1), targets[:, None], -1)[None, :n, 0]


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=40,
    title="Real digits",
    tables={
        "losses": Sweep(
            parameter="classes",
            values=[10],
            families=[Family("held-out digits", lambda *_: held_out())],
            problems=dict.fromkeys(("logsumexp", "softmax", "log_softmax", "nll")),
        ),
        "test_set": Sweep(
            parameter="n",
            values=[1, 10, 20, 50, 100, 200, 300, 400, 500, 600, 700, 800, 899],
            families=[Family("held-out digits", lambda _rng, _rows, n: (probabilities(n),))],
            problems=dict.fromkeys(("likelihood", "log_likelihood")),
        ),
    },
    figures={
        "losses": figures.worst_errors("losses"),
        "test_set": figures.error_against("test_set", "log_likelihood", "held-out digits"),
    },
    findings=[Finding(sentences.real_likelihood, rank=7)],
)

if __name__ == "__main__":
    if len(sys.argv) > 1:
        from study.audit import audit

        sys.stdout.write(audit(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None) + "\n")
    else:
        experiment.main()
