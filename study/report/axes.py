"""What swept parameters are called on an axis."""

AXES = {
    "n": "number of terms n",
    "b": "batch size b",
    "size": "size of the logit",
    "margin": "margin of the right logit",
    "distance": "distance d of the model",
    "value": "logit x",
    "T": "steps T",
}
"""Swept parameters whose names do not say enough on an axis."""


def axis(parameter: str) -> str:
    """What an axis is called that a parameter is swept along."""
    return AXES.get(parameter, parameter)
