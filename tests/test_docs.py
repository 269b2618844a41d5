"""What is written for readers: links lead somewhere, versions agree, README says what the tables say."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import nbformat
import pytest
import yaml
from nbclient import NotebookClient

import study

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
HTML = "{http://www.w3.org/1999/xhtml}"


def anchors(text):
    """As code hosts make them of headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        url = urlsplit(link)
        target = (page.parent / unquote(url.path)).resolve() if url.path else page
        if url.scheme:
            continue
        assert target.exists(), link
        if url.fragment and target.suffix == ".md":
            assert url.fragment in anchors(target.read_text(encoding="utf-8")), link


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_the_version_is_one():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == study.__version__
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+), (\S+)$", changes, re.MULTILINE)
    assert released[0] == (study.__version__, citation["date-released"].isoformat())


def rows(text):
    """Cells of tables by the words of their first."""
    lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if "|" in line]
    named = [(line[0].partition(":")[0].replace("*", "").replace("`", ""), line[1:]) for line in lines]
    return dict(reversed(named))  # of two tables, the first


def test_readmes_answers_are_those_of_the_report():
    said = rows((ROOT / "README.md").read_text(encoding="utf-8"))
    report = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    found = rows(report)
    for problem in ("logsumexp", "softmax"):
        for short, whole in zip(said[problem], found[problem], strict=True):
            (name, digits), (formula, due) = short.split(), whole.partition("<br>")[0].split()[:2]
            assert name == formula
            assert float(digits) == pytest.approx(float(due), abs=0.11)  # vector levels differ in the last digit


def test_readmes_ranges_are_those_of_the_report():
    said = rows((ROOT / "README.md").read_text(encoding="utf-8"))
    report = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    formats = ("float16", "bfloat16", "float32", "float64")
    for words in (
        "factors of 0.1 until their product is 0",
        "x from which exp over its sum, of x and 0, is not finite",
    ):
        each = [f"{value} in {form}" for value, form in zip(said[words], formats, strict=True)]
        assert f"{', '.join(each[:-1])} and {each[-1]}" in report


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The pages that ``make docs`` makes."""
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run([sys.executable, "-W", "error", ROOT / "docs" / "reference.py", folder], check=True)
    return {path: html5lib.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}


def test_links_of_the_reference_lead_somewhere(reference):
    named = {path: {node.get("id") for node in page.iter()} for path, page in reference.items()}
    followed = 0
    for path, page in reference.items():
        for node in page.iter(f"{HTML}a"):
            url = urlsplit(node.get("href") or "")
            if url.scheme or not (url.path or url.fragment):
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            assert target in named, (path.name, node.get("href"))
            assert not url.fragment or unquote(url.fragment) in named[target], (path.name, node.get("href"))
            followed += 1
    assert followed > 100


def test_the_reference_has_everything_public(reference):
    (page,) = (page for path, page in reference.items() if path.name == "study.html")
    assert {node.get("id") for node in page.iter()} >= {name for name in study.__all__ if name != "kernels"}
    (page,) = (page for path, page in reference.items() if path.name == "kernels.html")
    assert {node.get("id") for node in page.iter()} >= {*dir(study.kernels)}


def printed(cell):
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def test_the_tutorial_runs_as_it_is_stored(tmp_path):
    stored = nbformat.read(ROOT / "docs" / "tutorial.ipynb", as_version=4)
    run = nbformat.from_dict(stored)
    NotebookClient(run, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    pairs = [(printed(old), printed(new)) for old, new in zip(stored.cells, run.cells, strict=True)]
    assert [new for old, new in pairs if "zero after" in old] == [old for old, _ in pairs if "zero after" in old]
    ended = [new.split("exit code ")[1].strip() for _, new in pairs if "exit code" in new]
    assert ended == ["0", "1"]
    assert (tmp_path / "log_softmax.png").is_file()


GALLERY = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("lines", GALLERY[1:], ids=lambda lines: lines.splitlines()[-1])
def test_three_lines_make_a_figure(lines, tmp_path, monkeypatch):
    for name in ("experiments", "results"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    exec(GALLERY[0] + lines, {})  # noqa: S102 - as a reader does
    (made,) = tmp_path.glob("*.pdf")
    assert made.read_bytes().startswith(b"%PDF")
