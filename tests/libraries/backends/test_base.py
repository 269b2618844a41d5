from dataclasses import replace

import numpy as np
import pytest

import study
from study.formats import FORMATS, MAIN_FORMATS
from study.libraries.backends import BACKENDS, AbsentError, Backend, LibraryFunction, find_function, get_backend
from study.libraries.backends.base import in_format_of
from study.problems import PROBLEMS
from study.runs.experiment import Experiment
from study.runs.runner import run_experiments

NAMES = ("numpy", "scipy", "sklearn", "torch", "jax", "optax", "onnxruntime", "openvino", "tensorflow", "keras")
ABSENT = Backend(name="absent", distribution="absent", module="no_such_module", functions=())


def installed(name):
    if not BACKENDS[name].installed:
        pytest.skip(f"{name} is not installed; make libraries installs it")
    return BACKENDS[name]


def test_the_backends_are_found_by_their_files():
    assert set(BACKENDS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_function_is_of_a_known_problem_and_declared_once(name):
    pairs = [(f.problem, f.name) for f in BACKENDS[name].functions]
    assert len(set(pairs)) == len(pairs)
    assert {problem for problem, _ in pairs} <= set(PROBLEMS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", MAIN_FORMATS)
def test_arrays_go_there_and_back_bit_by_bit(name, form):
    backend = installed(name)
    values = np.array([0.0, -0.0, 1 / 3, FORMATS[form].xmins, -FORMATS[form].xmax, np.inf, np.nan, 1e-3])
    given = FORMATS[form].round(values)
    back = backend.on_numpy(lambda x: x)(given)
    assert back.dtype == given.dtype
    assert back.tobytes() == given.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_every_function_gives_the_due_shape_on_ordinary_inputs(name):
    backend = installed(name)
    for function in backend.functions:
        kind = "two" if function.problem == "nll_from_probabilities" else "ordinary"
        table = study.measure(function, function.problem, "float32", kind, backend=backend, layouts=())
        assert table["misbehaviour"].tolist() == [""], function.name
        assert table["max_scaled"].max() < 1e5, function.name


def test_a_wider_result_is_rounded_once():
    wide = np.array([1 + 2.0**-11 + 2.0**-40])
    assert in_format_of(wide, (np.zeros(1, np.float16),)) == np.float16(1 + 2.0**-10)


def test_what_is_no_number_is_handed_on_as_it_is():
    words = np.array(["nothing"])
    assert in_format_of(words, (np.zeros(1),)) is words


def test_an_absent_backend_has_no_version_and_cannot_be_called():
    assert (ABSENT.installed, ABSENT.version) == (False, "")
    with pytest.raises(AbsentError, match="absent is not installed"):
        study.measure(np.exp, "softplus", "float64", "ordinary", backend=ABSENT)


def test_an_experiment_on_an_absent_backend_keeps_its_results(tmp_path, monkeypatch):
    monkeypatch.setitem(BACKENDS, "absent", ABSENT)
    experiment = Experiment(
        str(tmp_path / "lost.py"), "Why?", tables={"t": lambda: 1 / 0}, backends=("absent", "numpy")
    )
    assert experiment.absent() == {"absent": "not installed"}
    assert run_experiments([experiment]) == []


def test_names_that_are_unknown_are_answered_with_those_that_exist():
    with pytest.raises(ValueError, match="no backend named 'mxnet'; there are: jax, keras, numpy, onnx"):
        get_backend("mxnet")
    with pytest.raises(ValueError, match=r"no backend has 'scipy.special.lse' for logsumexp; they have: jax"):
        find_function("logsumexp", "scipy.special.lse")
    with pytest.raises(ValueError, match=r"numpy has no 'numpy.exp' for sigmoid; it has: none"):
        BACKENDS["numpy"].function("sigmoid", "numpy.exp")


def test_a_function_says_whether_it_takes_an_axis():
    assert LibraryFunction("logsumexp", "numpy.max", lambda f, x, axis: f(x, axis=axis)).has_axis
    assert not LibraryFunction("sigmoid", "numpy.exp", lambda f, x: f(x)).has_axis


def somewhere(found=("cpu:0", "gpu:0", "gpu:1")):
    """NumPy's arrays, kept in pairs with where they are."""
    return Backend(
        name="pairs", distribution="numpy", module="numpy", functions=(), to_library=lambda x: (x, "cpu"),
        to_numpy=lambda pair: pair[0], devices=lambda: dict.fromkeys(found, "a pair"),
        put=lambda pair, device: (pair[0], device),
    )  # fmt: skip


@pytest.mark.parametrize("device", ["gpu", "gpu:1"])
def test_a_function_is_called_on_the_device_that_is_named(device):
    seen = []
    call = somewhere().on(device).on_numpy(lambda pair: seen.append(pair[1]) or pair)
    assert call(np.ones(3)).tolist() == [1, 1, 1]
    assert seen == [device]


def test_a_device_that_is_not_found_is_absent_and_says_which_there_are():
    there, absent = somewhere().on("gpu:1"), somewhere().on("gpu:2")
    assert not there.refusal
    assert there.version == f"{np.__version__} on a pair"
    assert absent.refusal == "not found here; there are: cpu:0, gpu:0, gpu:1"
    assert not absent.version
    with pytest.raises(AbsentError, match=r"^pairs:gpu:2 is not found here; there are: cpu:0, gpu:0, gpu:1$"):
        absent.on_numpy(abs)


def test_a_library_without_devices_has_none_to_choose_from():
    with pytest.raises(ValueError, match="scipy has no devices to choose from"):
        get_backend("scipy:cuda")


def test_a_device_that_computes_otherwise_is_seen():
    """Each device is a place of its own: what a broken one gives is judged."""
    broken = replace(somewhere(), put=lambda pair, device: (pair[0] * np.float32(1.001), device)).on("gpu")
    fine = somewhere().on("gpu")
    function = lambda pair: (1 / (1 + np.exp(-pair[0])), pair[1])  # noqa: E731
    worst = [
        study.measure(function, "sigmoid", "float32", "ordinary", backend=b, layouts=())["max_ulp"].max()
        for b in (fine, broken)
    ]
    assert 100 * worst[0] < 1000 < worst[1]


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_the_processor_is_found_as_a_device(name):
    installed(name)
    there = get_backend(f"{name}:cpu")
    assert there.installed
    assert there.on_numpy(lambda x: x)(np.float32([1.5])).tolist() == [1.5]
    with pytest.raises(AbsentError, match=f"^{name}:nowhere is not found here; there are: .*cpu:0"):
        get_backend(f"{name}:nowhere").on_numpy(abs)
