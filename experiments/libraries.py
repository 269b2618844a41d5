"""Which released library is wrong, where, and by how much?

People call ``scipy.special.logsumexp``, not a formula. Every function is measured under its own name on the hard
battery, in each format, with vectors as rows, as columns and strided. PyTorch and JAX have an experiment of their own,
``libraries_all``, which ``make libraries`` runs.
"""

from functools import partial

from study import plots
from study.libraries import curves, tables
from study.libraries.backends import LAYOUTS
from study.plots.text import number
from study.report import findings
from study.report.evidence import pick
from study.runs.experiment import Experiment, Figure, Finding, Tables
from study.runs.runner import run_experiments

BACKENDS = ("numpy", "scipy", "sklearn")
TIES = "more ties than float16 counts"


def worst_row_sum(tables: Tables) -> str | None:
    """How far the softmax of a library in float16 is from summing to one, in the layout where it is the farthest."""
    rows = pick(tables["row_sums"], format="float16")
    off = rows.assign(off=(rows["row_sum"] - 1).abs()).groupby("layout")["off"].max()
    if off.empty or not off.max() > findings.OFF:
        return None
    worst = rows[rows["layout"] == off.idxmax()]
    row = worst.iloc[int((worst["row_sum"] - 1).abs().argmax())]
    return (
        f"Rows of a softmax in float16 should sum to 1; by {row['algorithm']} on {row['layout']} of {int(row['n']):,} "
        f"equal logits they sum to {number(float(row['row_sum']))}."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=200,
    tables={
        "backends": partial(tables.presence, BACKENDS),
        "battery": partial(tables.on_battery, BACKENDS),
        "layouts": partial(tables.by_layout, BACKENDS),
        "row_sums": partial(curves.row_sums, BACKENDS, curves.LENGTHS, tuple(LAYOUTS)),
        "float16_axis": partial(curves.float16_axis, BACKENDS, curves.SIGMOIDS),
    },
    problems=("logsumexp", "softmax", "log_softmax", *curves.SIGMOIDS),
    backends=BACKENDS,
    figures={
        "row_sums": Figure(
            lambda tables: plots.lines(
                pick(tables["row_sums"], format="float16"),
                "n",
                "row_sum",
                by="backend",
                panel=["layout"],
                across="equal logits n",
                up="sum of the row",
                columns=3,
            ),
            worst_row_sum,
        ),
    },
    findings=[
        Finding(findings.row_sum("float16", "columns", 4096), rank=4),
        Finding(findings.infinite("logsumexp", "float16", TIES), rank=7),
        Finding(findings.zero("log_softmax", "float64", "one dominates"), rank=7),
        Finding(findings.lost_functions, rank=7, scope={"battery": "hard battery"}),
        Finding(findings.within_one_ulp, rank=7, scope={"battery": "hard battery"}),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
