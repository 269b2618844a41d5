"""How ``digits.csv`` was made: a multinomial logistic regression on half of scikit-learn's digits, its other half.

``python experiments/_train_digits.py`` writes the file anew. The solver's last bits depend on the linear algebra that
it runs on, so that another machine gives other logits; the file is what the experiment starts from.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

FILE = Path(__file__).with_name("digits.csv")


def held_out() -> pd.DataFrame:
    """Logits (in binary32) and target of each held-out digit, and the probability that the target was given."""
    images, labels = load_digits(return_X_y=True)
    train, test, train_labels, targets = train_test_split(images, labels, test_size=0.5, random_state=0)
    with threadpool_limits(1):
        model = LogisticRegression(max_iter=5000).fit(train / 16, train_labels)
        logits: np.ndarray[Any, Any] = model.decision_function(test / 16).astype(np.float32)
    given = np.take_along_axis(softmax(logits.astype(np.float64), axis=-1), targets[:, None], axis=-1)[:, 0]
    columns = {f"logit_{k}": logits[:, k] for k in range(logits.shape[1])}
    return pd.DataFrame({**columns, "target": targets, "probability": given})


if __name__ == "__main__":
    held_out().to_csv(FILE, index=False, lineterminator="\n")
