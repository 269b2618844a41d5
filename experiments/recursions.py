"""How long a chain until the forward recursion is lost?

A likelihood of observations in a hidden Markov chain is a sum over all paths, found step by step; the loss of
connectionist classification (CTC) is one, too. The sum leaves every format. Scaled at every step, or held as a log, it
stays, and what each step rounds off adds up. Near 1 a log has no digits left: a loss that cannot be negative is.
"""

from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from study import plots
from study.certified import engine
from study.certified.errors import ulp_error
from study.formats import FORMATS, MAIN_FORMATS
from study.inputs.families import Family, generator, rounded
from study.measurement.case import single
from study.measurement.threshold import first_integer
from study.plots.text import at_most, number
from study.problems import get_problem
from study.report.evidence import by_format, measurements, pick
from study.runs.experiment import Experiment, Figure, Finding, Sweep, Tables
from study.runs.runner import run_experiments

ENOUGH, LONGEST = 2**12, 10**5
"""Steps within which probabilities underflow in every format, and of the longest chain."""
LENGTHS = (1, 3, 10, 30, 100, 300, 1000)
SIGNED, DRAWN = (2, 3, 10, 100), 300
REPORTED = np.array([[0.0, 17.0], [0.0, 17.0]]), np.array([1])
"""Two steps of a blank and a label: https://github.com/google-deepmind/optax/issues/1771."""
LOGS, COMPLEMENT = "log_space", "complement"


def observed() -> Family:
    """Two states that mostly stay, and likelihoods of what is observed from U(0, 1); the parameter is T."""

    def draw(rng: np.random.Generator, rows: int, steps: Any) -> tuple[np.ndarray[Any, Any], ...]:
        stay = rng.uniform(0.8, 1, (rows, 2))
        transition = np.stack([stay, 1 - stay[:, ::-1]], axis=-1)
        transition[:, 1] = transition[:, 1, ::-1]
        return np.full((rows, 2), 0.5), transition, rng.random((rows, int(steps), 2))

    return Family("two states", draw)


def spoken(right: float) -> Family:
    """Two labels with a blank between them, a third of T each: logits N(0, 1), those that are right raised."""

    def draw(rng: np.random.Generator, rows: int, steps: Any) -> tuple[np.ndarray[Any, Any], ...]:
        labels, places = rng.integers(1, 3, (rows, 2)), 3 * np.arange(int(steps)) // int(steps)
        read = np.stack([labels[:, 0], np.zeros(rows, int), labels[:, 1]], axis=-1)[:, places]
        return rng.standard_normal((rows, int(steps), 3)) + right * (np.arange(3) == read[..., None]), labels

    return Family(f"right by {right:g}" if right else "at random", draw)


def first_lost() -> pd.DataFrame:
    """The first length at which the log of the sum of probabilities is minus infinity, format by format."""
    args, rows = observed().draw(generator("first lost"), 1, ENOUGH), []
    for form in MAIN_FORMATS:
        start, transition, likelihoods = rounded(FORMATS[form], args)
        first = first_integer(partial(_lost, start, transition, likelihoods), ENOUGH)
        rows.append({"format": form, "first_step": first})
    return pd.DataFrame(rows)


def _lost(start: Any, transition: Any, likelihoods: Any, steps: int) -> bool:
    value = get_problem("hmm_forward").algorithms["naive"](start, transition, likelihoods[:, :steps])
    return bool(np.isinf(value).any())


def reported() -> pd.DataFrame:
    """What each formula makes of the reported logits, format by format."""
    rows = []
    for form in MAIN_FORMATS:
        for name in get_problem("ctc_loss").algorithms:
            found = single("ctc_loss", name, *rounded(FORMATS[form], REPORTED))
            kept = {key: found[key] for key in ("computed", "reference", "ulps", "outcome")}
            rows.append({"format": form, "algorithm": name, **kept})
    return pd.DataFrame(rows)


def signs() -> pd.DataFrame:
    """How many losses of one label, at every step by far the likelier of two classes, are negative; none is."""
    rows = []
    for form, steps in product(MAIN_FORMATS, SIGNED):
        rng = generator("signs", steps)
        gap = rng.uniform(0.5, 1.5, (DRAWN, 1)) * FORMATS[form].p * np.log(2)
        logits = np.stack([np.zeros((DRAWN, steps)), gap + rng.standard_normal((DRAWN, steps))], axis=-1)
        args = rounded(FORMATS[form], (logits, np.ones((DRAWN, 1), int)))
        for name in (LOGS, COMPLEMENT):
            loss = get_problem("ctc_loss").algorithms[name](*args).astype(float)
            counts = {"count": len(loss), "negative": int((loss < 0).sum()), "least": float(loss.min())}
            rows.append({"format": form, "steps": steps, "algorithm": name, **counts})
    return pd.DataFrame(rows)


def longest() -> pd.DataFrame:
    """One long chain each, in float32, the exact values by the engine and its proven bound."""
    form, rows = FORMATS["float32"], []
    for problem, family, names in (("hmm_forward", observed(), ("scaled", LOGS)),
                                   ("ctc_loss", spoken(12), (LOGS, COMPLEMENT))):  # fmt: skip
        args = rounded(form, family.draw(generator("longest", problem), 1, LONGEST))
        held = getattr(engine, problem)(*args)  # within 2**-80, which its definition would take seconds to confirm
        for name in names:
            ulps = float(ulp_error(get_problem(problem).algorithms[name](*args), held)[0])
            rows.append({"problem": problem, "format": form.name, "steps": LONGEST, "algorithm": name, "ulps": ulps})
    return pd.DataFrame(rows)


def few(steps: int) -> int:
    """How many chains of a length are drawn."""
    return max(1, min(20, 300 // steps))


def lost(tables: Tables) -> str | None:
    """From how many steps on probabilities are lost, format by format."""
    firsts = tables["first_lost"].dropna().set_index("format")["first_step"]
    if firsts.empty:
        return None
    each = by_format(firsts, lambda first: f"{int(first):,}")
    return f"The forward recursion in probabilities has a likelihood of 0 from this many steps on: {each}."


def growth(tables: Tables) -> str | None:
    """What is left of the digits of the longest chain in float32, scaled and in log space."""
    errors = tables["longest"].groupby(["problem", "algorithm"])["ulps"].max()
    if not np.isfinite(errors).all() or not errors["hmm_forward", "scaled"] < errors["hmm_forward", LOGS]:
        return None
    return (
        f"After {LONGEST:,} steps in float32 the recursion scaled step by step is off by "
        f"{number(errors['hmm_forward', 'scaled'])} ulps, in log space by {number(errors['hmm_forward', LOGS])}; "
        f"a CTC loss in log space by {number(errors['ctc_loss', LOGS])}, as log1p(R/S) by "
        f"{number(errors['ctc_loss', COMPLEMENT])}."
    )


def stays(tables: Tables) -> str | None:
    """What the forward recursion is off by, scaled and in log space, over all that was swept in float32 and float64."""
    rows = measurements(tables, problem="hmm_forward", format=["float32", "float64"])
    most = rows.groupby("algorithm")["max_ulp"].max()
    if not most["scaled"] < most[LOGS]:
        return None
    return (
        f"In probabilities the recursion is lost; scaled it is off by at most {at_most(most['scaled'])} ulps in "
        f"float32 and float64 to T = {int(rows['value'].max()):,}, in log space by {at_most(most[LOGS])}."
    )


def as_reported(tables: Tables) -> str | None:
    """The reported loss in float32, exactly and as log1p, and how many like it are negative."""
    rows = pick(tables["reported"], format="float32").groupby("algorithm").first()
    counts = pick(tables["signs"], format="float32").groupby("algorithm")[["negative", "count"]].sum()
    logs, ours = (float(rows["computed"][name]) for name in (LOGS, COMPLEMENT))
    shares = counts["negative"] / counts["count"]
    if not logs < 0 < ours or not shares[COMPLEMENT] < shares[LOGS]:
        return None
    due = number(float(rows["reference"][LOGS]))
    return (
        f"The CTC loss of logits [[0, 17], [0, 17]], label 1, is {due}; in float32 it is {number(logs)} in log space, "
        f"where {shares[LOGS]:.0%} of losses so sure are below 0, and {number(ours)} as log1p(R/S), where "
        f"{shares[COMPLEMENT]:.0%} are."
    )


def chains(tables: Tables) -> Any:
    """The error of the forward recursion against T."""
    rows = measurements(tables, problem="hmm_forward")
    return plots.errors(rows[rows["algorithm"] != "faithful"], across="steps T")


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=27,
    title="Recursions",
    tables={
        "first_lost": first_lost,
        "hmm": Sweep("T", LENGTHS, [observed()], {"hmm_forward": None}, rows=few),
        "ctc": Sweep("T", LENGTHS[1:-1], [spoken(0), spoken(12)], {"ctc_loss": None}, rows=few),
        "longest": longest,
        "signs": signs,
        "reported": reported,
    },
    problems=("ctc_loss", "hmm_forward"),
    findings=[
        Finding(lost, rank=6),
        Finding(as_reported, rank=4),
        Finding(growth, rank=6),
    ],
    figures={"chains": Figure(chains, stays)},
)

if __name__ == "__main__":
    run_experiments([experiment])
