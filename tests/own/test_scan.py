"""The scanner finds each formula however it is written, and is quiet on what only looks like it."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from study.cli import main
from study.own.scan import RULES
from study.own.scan.files import of_source
from study.problems import PROBLEMS
from study.report.lost import lost

ROOT = Path(__file__).parents[2]
HEAD = (
    "import math\nimport logging\nimport numpy as np\nimport torch\nimport torch.nn.functional as F\n"
    "import jax\nimport jax.numpy as jnp\nfrom scipy.special import expit, softmax\nlogger = logging.getLogger()\n"
)
FAILS = {
    "log-of-product": ["np.log(np.prod(p))", "p.prod(-1).log()", "math.log(math.prod(p))", "z = p.prod()\nnp.log(z)"],
    "log-of-sum-of-exp": [
        "np.log(np.exp(x).sum(-1))", "torch.log(torch.sum(torch.exp(x), dim=-1))", "x.exp().sum(-1).log()",
        "jnp.log(jnp.mean(jnp.exp(x), axis=0))", "s = np.exp(x).sum()\nnp.log(s + 1e-12)",
        "np.log(1 + np.exp(x).sum())",
    ],
    "exp-over-sum": [
        "np.exp(x) / np.exp(x).sum(-1, keepdims=True)", "e = torch.exp(x)\ny = e / e.sum(-1, keepdim=True)",
        "e = jnp.exp(x)\ny = e / jnp.sum(e, axis=-1)[..., None]", "e = np.exp(x)\ny = e / (e.sum() + 1e-9)",
    ],
    "log-of-softmax": [
        "torch.log(F.softmax(x, dim=-1))", "x.softmax(-1).log()", "np.log(softmax(x, axis=1))",
        "p = F.softmax(x, dim=1)\nq = p[range(3), y]\ntorch.log(q + 1e-8)", "torch.log(x.softmax(-1).clamp(min=1e-9))",
        "jnp.log(jax.nn.softmax(x))",
    ],
    "log-of-sigmoid": [
        "torch.log(torch.sigmoid(x))", "np.log(expit(x))", "torch.log(1 - x.sigmoid())", "p = expit(x)\nnp.log(1 - p)",
        "torch.log(1 - torch.sigmoid(x) + 1e-8)",
    ],
    "log-of-one-plus-exp": ["np.log(1 + np.exp(x))", "torch.log(torch.exp(-x) + 1.0)", "math.log(1 + math.exp(x))"],
    "log1p-of-exp": ["np.log1p(np.exp(x))", "x.exp().log1p()", "math.log1p(math.exp(-a * b))"],
    "log-of-one-minus-exp": ["np.log(1 - np.exp(x))", "torch.log(1.0 - logp.exp())"],
    "clip-before-log": [
        "np.log(np.clip(p, 1e-7, 1 - 1e-7))", "torch.log(probs + 1e-8)", "np.log(np.maximum(y_prob, eps))",
        "torch.log(p.clamp(min=1e-6))",
    ],
    "log-of-one-minus": ["np.log(1 - p)", "torch.log(1.0 - p)", "(1 - p).log()", "math.log(1 - alpha)"],
    "sum-in-16-bits": [
        "logp.to(torch.bfloat16).sum(-1)", "torch.sum(log_probs.half())", "np.sum(logp, dtype=np.float16)",
        "F.log_softmax(x, dim=-1).bfloat16().sum()", "logp.astype('float16').mean()",
    ],
    "exp-of-narrow-difference": [
        "torch.exp((logp - ref).to(torch.bfloat16))", "torch.exp(logp.half() - ref.half())",
        "d = (logp - ref).bfloat16()\nd.exp()",
    ],
}  # fmt: skip
SAFE = [
    "np.log(np.prod(x.shape))", "np.log(np.prod(sizes))", "logger.log(10, 'x')", "np.log(1 + x)", "np.log(x + 1e-6)",
    "m = x.max()\nnp.log(np.exp(x - m).sum()) + m", "torch.log(torch.exp(x - x.max(-1, keepdim=True).values).sum(-1))",
    "x_max, _ = x.max(-1)\ntorch.log(torch.exp(x - x_max[:, None]).sum(-1))", "torch.logsumexp(x, -1)",
    "x = x - np.max(x)\ne = np.exp(x)\ne / e.sum()", "x -= x.max()\nnp.exp(x) / np.exp(x).sum()",
    "np.log1p(np.exp(-np.abs(x)))", "torch.log(1 + torch.exp(-x.abs()))", "x.abs().neg().exp().log1p()",
    "jnp.log1p(jnp.exp(-jnp.abs(x) * c))", "g = np.exp(-0.5 * (x / s) ** 2)\ng / g.sum()",
    "g = torch.exp(-torch.pow(x / s, 2) / 2)\ng / g.sum()", "np.exp(x) / np.exp(y).sum()", "x.sum() / x.sum()",
    "F.log_softmax(x, dim=-1)", "F.log_softmax(x, -1).exp()", "np.log1p(-p)", "np.log(-np.expm1(x))",
    "np.log(1 - 0.25)", "np.log(s)\ns = np.exp(x).sum()", "p = np.clip(p, 0, 1)\nnp.log(p)", "x = x + 1\nx += 1",
    "F.softmax(x, dim=1)", "logp.float().sum()", "x.to(torch.bfloat16).sum()", "torch.exp(logp - ref)",
    "torch.exp(logp.float() - ref.float())", "np.exp(x).sum()", "np.log(np.clip(x, 1e-7, None))", "y = p\nnp.log(y)",
    "F.logsigmoid(x)", "e = np.exp(x - np.max(x))\ne / e.sum()", "kernel.log(1 - p)", "def f(x):\n    return np.log(x)",
]  # fmt: skip


def found(code):
    return [hit.rule.name for hit in of_source(HEAD + code)]


@pytest.mark.parametrize(("rule", "code"), [(rule, code) for rule, codes in FAILS.items() for code in codes])
def test_a_formula_is_found(rule, code):
    assert found(code) == [rule]
    inside = "def f(x, y, p, logp, ref):\n" + "".join(f"    {line}\n" for line in code.splitlines())
    assert found(inside) == [rule]


@pytest.mark.parametrize("code", SAFE)
def test_what_is_safe_is_passed_over(code):
    assert found(code) == []


def test_every_rule_is_tried():
    assert {*FAILS} == {rule.name for rule in RULES}


def test_a_name_that_is_assigned_twice_is_not_followed():
    assert found("s = x\ns = np.exp(x).sum()\nnp.log(s)") == []


def test_without_imports_of_a_library_nothing_is_known():
    assert of_source("def f(x):\n    return x.exp().sum().log()") == []


def test_a_line_that_is_meant_is_passed_over():
    assert found("np.log(1 - p)  # study: ok, p is a half") == []


@pytest.mark.parametrize(
    ("imports", "code", "use"),
    [
        ("import torch", "torch.log(torch.exp(x).sum(-1))", "torch.logsumexp(x, dim)"),
        ("import jax.numpy as jnp", "jnp.log(jnp.exp(x).sum(-1))", "jax.nn.logsumexp(x, axis)"),
        ("import numpy", "numpy.log(numpy.exp(x).sum(-1))", "scipy.special.logsumexp(x, axis)"),
        ("from math import log", "log(1 - p)", "math.log1p(-p)"),
    ],
)
def test_the_call_to_use_is_the_files_librarys(imports, code, use):
    (hit,) = of_source(f"{imports}\n{code}")
    assert hit.use == use


def test_calls_of_scipy_and_numpy_exist():
    import numpy as np
    import scipy.special

    named = {m for rule in RULES for m in re.findall(r"(?:scipy\.special|np)\.\w+", rule.use["numpy"])}
    for name in named - {"np.float32"}:
        module, _, function = name.rpartition(".")
        assert callable(getattr({"np": np, "scipy.special": scipy.special}[module], function)), name
    assert len(named) > 8


def test_what_is_lost_is_told_from_the_tables():
    for rule in RULES:
        if rule.measured:
            problem, algorithm, _ = rule.measured
            assert algorithm in PROBLEMS[problem].algorithms
            assert "float16: " in lost(*rule.measured), rule.name
            assert re.search(r"float32: .* from .* = \d", lost(*rule.measured)), rule.name


@pytest.fixture
def call(tmp_path):
    path = tmp_path / "losses.py"
    path.write_text(HEAD + "def f(x, p):\n    return np.log(np.exp(x).sum()), np.log(1 - p)\n", encoding="utf-8")

    def run(*options):
        done = CliRunner().invoke(main, ["scan", str(tmp_path), *options])
        return done.exit_code, done.output

    run.path = path
    return run


def test_text_says_where_what_and_what_instead(call):
    code, out = call()
    assert code == 1
    assert f"{call.path.as_posix()}:11:12: log-of-sum-of-exp (range)" in out
    assert "lost: float16: overflow from largest logit = " in out
    assert "use:  scipy.special.logsumexp(x, axis)" in out
    assert out.endswith("2 formulas that fail in 1 files\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--fail-on", "never"), 0),
        (("--fail-on", "range"), 1),
        (("--rules", "log-of-one-minus"), 1),
        (("--rules", "log-of-one-minus", "--fail-on", "range"), 0),
        (("--rules", "exp-over-sum"), 0),
    ],
)
def test_what_fails_the_run_is_chosen(call, options, code):
    assert call(*options)[0] == code


def test_json_has_every_hit(call):
    _, out = call("--output", "json")
    hits = json.loads(out)
    assert [(hit["line"], hit["rule"]) for hit in hits] == [(11, "log-of-sum-of-exp"), (11, "log-of-one-minus")]
    assert {*hits[0]} == {"file", "line", "column", "code", "use", "rule", "severity", "says", "lost"}
    call.path.write_text("x = 1\n")
    assert json.loads(call("--output", "json")[1]) == []


def test_annotations_are_one_line_each(call):
    _, out = call("--output", "github")
    first, second = out.splitlines()
    file = re.escape(call.path.as_posix())
    assert re.fullmatch(rf"::error file={file},line=11,col=12,title=study log-of-sum-of-exp::.*logsumexp.*", first)
    assert second.startswith("::warning ")


def test_wrong_use_is_one_line(call, tmp_path):
    code, out = call("--rules", "nosuch")
    assert (code, out.count("Error: ")) == (2, 1)
    assert "no rule named 'nosuch'; there are: log-of-product" in out
    done = CliRunner().invoke(main, ["scan", str(tmp_path / "nosuch.py")])
    assert done.exit_code == 2
    assert "there is no such file or folder" in done.output


def test_a_file_that_is_no_python_is_named_and_the_rest_is_read(call):
    call.path.with_name("broken.py").write_text("def (:\n")
    code, out = call()
    assert code == 1
    assert "broken.py cannot be read: SyntaxError" in out


def test_the_page_names_every_rule():
    page = (ROOT / "docs" / "scan.md").read_text(encoding="utf-8")
    assert [rule.name for rule in RULES if f"`{rule.name}`" not in page] == []
