from types import SimpleNamespace

import pytest

from study.report import provenance
from study.runs import store
from study.runs.machine import provenance as measured_with


@pytest.fixture
def sections(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "RESULTS", tmp_path)
    for name, facts in (("a", {"simd": "V4"}), ("b", {"simd": "V4", "torch": "2.13"}), ("c", {"simd": "V3"})):
        store.write_provenance(name, facts)
    return [SimpleNamespace(title=name.upper(), files=[f"{name}/t.csv", f"{name}/u.csv"]) for name in "abcd"]


def test_what_was_measured_alike_is_told_together(sections):
    assert provenance.groups(sections) == [
        (["A", "B"], {"simd": "V4", "torch": "2.13"}),
        (["C"], {"simd": "V3"}),
        (["D"], {}),
    ]
    assert len(provenance.files()) == 3


def test_tables_of_a_section_may_be_of_several_machines(sections):
    sections[0].files += ["c/t.csv", "d/t.csv"]
    groups = provenance.groups(sections)
    assert [titles for titles, _ in groups] == [["A", "B"], ["A", "C"], ["A", "D"]]


def test_a_damaged_record_is_named(sections, tmp_path):
    (tmp_path / "a" / store.PROVENANCE).write_text("{", encoding="utf-8")
    with pytest.raises(store.DamagedResultsError, match=r"a/provenance.json cannot be read"):
        provenance.groups(sections)


def test_libraries_are_recorded_beside_the_machine():
    facts = measured_with(("numpy", "scipy"))
    assert {"processor", "simd", "numpy", "scipy", "mpmath"} <= set(facts)
