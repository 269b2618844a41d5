import itertools
import json
import re
from urllib.parse import urlsplit

import html5lib
import pandas as pd
import pytest
from click.testing import CliRunner

from study.cli import main, replay_stored
from study.plots.text import measure
from study.problems import PROBLEMS
from study.report import advice, answer, exhaustive, views
from study.report.writer import shown
from study.runs import store
from study.runs.store import read_tables

XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def page(report):
    return (report / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def readme(report):
    return (report / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tree(page):
    return html5lib.HTMLParser(strict=True).parse(page)


@pytest.fixture(scope="module")
def stored():
    return [(experiment, read_tables(experiment)) for experiment in shown()]


def test_valid_and_small(tree, page):
    assert tree.find(f"{XHTML}head/{XHTML}title").text
    assert len(page.encode()) < 4_000_000


def test_identifiers_are_unique_and_every_link_resolves(tree, report):
    identifiers = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(identifiers) == len(set(identifiers))
    for node in tree.iter(f"{XHTML}a"):
        link = urlsplit(node.get("href"))
        if link.scheme:
            assert link.scheme == "https"
            continue
        assert link.path == "" or (report / link.path).is_file(), link
        assert link.fragment == "" or link.fragment in identifiers, link


def test_the_twin_is_short_and_has_a_table_of_contents(readme):
    assert len(readme.encode()) < 60_000
    links = re.findall(r"^- \[[^]]+\]\(#([^)]+)\)", readme, re.MULTILINE)
    assert len(links) > len(shown())
    headings = {
        re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^## (.+)$", readme, re.MULTILINE)
    }
    assert set(links) <= headings | set(re.findall(r'<a id="([^"]+)">', readme))


def test_no_sentence_is_longer_than_200_characters(readme):
    """Findings and captions: the twin has all of them, a line each."""
    told = re.findall(r"^(?:- (?!\[)|\*(?!\*))(.+?)\*?$", readme.split("## Provenance")[0], re.MULTILINE)
    assert len(told) > 50
    assert [sentence for sentence in told if len(sentence) > 200] == []


def test_a_section_asks_one_question_and_shows_little(tree):
    for section in tree.iter(f"{XHTML}section"):
        if section.get("class") == "experiment":
            shut = {node for details in section.iter(f"{XHTML}details") for node in details.iter()}
            seen = [node for node in section.iter() if node not in shut]
            assert sum(node.get("role") == "img" for node in seen) <= 2
            assert sum((node.get("id") or "").startswith("finding") for node in seen) <= 3
            assert sum(node.tag == f"{XHTML}li" for node in seen) <= 3
            assert not [node for node in seen if node.tag == f"{XHTML}table"]


def test_what_to_use_has_code_a_kernel_and_calls_for_every_problem(tree, stored):
    used = {n.get("id"): "".join(n.itertext()) for n in tree.iter(f"{XHTML}details") if n.get("class") == "use"}
    problems = set(answer.measured(stored)["problem"])
    assert set(used) == {f"use-{name}" for name in problems}
    for name in problems:
        assert f"kernels.{name}(" in used[f"use-{name}"]
        assert PROBLEMS[name].code.strip().splitlines()[-1] in used[f"use-{name}"]
    assert "torch.nn.functional.cross_entropy" in used["use-nll"]


def test_nothing_is_fetched(tree, page):
    for node in tree.iter():
        assert node.get("src") is None
    assert [node.get("href") for node in tree.iter(f"{XHTML}link")] == ["data:,"]
    assert not re.search(r"@import|url\(\s*['\"]?https?:", page)


def test_no_machine_path_or_time_stamp(page):
    assert not re.search(r"/home/|/work/|/tmp/|20\d\d-\d\d-\d\d", re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL))


def test_every_finding_is_on_the_page_and_in_its_twin(page, readme, stored):
    from markupsafe import escape

    for experiment, tables in stored:
        for finding in experiment.findings:
            sentence = finding.told(tables)
            if sentence:
                assert str(escape(sentence)) in page
                assert sentence in readme


def test_figures_have_words_and_files(tree, report, readme):
    drawings = [n for n in tree.iter(f"{XHTML}div") if n.get("role") == "img"]
    assert sum(len(e.figures) for e in shown()) < len(drawings) <= 15
    assert all(len(n.get("aria-label")) > 40 for n in drawings)
    paths = re.findall(r"\]\(([^)#]+)\.png\)", readme)
    assert len(paths) == len(drawings)
    for path in paths:
        text = (report / f"{path}.svg").read_text(encoding="utf-8")
        assert text.startswith("<?xml")
        assert "<text" in text
        assert (report / f"{path}.png").read_bytes().startswith(b"\x89PNG")


def test_answer_and_tables_say_the_same_number(page, readme, stored):
    tables = {(e.name, name): table for e, found in stored for name, table in found.items()}
    summaries = {
        key: views.summary(*key, table)
        for key, table in tables.items()
        if {"max_ulp", "bound_used", "parameter"} <= set(table)
    }
    swept = exhaustive.tables()
    rows, tried = answer.measured(stored), exhaustive.rows(swept)
    advised = {(name, line[0].text): line for name, view in advice.views(rows, tried).items() for line in view.rows}
    for cell in itertools.chain(*answer.matrix(rows, tried)):
        worst = measure(cell.worst, "ulps")
        if cell.algorithm != "faithful":
            line = advised[cell.problem, cell.form]
            assert (line[1].text, line[3].text.removesuffix(" ∀")) == (cell.algorithm, worst.split(" ")[0])
            assert line[2].text == f"{cell.digits:.1f}"
        assert (cell.ends if cell.instead else f"`{cell.algorithm}` {cell.digits:.1f}") in readme
        assert cell.error.split(" ")[0] in page
        experiment, name, row = cell.row.split("/")
        if cell.exhaustive:
            summary = swept[f"exhaustive/{name}/summary"].set_index("algorithm")
            assert measure(float(summary["max_ulp"][row]), "ulps") == worst
            continue
        assert measure(float(tables[experiment, name]["max_ulp"].iloc[int(row)]), "ulps") == worst
        lines = [[value.text for value in line] for line in summaries[experiment, name].rows]
        (shown,) = [line for line in lines if line[:3] == [cell.problem, cell.algorithm, cell.form]]
        assert worst.split(" ")[0] in shown or cell.ends


def test_every_replay_command_names_a_stored_row(page, stored):
    every = re.findall(r"study replay (\w+)/(\w+)/([\w.]+)", page)
    commands = [c for c in every if c[0] not in replay_stored.FOLDERS]
    found = [c for c in every if c[0] in replay_stored.FOLDERS]
    assert commands
    for folder in replay_stored.FOLDERS:
        tried = next(c for c in found if c[0] == folder and "." not in c[2])
        assert CliRunner().invoke(main, ["replay", "/".join(tried)]).exit_code == 0
    for folder, name, which in found:
        table = store.read_table(f"{folder}/{name}", replay_stored.FOLDERS[folder])
        assert which in (set(table["algorithm"]) if folder == "exhaustive" else set(map(str, range(len(table)))))
    assert CliRunner().invoke(main, ["replay", "/".join(commands[0])]).exit_code == 0
    tables = {experiment.name: found for experiment, found in stored}
    for experiment, table, row in commands:
        assert int(row) < len(tables[experiment][table])


def test_the_dictionary_describes_every_column_of_a_sweep(report):
    for path in report.glob("*/datapackage.json"):
        package = json.loads(path.read_text(encoding="utf-8"))
        for resource in package["resources"]:
            table = pd.read_csv(path.parent / resource["path"], nrows=1)
            fields = resource["schema"]["fields"]
            assert [f["name"] for f in fields] == list(table.columns)
            assert all(f.get("description") for f in fields)
            if "max_ulp" in table:
                assert next(f for f in fields if f["name"] == "max_ulp")["unit"] == "ulps"
