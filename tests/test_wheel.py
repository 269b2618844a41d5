"""The wheel in a clean environment, away from the repository: what README tells a stranger to do, as written there."""

import os
import re
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
OWN = ("## Your own function", "## Your own logits", "## CI")
"""README's sections for an empty folder."""
FENCE = re.compile(r"^ *```(python|sh)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder)
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, ROOT], check=True)
    (path,) = folder.glob("precision_study-*.whl")
    return path


@pytest.fixture(scope="module")
def shell(wheel, tmp_path_factory):
    """Runs a line in an empty folder, in an environment that has the pinned packages and the wheel."""
    folder = tmp_path_factory.mktemp("stranger")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = (programs / "python", "-m", "pip", "install", "--quiet")
    subprocess.run([*pip, "--require-hashes", "--requirement", ROOT / "requirements" / "run.txt"], check=True)
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    env["PATH"] = f"{programs}{os.pathsep}{env['PATH']}"
    (folder / "empty").mkdir()

    def run(line, code=0):
        done = subprocess.run(  # noqa: S602 - as a reader types it
            line, shell=True, cwd=folder / "empty", env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    run.folder, run.env = folder / "empty", env
    return run


def follow(text, shell):
    """Do what a page says: write files of the name in their first line, run them, type the lines; returns what is said.

    A line that fails by design ends in a comment with its exit code.
    """
    said = []
    for language, indented in FENCE.findall(text):
        code = textwrap.dedent(indented)
        if language == "python":
            name = code.splitlines()[0].removeprefix("# ")
            (shell.folder / name).write_text(code, encoding="utf-8")
            said.append(shell(f"python {name}"))
        else:
            said += [shell(line, int(line.partition("# exit code ")[2] or 0)) for line in code.splitlines()]
    return "\n".join(said)


def test_it_holds_what_it_needs_and_little_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for name in ("py.typed", "packaged/results/digits/losses.csv", "packaged/experiments/digits.csv"):
        assert f"study/{name}" in names
    assert any(name.endswith("dist-info/licenses/LICENSE") for name in names)
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"study", "precision_study"}
    assert not [name for name in names if name.endswith((".svg", ".png", ".html"))]
    assert wheel.stat().st_size < 5e6


def test_it_is_the_wheel_that_is_imported(shell):
    where = shell('python -c "import study; print(study.__file__)"')
    assert "site-packages" in where
    assert str(ROOT) not in where


def test_readmes_own_sections_run_as_written(shell):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    sections = [readme[readme.index(f"{heading}\n") :].partition("\n## ")[0] for heading in OWN]
    out = follow("\n".join(sections), shell)
    for words in ("logsumexp: logsumexp in float64", "scipy.special.softmax: softmax", "5.51", "200 × 10 logits"):
        assert words in out
    assert (shell.folder / "mine.pdf").read_bytes().startswith(b"%PDF")
    assert "0 formulas that fail" in shell("study scan mykernels.py")


def test_the_first_steps_lead_to_a_gate(shell):
    out = follow((ROOT / "docs" / "first_steps.md").read_text(encoding="utf-8"), shell)
    for words in (
        "64 overflow",
        "use:  scipy.special.logsumexp(x, axis)",
        "'minus infinity': max_scaled = inf, 20 allowed",
    ):
        assert words in out
    assert "'more ties than float16 counts'" in out


@pytest.fixture
def recorded(shell):
    """The function of README and its budgets, in the folder."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = next(code for _, code in FENCE.findall(readme) if code.startswith("# mykernels.py"))
    (shell.folder / "mykernels.py").write_text(code, encoding="utf-8")
    shell("study measure mykernels:logsumexp --problem logsumexp --record budgets.toml")
    yield code
    (shell.folder / "mykernels.py").write_text(code, encoding="utf-8")


def worse(shell, code):
    """The shift is forgotten."""
    assert code.count("np.exp(x - top)") == 1
    changed = code.replace("np.exp(x - top)", "np.exp(x)").replace("top[..., 0] + ", "")
    (shell.folder / "mykernels.py").write_text(changed, encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="the action's shell is bash")
def test_the_action_measures_and_scans(shell, recorded):
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    install, measure, scan = action["runs"]["steps"]
    assert install["run"] == 'python -m pip install --quiet "$PACKAGE"'
    given = {"function": "mykernels:logsumexp", "problem": "logsumexp", "scan": "mykernels.py"}
    inputs = {name: given.get(name, declared.get("default")) for name, declared in action["inputs"].items()}

    def step(declared, code):
        for name, value in declared["env"].items():
            chosen = inputs[re.fullmatch(r"\$\{\{ inputs\.(\w+) \}\}", value)[1]]
            shell.env[name] = chosen
        return shell(declared["run"], code)

    step(measure, 0)
    step(scan, 0)
    worse(shell, recorded)
    assert "logsumexp" in step(measure, 1)
    assert "::error file=mykernels.py," in step(scan, 1)


def test_the_hooks_measure_and_scan(shell, recorded):
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (config,) = (yaml.safe_load(code) for code in re.findall(r"```yaml\n(repos:.*?)```", page, re.DOTALL))
    scan, measure = config["repos"][0]["hooks"]
    lines = (
        " ".join([hooks[measure["id"]]["entry"], *measure["args"]]),
        f"{hooks[scan['id']]['entry']} mykernels.py",
    )
    for line in lines:
        shell(line)
    worse(shell, recorded)
    for line in lines:
        shell(line, code=1)


@pytest.mark.parametrize("case", ["digits/losses/3", "exhaustive/softplus_float16/two_branch", "search/{search}/0"])
def test_packaged_results_are_replayed(shell, case):
    search = min(path.name for path in (ROOT / "results" / "search").iterdir() if path.is_dir())
    case = case.format(search=search)
    assert shell(f"study replay {case}").startswith(f"{case}: ")
    assert not (shell.folder / "results" / case.split("/")[0]).exists()


def test_every_input_and_a_search_of_ones_own(shell):
    assert "computed" in shell("study sweep log_sigmoid --format float8_e4m3fn")
    assert "random: " in shell("study search log1mexp --algorithm maechler --budget 2000")
    assert "float8_e4m3fn" in shell("study replay exhaustive/log_sigmoid_float8_e4m3fn/naive")


def test_an_experiment_of_ones_own_with_a_report_of_its_own(shell):
    assert "my_loss.py" in shell("study new my_loss")
    shell("study new my_loss", code=2)
    assert "overflows from 30 in float16" in shell("study run")
    assert "experiments\n  my_loss " in shell("study list")
    report = (shell.folder / "results" / "README.md").read_text(encoding="utf-8")
    assert "The naive formula overflows from 30 in float16, from 100 in float32." in report
    assert (shell.folder / "results" / "report.html").is_file()
    assert shell("python -m study replay my_loss/sweep/3").startswith("my_loss/sweep/3: ")
    assert "everything is up to date" in shell("study run")
