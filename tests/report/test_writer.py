from dataclasses import replace

import pandas as pd
import pytest

from study.report import writer
from study.runs import store


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def current():
    return store.is_current("report", writer.mark(writer.shown()))


def test_the_report_is_the_same_bytes_twice_and_then_left_alone(report, built):
    path, findings = built
    assert contents(path.parent) == contents(report)
    before = path.stat().st_mtime_ns
    assert writer.build() == (path, findings)
    assert path.stat().st_mtime_ns == before
    assert findings

    path.write_text("damaged", encoding="utf-8")
    assert not current()


def test_a_changed_table_changes_the_report(small):
    path, _ = small
    before = path.read_text(encoding="utf-8")
    table = path.parent / "product_underflow/first_underflow.csv"
    whole = table.read_text(encoding="utf-8")
    table.write_text(whole.replace(",324", ",325"), encoding="utf-8")
    with pytest.raises(store.DamagedResultsError, match=r"first_underflow\.csv is not as it was written"):
        writer.build()
    assert path.read_text(encoding="utf-8") == before
    store.write_csv(table, pd.read_csv(table))
    _, findings = writer.build()
    assert path.read_text(encoding="utf-8") != before
    assert any("325 in float64" in sentence for sentence in findings)

    table.unlink()
    before = path.read_bytes()
    with pytest.raises(store.DamagedResultsError, match="study run product_underflow"):
        writer.build()
    assert path.read_bytes() == before


def test_an_experiment_on_what_is_not_here_is_left_out_until_it_has_tables(monkeypatch):
    one = next(e for e in writer.discover() if e.name == "softmax_range")
    nowhere = replace(one, module_file="nowhere.py", backends=("torch:nowhere",))
    monkeypatch.setattr(writer, "discover", lambda: [one, nowhere])
    assert writer.shown() == [one]
    monkeypatch.setattr(store, "has_tables", lambda _experiment: True)
    assert writer.shown() == [one, nowhere]
