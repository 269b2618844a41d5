"""Do PyTorch and JAX differentiate cross entropy right at extreme logits?

Training sees the gradient, not the loss. It is softmax minus one-hot, or sigmoid minus label: tiny where the model is
confident and right, about one where it is confident and wrong. The libraries find it by differentiating their losses;
through a sigmoid that has saturated there is nothing left to differentiate.
"""

from functools import partial

from study.libraries import gradients
from study.measurement import outcome
from study.report.evidence import measurements
from study.runs.experiment import Experiment, Finding, Sentence, Tables
from study.runs.runner import run_experiments

BACKENDS = ("torch", "jax")
SIZES = (0.0625, 0.5, 1, 2, 5, 8, 10, 12, 14, 16, 17, 18, 20, 30, 40, 50, 80, 88, 90, 100, 104, 200, 700, 740, 1000)
BCE, NLL = "binary_cross_entropy_gradient", "nll_gradient"


def lost(problem: str, form: str) -> Sentence:
    """Which part of the gradients each library loses at extreme logits."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, format=form)
        each = []
        for name, part in rows.groupby("algorithm", sort=False):
            failing = part[outcome.losses(part) > 0]
            if len(failing):
                times, count = (int(n.sum()) for n in (outcome.losses(failing), part["count"]))
                backend = part["backend"].iloc[0]
                each.append(f"{times / count:.0%} by {backend}’s {str(name).rsplit('.', maxsplit=1)[-1]}")
        return f"Differentiated in {form} {problem} is lost: {', '.join(each)}." if each else None

    return sentence


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=230,
    title="Library gradients",
    tables={"sweep": partial(gradients.sweep, BACKENDS, sorted({s * x for s in (-1, 1) for x in SIZES}))},
    problems=(BCE, NLL),
    backends=BACKENDS,
    findings=[
        Finding(lost(BCE, "float32"), rank=7),
        Finding(lost(NLL, "float32"), rank=7),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
