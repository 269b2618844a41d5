"""Every a-priori bound against measured errors: ``python -m benchmarks.bounds [VECTORS]``, 5,000 a problem by default.

Prints, for each algorithm, the largest error as a fraction of its own bound over the four formats that compute, and
how many values were bounded; then how often the printed theorems are exceeded on the same logits.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from study import bounds
from study.adversarial import adversarial
from study.errors import relative_error
from study.experiment import MAIN_FORMATS
from study.formats import FORMATS
from study.problems import PROBLEMS
from study.reference import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LENGTHS = {2: 0.4, 5: 0.4, 30: 0.19, 500: 0.01}
THEOREMS = {
    ("logsumexp", "shifted"): {"4.2": bounds.logsumexp_shifted_printed, "4.2'": bounds.logsumexp_shifted_corrected},
    ("softmax", "exp_minus_logsumexp"): {
        "4.4": bounds.softmax_from_logsumexp_printed,
        "4.4'": bounds.softmax_from_logsumexp_corrected,
    },
}


def shares(vectors: int) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Errors as fractions of their bounds, by label, one stack of inputs after the other."""
    for problem in PROBLEMS.values():
        for name in MAIN_FORMATS:
            form = FORMATS[name]
            for n, part in LENGTHS.items():
                args = adversarial(problem, form, max(int(vectors * part), 1), n, "bounds benchmark")
                reference = exact(problem, *args)
                for algorithm in problem.algorithms.values():
                    if name not in algorithm.formats:
                        continue
                    named: dict[str, Callable[..., Any]] = dict(THEOREMS.get((problem.name, algorithm.name), {}))
                    if algorithm.bound is not None:
                        named[""] = algorithm.bound
                    error = relative_error(algorithm(*args), reference) if named else None
                    wide = [a if a.dtype.kind in "iu" else a.astype(np.float64) for a in args]
                    for label, bound in named.items():
                        with np.errstate(all="ignore"):
                            limit = np.broadcast_to(bound(form, wide, reference), reference.shape)
                            share = np.where(error == 0, 0.0, error / limit)[np.isfinite(limit)]
                        yield f"{problem.name} {algorithm.name} {label}".strip(), share


def main() -> None:
    """Print the table."""
    count, over, largest = defaultdict[str, int](int), defaultdict[str, int](int), defaultdict[str, float](float)
    for label, share in shares(int(sys.argv[1]) if len(sys.argv) > 1 else 5000):
        count[label] += share.size
        over[label] += int((share > 1).sum())
        largest[label] = max(largest[label], float(np.max(share, initial=0)))
    sys.stdout.write("| bound | values | largest error / bound | exceeded |\n|---|---:|---:|---:|\n")
    for label, values in count.items():
        sys.stdout.write(f"| {label} | {values:,} | {largest[label]:.3g} | {over[label]:,} |\n")


if __name__ == "__main__":
    main()
