from pathlib import Path

import pytest

from study.libraries import defects
from study.report.pasted import pasted
from study.runs import store

FILE = Path("experiments/defects.toml")
TOY = """
[[defect]]
title = "log1p(x) by log(1 + x) loses x"
backend = "numpy"
call = "numpy.log"
format = "float64"
input = "1e-20"
snippet = '''
import numpy as np
print({function}, 1.0)
'''
exact = '''
print(log1p(mpf(1e-20)))
print(1)
'''
promised = "a log"
searched = "log1p"
near = "nothing"
"""


@pytest.fixture
def tables(tmp_path):
    def made(function):
        file = tmp_path / "toy.toml"
        file.write_text(TOY.replace("{function}", function))
        return {"texts": defects.texts(file), "values": defects.values(file)}

    return made


def test_what_code_prints_is_judged_number_by_number(tables):
    assert tables("np.log(1 + 1e-20)")["values"]["verdict"].tolist() == ["wrong", "right"]
    assert tables("np.log1p(1e-20)")["values"]["verdict"].tolist() == ["right", "right"]
    assert tables("float('nan')")["values"]["verdict"].tolist() == ["wrong", "right"]


def test_code_that_fails_is_no_result_and_says_why(tables):
    values = tables("np.log9(1)")["values"]
    assert values["verdict"].tolist() == ["wrong", "wrong"]
    assert values["misbehaviour"].str.startswith("AttributeError").all()


def test_the_text_has_all_digits_after_it_was_stored_and_says_still_or_gone(tables, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for function, state in (("np.log(1 + 1e-20)", "still in numpy"), ("np.log1p(1e-20)", "gone in numpy")):
        for name, table in tables(function).items():
            store.write_table("toy", name, table)
        (told,) = pasted({name: store.read_table("toy", name) for name in ("texts", "values")})
        assert told.state.startswith(state)
        assert "| 9.99999999999999945153"[:20] in told.text
        assert f"print({function}, 1.0)\n```" in told.text


def test_exact_values_that_are_not_settled_are_refused():
    with pytest.raises(defects.SnippetError, match="do not settle"):
        defects.settled("print(mpf(mp.dps))")
    with pytest.raises(defects.SnippetError, match="NameError"):
        defects.settled("print(no_such_function(1))")


def test_each_stored_defect_has_all_that_a_maintainer_needs():
    texts, values = (store.read_table("defects", name) for name in ("texts", "values"))
    assert texts["title"].tolist() == [defect.title for defect in defects.read(FILE)]
    for column in ("algorithm", "version", "input", "snippet", "exact", "searched"):
        assert texts[column].notna().all()
    assert set(values["title"]) == set(texts["title"])
    assert values.groupby("title")["verdict"].agg(lambda v: (v == "wrong").any()).sum() >= 3
    assert len(pasted({"texts": texts, "values": values})) == len(texts)
