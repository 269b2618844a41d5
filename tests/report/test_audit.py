"""The page of an audit: it says what the answer says, stands alone, and is HTML."""

import html5lib
import numpy as np
import pytest

from study.inputs.logits import opened
from study.own import answer
from study.own.audit import audit
from study.own.methods import everything
from study.report.audit import _scores, page


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("audit")
    np.savez(path / "x.npz", logits=[[1.0, 2.0, 30.0], [100.0, 0.0, -5.0]], targets=[2, 0])
    with opened(path / "x.npz") as held:
        return audit("a <b>.npz", held, everything(("float16", "float32")), whole=True)


def test_the_page_says_what_the_answer_says(made):
    text = page(made)
    tree = html5lib.HTMLParser(strict=True).parse(text)
    words = " ".join("".join(tree.itertext()).split())
    exact, call, worst, *_ = answer.answer(made)
    for sentence in (exact.removeprefix("a <b>.npz: ")[1:], call, worst, *answer.notes(made)):
        assert " ".join(sentence.split()) in words
    assert "Is the loss of a <b>.npz right?" in words
    assert "<svg" in text
    assert 'src="http' not in text
    for score in made.scores:
        assert f"{score.mean:.9g}" in words


def test_every_table_is_there(made):
    text = page(made)
    for name in ("scores", "figures", "published", "sums"):
        assert f'id="audit-data-{name}"' in text


def test_what_was_not_added_in_its_format_is_no_nan(tmp_path):
    np.savez(tmp_path / "x.npz", logits=[[1.0, 2.0, 30.0], [100.0, 0.0, -5.0]], targets=[2, 0])
    with opened(tmp_path / "x.npz") as held:
        made = audit("x.npz", held, everything(("float32",)))
    kept = [score for score in made.scores if score.method in made.part.kept]
    cells = [line[3].text for line in _scores(made).rows]
    assert 0 < len(kept) < len(made.scores)
    assert sorted(text for text in cells if text != "–") == sorted(f"{score.in_format:.9g}" for score in kept)
