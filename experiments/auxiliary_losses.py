"""What do the losses around the loss lose: entropy bonus, z-loss, temperature, label smoothing, focal loss?

Each is written from softmax or its logarithm, which fail at masked logits, and from 1 − p, which is nothing where a
model is sure. A sure model is what training makes.
"""

from typing import Any

import numpy as np

from study.inputs.families import Family, scaled_normal
from study.plots.text import listed, plain
from study.report import findings
from study.report.evidence import by_format, pick
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

N = 10
TEMPERATURES = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 1, 2, 100]
LEADS = [0.5, 1, 2, 4, 8, 12, 16, 24, 40, 80, 300, 1000]
ENTROPY, PLAIN = "entropy_from_logits", "sure of one"
MASKED = f"{PLAIN}, half masked"


def _sure(rng: np.random.Generator, rows: int, lead: Any) -> np.ndarray[Any, Any]:
    """Logits from N(0, 1), the first one above the rest by the lead."""
    x = rng.standard_normal((rows, N))
    x[:, 0] = x[:, 1:].max(axis=-1) + float(lead)
    return x


def sure(name: str, *, masked: bool = False) -> Family:
    """Logits of which one lies above all others by the parameter; of the others, every other one −∞ if wanted."""

    def draw(rng: np.random.Generator, rows: int, lead: Any) -> tuple[np.ndarray[Any, Any], ...]:
        x = _sure(rng, rows, lead)
        return (np.where((np.arange(N) % 2 == 1) & masked, -np.inf, x),)

    return Family(name, draw)


def labelled(name: str, number: float, offset: float = 0) -> Family:
    """The same around an offset, the likeliest class right in every other row, with a number beside."""

    def draw(rng: np.random.Generator, rows: int, lead: Any) -> tuple[np.ndarray[Any, Any], ...]:
        return offset + _sure(rng, rows, lead), np.arange(rows) % 2, np.full(rows, float(number))

    return Family(name, draw)


def heated() -> Family:
    """Logits from N(0, 5²), the temperature the parameter."""

    def draw(rng: np.random.Generator, rows: int, temperature: Any) -> tuple[np.ndarray[Any, Any], ...]:
        return 5 * rng.standard_normal((rows, N)), np.full(rows, float(temperature))

    return Family("N(0, 5²)", draw)


def taught() -> Family:
    """The same with a target, which is the largest logit in every other row."""

    def draw(rng: np.random.Generator, rows: int, temperature: Any) -> tuple[np.ndarray[Any, Any], ...]:
        x = 5 * rng.standard_normal((rows, N))
        target = np.where(np.arange(rows) % 2 == 0, np.argmax(x, axis=-1), rng.integers(N, size=rows))
        return x, target, np.full(rows, float(temperature))

    return Family("N(0, 5²)", draw)


def masked_entropy(tables: Tables) -> str | None:
    """Which formulas for the entropy are NaN where logits are masked, and which on none of these rows."""
    rows = pick(tables["sure"], problem=ENTROPY, inputs=MASKED).groupby("algorithm", sort=False)[["nan", "count"]].sum()
    lost, kept = rows[rows["nan"] == rows["count"]].index, rows[rows["nan"] == 0].index
    if lost.empty or kept.empty:
        return None
    return (
        f"Where half the logits are masked the entropy is NaN by {listed(lost)} in all "
        f"{int(rows['count'].iloc[0]):,} results, by {listed(kept)} in none."
    )


def cold_softmax(tables: Tables) -> str | None:
    """From which temperature down dividing first makes results NaN, and what the difference first keeps."""
    rows = pick(tables["temperature"], problem="temperature_softmax")
    lost, kept = (pick(rows, algorithm=name) for name in ("divided_first", "shifted"))
    failed = lost[lost["nan"] > 0]
    if failed.empty or kept[["nan", "overflow"]].to_numpy().any():
        return None
    return (
        f"Softmax of x/T, divided before the shift, is NaN in {int(failed['nan'].sum()):,} results, at temperatures "
        f"up to {by_format(failed.groupby('format')['value'].max(), plain)}; shifted before the division in none."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=66,
    title="Beside the loss",
    tables={
        "sure": Sweep(
            "lead",
            LEADS,
            [sure(PLAIN), sure(MASKED, masked=True)],
            {ENTROPY: None, f"{ENTROPY}_gradient": None},
            rows=lambda _lead: 8,
        ),
        "size": Sweep(
            "largest logit",
            [0.1, 1, 6, 11, 20, 60, 90, 200, 300, 720, 2000],
            [scaled_normal(N)],
            {"z_loss": None, "z_loss_gradient": None},
            rows=lambda _top: 8,
        ),
        "temperature": Sweep(
            "temperature",
            TEMPERATURES,
            [heated()],
            {"temperature_softmax": None},
            rows=lambda _t: 8,
        ),
        "temperature_gradient": Sweep(
            "temperature",
            TEMPERATURES,
            [taught()],
            {"temperature_nll_gradient": None},
            rows=lambda _t: 8,
        ),
        "smoothing": Sweep(
            "lead",
            LEADS[::2],
            [labelled("ε = 0.1", 0.1), labelled("ε = 0.1, around 100", 0.1, 100)],
            {"cross_entropy_label_smoothing": None, "cross_entropy_label_smoothing_gradient": None},
            rows=lambda _lead: 8,
        ),
        "focal": Sweep(
            "lead",
            LEADS[::2],
            [labelled("γ = 2", 2), labelled("γ = 0.5", 0.5)],
            {"focal_loss": None, "focal_loss_gradient": None},
            rows=lambda _lead: 8,
        ),
    },
    findings=[
        Finding(masked_entropy, rank=5),
        Finding(findings.first_zero("focal_loss", "naive", "expm1"), rank=6),
        Finding(cold_softmax, rank=7),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
