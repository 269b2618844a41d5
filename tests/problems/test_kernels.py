import doctest
import inspect
import math
import re
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

import study
from study.formats import FORMATS
from study.inputs.adversarial import adversarial
from study.problems import PROBLEMS, kernels, signature

FAITHFUL = [problem for problem in PROBLEMS.values() if "faithful" in problem.algorithms]
ALONG = [problem for problem in FAITHFUL if problem.signature.arguments[0] in signature.ALONG]
DOC = (Path(__file__).parents[2] / "docs" / "faithful.md").read_text(encoding="utf-8")

each = pytest.mark.parametrize("problem", FAITHFUL, ids=lambda p: p.name)
along = pytest.mark.parametrize("problem", ALONG, ids=lambda p: p.name)


def kernel(problem):
    return getattr(kernels, problem.name)


def assert_same(ours, theirs):
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    assert ours.tobytes() == theirs.tobytes()


def first(args, problem):
    """The arguments, the vectors along the first axis."""
    return problem.signature.each(args, lambda x: np.moveaxis(x, -1, 0), signature.ALONG)


def test_every_problem_with_a_faithful_algorithm_has_a_kernel_and_no_other():
    assert dir(kernels) == sorted(problem.name for problem in FAITHFUL)
    assert all(inspect.isfunction(getattr(kernels, name)) for name in dir(kernels))
    assert study.kernels is kernels
    with pytest.raises(AttributeError, match="no kernel named 'sofmax'; there are: binary_cross_entropy, "):
        _ = kernels.sofmax


@each
def test_its_arguments_are_the_formula_s_and_an_axis_where_vectors_are(problem):
    by_kind = {}
    for name, parameter in inspect.signature(kernel(problem)).parameters.items():
        by_kind.setdefault(parameter.kind, []).append(name)
    formula = next(iter(problem.algorithms.values())).function
    assert by_kind.pop(inspect.Parameter.POSITIONAL_ONLY) == list(inspect.signature(formula).parameters)
    options = ["axis"] * (problem in ALONG) + ["keepdims"] * (problem.shape == "(n)->()")
    assert by_kind == ({inspect.Parameter.KEYWORD_ONLY: options} if options else {})


@each
def test_its_docstring_has_the_formula_the_shapes_and_what_is_refused(problem):
    doc = inspect.getdoc(kernel(problem))
    assert doc.startswith(problem.formula)
    assert "\nShapes: " in doc
    assert "\nRaises " in doc
    assert "Error: less than one ulp" in doc


@each
def test_what_is_measured_of_it_is_in_the_document_and_less_than_an_ulp(problem):
    tables = DOC[DOC.index("## Measured") : DOC.index("## Cost")]
    rows = re.findall(rf"^\| {problem.name} \|.*$", tables, re.MULTILINE)
    assert 0.49 < float(max(re.findall(r"0\.\d{6}", " ".join(rows)))) < 1


@each
@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda f: f.name)
def test_it_is_the_algorithm_along_the_last_axis_and_the_first(problem, form):
    args = adversarial(problem, form, rows=20, n=5)
    expected = problem.algorithms["faithful"](*args)
    assert expected.dtype == form.dtype
    assert_same(kernel(problem)(*args), expected)
    if problem in ALONG:
        out = kernel(problem)(*first(args, problem), axis=0)
        assert_same(np.moveaxis(out, 0, -1) if problem.signature.vector_result else out, expected)


@each
def test_lists_and_numbers_are_float64_and_special_values_those_of_the_definition(problem):
    for args, expected in problem.special:
        out = kernel(problem)(*args)
        assert out.dtype == np.float64
        np.testing.assert_array_equal(out, np.array(expected, dtype=np.float64))


def test_integers_in_lists_are_float64_and_scalars_keep_their_format():
    assert_same(kernels.softmax([0, 3]), kernels.softmax([0.0, 3.0]))
    assert_same(kernels.sigmoid(2), kernels.sigmoid(2.0))
    assert_same(kernels.log_sigmoid(-(2**62)), np.array(-(2.0**62)))
    assert_same(kernels.softplus(2**63), np.array(2.0**63))
    assert_same(kernels.sigmoid(np.float32(2)), np.array(1 / (1 + np.exp(-2.0)), np.float32))
    assert kernels.nll([ml_dtypes.bfloat16(1), ml_dtypes.bfloat16(2)], 1).dtype == ml_dtypes.bfloat16


def test_vectors_in_the_middle_and_the_axis_kept():
    x = np.random.default_rng(0).standard_normal((3, 4, 5)).astype(np.float32)
    assert_same(kernels.softmax(x, axis=1)[2, :, 3], kernels.softmax(x[2, :, 3]))
    assert_same(kernels.softmax(x, axis=-2), kernels.softmax(x, axis=1))
    for axis in range(-3, 3):
        kept = kernels.logsumexp(x, axis=axis, keepdims=True)
        assert kept.shape == np.sum(x, axis=axis, keepdims=True).shape
        assert_same(np.squeeze(kept, axis), kernels.logsumexp(x, axis=axis))


def test_targets_broadcast_and_a_batch_lies_along_the_axis_that_is_left():
    logits, target = np.log([[1.0, 2.0, 5.0], [4.0, 4.0, 2.0]]), np.array([2, 0])
    losses = kernels.nll(logits, target)
    assert kernels.nll(logits[0], target).shape == (2,)
    assert kernels.nll(logits, 0).shape == (2,)
    assert_same(kernels.nll(logits.T, target, axis=0), losses)
    assert_same(kernels.nll(logits, target.astype(np.uint8)), losses)
    assert kernels.mean_nll(logits.T, target, axis=0) == pytest.approx(losses.mean(), rel=1e-15)


@pytest.mark.parametrize(
    ("name", "args", "value"),
    [
        ("nll_from_probabilities", ([0.1, 0.3, 0.5, 0.1], 0), 2.302585092994046),
        ("nll", (np.log([0.1, 0.3, 0.5, 0.1]), 3), math.log(10)),
        ("nll_gradient", ([0, 0, 0, 0], 1), [0.25, -0.75, 0.25, 0.25]),
        ("mean_nll", ([[0, 0], [0, 0]], [0, 1]), math.log(2)),
        ("logsumexp", ([0, 0],), math.log(2)),
        ("logaddexp", (0, 0), math.log(2)),
        ("log_softmax", ([1000, 0],), [0, -1000]),
        ("softmax", ([5, 5],), [0.5, 0.5]),
        ("sigmoid", (math.log(3),), 0.75),
        ("log_sigmoid", (-1000,), -1000),
        ("softplus", (0,), math.log(2)),
        ("log1mexp", (-math.log(2),), -math.log(2)),
        ("likelihood", ([0.5, 0.25],), 0.125),
        ("log_likelihood", ([0.5, 0.25],), -3 * math.log(2)),
        ("entropy", ([0.25] * 4,), math.log(4)),
        ("cross_entropy", ([1, 0], [0.5, 0.5]), math.log(2)),
        ("kl_divergence", ([1, 0], [0.25, 0.75]), math.log(4)),
        ("binary_cross_entropy", (0.5, 1), math.log(2)),
        ("binary_cross_entropy_with_logits", (0, 1), math.log(2)),
        ("binary_cross_entropy_gradient", (0, 1), -0.5),
        ("multilabel_nll", ([0, 0, 0], [0, 1, 0]), math.log(8)),
        ("entropy_from_logits", ([5, 5, 5, -math.inf],), math.log(3)),
        ("entropy_from_logits_gradient", ([0, math.log(3)],), [3 / 16 * math.log(3), -3 / 16 * math.log(3)]),
        ("temperature_softmax", ([math.log(9), 0], 2.0), [0.75, 0.25]),
        ("z_loss", ([0, 0],), math.log(2) ** 2),
        ("z_loss_gradient", ([0, 0],), [math.log(2)] * 2),
        ("cross_entropy_label_smoothing", ([0, 0], 1, 0.1), math.log(2)),
        ("cross_entropy_label_smoothing", ([4, 0], 0, 0.5), math.log1p(math.exp(-4)) + 1),
        ("cross_entropy_label_smoothing_gradient", ([0, 0], 1, 0.5), [0.25, -0.25]),
        ("focal_loss", ([0, 0], 0, 2.0), math.log(2) / 4),
        ("focal_loss_gradient", ([0, 0], 1, 1.0), [(1 + math.log(2)) / 4, -(1 + math.log(2)) / 4]),
    ],
)
def test_worked_by_hand(name, args, value):
    assert getattr(kernels, name)(*args) == pytest.approx(value, rel=4e-16)


@pytest.mark.parametrize(
    ("function", "args", "options", "error", "says"),
    [
        (kernels.softmax, (1.0,), {}, ValueError, r"argument 0 of shape \(\) has no axis -1$"),
        (kernels.softmax, ([1, 2],), {"axis": 1}, ValueError, r"argument 0 of shape \(2,\) has no axis 1$"),
        (kernels.logsumexp, ([1, 2],), {"axis": -2}, ValueError, r"argument 0 of shape \(2,\) has no axis -2$"),
        (kernels.logsumexp, ([1, 2],), {"axis": None}, TypeError, "axis must be an integer, got None$"),
        (kernels.softmax, ([[1], [1, 2]],), {}, ValueError, "argument 0 is no array: setting an array element"),
        (kernels.mean_nll, ([1, 2], [0]), {}, ValueError, "argument 0 must be a batch of vectors .*, got a vector$"),
        (kernels.mean_nll, ([[1, 2]], [0, 1]), {}, ValueError, r"batches differ in size: \[1, 2\]$"),
        (kernels.cross_entropy, ([1], [0.5, 0.5]), {}, ValueError, r"vectors differ in length: \[1, 2\]$"),
        (kernels.logaddexp, ([1, 2], [1, 2, 3]), {}, ValueError, r"shapes \[\(2,\), \(3,\)\] do not broadcast$"),
        (kernels.nll, ([[1, 2]] * 2, [0, 1, 1]), {}, ValueError, r"shapes \[\(2,\), \(3,\)\] do not broadcast$"),
        (kernels.nll, ([1, 2], 2), {}, ValueError, "argument 1 must lie in 0 … 1, got 2 … 2$"),
        (kernels.nll_gradient, ([1, 2], [0, -1]), {}, ValueError, "argument 1 must lie in 0 … 1, got -1 … 0$"),
        (kernels.nll, ([1, 2], 0.0), {}, TypeError, "argument 1 must be integers .*, got dtype float64$"),
        (kernels.sigmoid, (np.arange(3),), {}, TypeError, "dtype int64 is not a floating-point format; use one of: "),
        (kernels.sigmoid, (1j,), {}, TypeError, "dtype complex128 is not a floating-point format"),
        (kernels.sigmoid, (["1.5"],), {}, TypeError, "dtype <U3 is not a floating-point format"),
        (kernels.sigmoid, ([True],), {}, TypeError, "dtype bool is not a floating-point format"),
        (kernels.logaddexp, (np.float32(1), 1), {}, TypeError, "different dtypes: float32, float64; convert them"),
    ],
)
def test_wrong_use_is_told_in_one_line(function, args, options, error, says):
    with pytest.raises(error, match=rf"^{function.__name__} \(faithful\): .*{says}") as caught:
        function(*args, **options)
    assert "\n" not in str(caught.value)


def test_an_argument_is_left_as_it_was():
    x = np.array([[1.0, 2.0], [3.0, -np.inf]])
    x.flags.writeable = False
    out = kernels.softmax(x, axis=0)
    assert not np.shares_memory(out, x)
    assert out.flags.writeable


def test_it_can_be_measured_as_it_is():
    study.assert_accurate(kernels.log_softmax, "log_softmax", "bfloat16", inputs="wide", max_ulp=1)


def test_the_example_of_the_documentation_gives_what_it_says():
    (block,) = re.findall(r"^```python\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)
    said = re.sub(r"^(.+?)(?:  # (.*))?$", r">>> \1\n\2", block, flags=re.MULTILINE)
    example = doctest.DocTestParser().get_doctest(said, {}, "docs/faithful.md", None, None)
    assert sum(bool(step.want) for step in example.examples) == 3
    assert doctest.DocTestRunner().run(example).failed == 0
