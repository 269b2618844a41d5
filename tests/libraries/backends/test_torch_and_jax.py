import numpy as np
import pytest

import study
from study.libraries.backends import BACKENDS, find_function, laid_out
from study.problems import get_problem


def needs(name):
    return pytest.mark.skipif(not BACKENDS[name].installed, reason=f"{name} is not installed (make libraries)")


BOTH = [pytest.param("torch", marks=needs("torch")), pytest.param("jax", marks=needs("jax"))]


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("form", ["bfloat16", "float64"])
def test_our_algorithms_run_on_its_arrays(name, form):
    table = study.measure(
        get_problem("log_softmax").algorithms["log1p"], "log_softmax", form, "ordinary", backend=name, layouts=()
    )
    assert table["misbehaviour"].item() == ""
    assert table["max_scaled"].item() < 10


@needs("jax")
def test_jax_computes_64_bits_for_the_call_and_changes_nothing_for_good():
    import jax.numpy as jnp

    call = BACKENDS["jax"].on_numpy(lambda x: x / 3)
    assert call(np.ones(1))[0] == 1 / 3
    assert jnp.ones(1).dtype == jnp.float32


@needs("torch")
def test_torch_differentiates_a_saturated_sigmoid_less_well_than_the_loss_of_logits():
    problem, logits = "binary_cross_entropy_gradient", {"x": [np.array([-110.0]), np.array([1.0])]}
    through, direct = (
        study.measure(
            laid_out(*find_function(problem, f"torch.nn.functional.{name}")), problem, "float32", logits, layouts=()
        )
        for name in ("binary_cross_entropy", "binary_cross_entropy_with_logits")
    )
    assert direct["max_ulp"].item() < 2
    assert through["underflow"].item() == 1
