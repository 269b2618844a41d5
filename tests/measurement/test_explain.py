import numpy as np
import pytest

from study.inputs.battery import battery
from study.measurement.case import Case
from study.measurement.explain import explain
from study.problems import PROBLEMS


def lines(problem, algorithm, *args, row=None):
    problem = PROBLEMS[problem]
    return list(explain(problem, problem.algorithms[algorithm], args, row))


def error(text):
    return float(text[-1].split()[1])


def steps(text):
    start = next(k for k, line in enumerate(text) if line.startswith("step "))
    return text[start + 1 : next(k for k, line in enumerate(text) if line.startswith("result "))]


def test_an_overflow_is_marked_where_it_happens():
    text = steps(lines("logsumexp", "naive", np.array([12.0, 1.0], np.float16)))
    (marked,) = [line for line in text if "<-" in line]
    assert marked.startswith("exp")
    assert marked.endswith("what the result lacks is lost here: all of it")


def test_cancellation_is_marked_and_its_bits_are_counted():
    text = steps(lines("log1mexp", "naive", np.array(-1e-3, np.float32)))
    (marked,) = [line for line in text if "<-" in line]
    assert marked.startswith("subtract")
    assert 5 < float(marked.split()[-2]) < 12


def test_what_does_not_reach_the_result_is_not_marked():
    text = lines("logsumexp", "log1p", np.array([10.0, 1.0], np.float16))
    assert error(text) < 1
    assert not any("<-" in line for line in text)


def test_harmless_steps_are_folded():
    x = np.linspace(-1, 1, 50).astype(np.float16)
    text = steps(lines("logsumexp", "one_pass", x))
    assert len(text) < 12
    folded = [int(line.split()[1]) for line in text if line.startswith("…")]
    assert sum(folded) > 150


def test_branches_that_are_not_taken_are_counted_apart():
    text = steps(lines("log1mexp", "maechler", np.array(-1e-3, np.float32)))
    assert text[-1] == "…         2 steps of branches that were not taken"
    assert "exp," not in " ".join(text[:-1])


@pytest.mark.parametrize(
    ("problem", "algorithm"), [("nll", "shifted"), ("nll_gradient", "naive"), ("softmax", "naive")]
)
@pytest.mark.parametrize("form", ["float16", "float32", "float64"])
def test_the_last_step_and_the_result_say_one_error_and_it_is_the_table_s(problem, algorithm, form):
    args = battery(problem, form)["ordinary"]
    row = Case(PROBLEMS[problem], args).measure(PROBLEMS[problem].algorithms[algorithm])
    text = lines(problem, algorithm, *args, row=row["worst_row"])
    assert error(text) == float(f"{row['max_ulp']:.6g}")
    assert float(steps(text)[-1].partition(" ulp")[0].split()[-1]) == pytest.approx(error(text), rel=1e-2)


def test_what_cannot_be_traced_has_its_result_all_the_same():
    text = lines("likelihood", "scaled", np.array([0.5, 0.25], np.float16))
    assert any(line.startswith("(likelihood scaled cannot be traced") for line in text)
    assert error(text) == 0


def test_a_batch_is_shown():
    args = battery("mean_nll", "float32")["many rows"]
    text = lines("mean_nll", "sequential", *args, row=0)
    assert sum(line.startswith("   hex") for line in text) == 1
    assert error(text) > 0
