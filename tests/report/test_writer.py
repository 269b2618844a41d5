import pytest

from study import store
from study.report import writer


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_report_is_the_same_bytes_twice(report, built):
    assert contents(built[0].parent) == contents(report)


def test_what_is_current_is_left_alone(built):
    path, findings = built
    before = path.stat().st_mtime_ns
    assert writer.build() == (path, findings)
    assert path.stat().st_mtime_ns == before
    assert findings

    path.write_text("damaged", encoding="utf-8")
    writer.build()
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_changed_table_changes_the_report(built):
    path, _ = built
    before = path.read_text(encoding="utf-8")
    table = path.parent / "product_underflow/first_underflow.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",324", ",325"), encoding="utf-8")
    _, findings = writer.build()
    assert path.read_text(encoding="utf-8") != before
    assert any("325 in float64" in sentence for sentence in findings)


def test_a_missing_table_is_said_and_nothing_is_written(built):
    path, _ = built
    before = path.read_bytes()
    (path.parent / "digits/losses.csv").unlink()
    with pytest.raises(store.DamagedResultsError, match="make experiments"):
        writer.build()
    assert path.read_bytes() == before
