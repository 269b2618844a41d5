"""How many observations until the likelihood underflows, and what is lost on the way?

A likelihood is a product of many numbers below one. It leaves the range of every format sooner or later, while
the sum of the logs hardly grows. Before it does, though, the product is the more accurate way to the likelihood:
the logarithm wins by range, and where the log itself is wanted.
"""

from study.experiment import Experiment, Sweep
from study.inputs import constant, uniform

experiment = Experiment(
    __file__,
    __doc__ or "",
    order=20,
    tables={
        "sweep": Sweep(
            parameter="n",
            values=[1, 2, 4, 7, 10, 20, 40, 70, 100, 200, 400, 700, 1000, 2000, 4000, 7000, 10000],
            families=[constant(0.5), constant(0.1), uniform(0.5, 1), uniform(0.05, 1), uniform(0.99, 1)],
            problems={"likelihood": None, "log_likelihood": None},
            rows=lambda n: max(4, min(200, 20000 // n)),
        )
    },
)

if __name__ == "__main__":
    experiment.main()
