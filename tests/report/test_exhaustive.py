import pandas as pd
import pytest

from study.report import exhaustive, exhaustive_findings

FINE = {"overflow": 0, "underflow": 0, "nan": 0, "limit": 0, "missed": 0}


def swept(**changed):
    row = {"problem": "sigmoid", "algorithm": "faithful", "format": "float16", "length": 1, "coverage": "exhaustive"}
    row |= {"inputs": 65536, "count": 65536, "max_ulp": 0.5, "not_correctly_rounded": 0, "sweep": "sigmoid_float16"}
    row |= {"worst_input": "0x1.0p+0", "worst_computed": 0.7, "worst_reference": 0.73, **FINE}
    return row | changed


def searched(**changed):
    row = {"problem": "logsumexp", "algorithm": "shifted", "format": "float64", "length": 4, "evaluations": 51200}
    return row | {"ulps": 1e9, "random_ulps": 3.0, "input": "0x1p+0 0x1p+1", "computed": 1, "reference": 2} | changed


@pytest.fixture
def stored():
    """One sweep and one search, as they are stored."""
    rows = [swept(), swept(algorithm="two_branch", max_ulp=1.8, not_correctly_rounded=9)]
    histogram = [
        {"algorithm": "faithful", "above_ulp": 0.0, "to_ulp": 0.5, "count": 65536},
        {"algorithm": "two_branch", "above_ulp": 0.0, "to_ulp": 0.5, "count": 65527},
        {"algorithm": "two_branch", "above_ulp": 1.0, "to_ulp": 2.0, "count": 9},
    ]
    found = searched(found_by="searched: a lower bound")
    del found["random_ulps"]
    return {
        "exhaustive/sigmoid_float16/summary": pd.DataFrame(rows).drop(columns="sweep"),
        "exhaustive/sigmoid_float16/histogram": pd.DataFrame(histogram),
        "search/logsumexp4_float64_shifted": pd.DataFrame([found, found | {"found_by": "random", "ulps": 3.0}]),
    }


def test_a_sweep_and_a_search_make_a_section(stored):
    section = exhaustive.section(stored, pd.DataFrame())
    assert [view.name for view in section.tables] == ["every_input", "searched"]
    assert [line[5].text for line in section.tables[0].rows] == ["0%", "0.0137%"]
    assert section.tables[1].rows[0][4].text == "≥ 1.00e9"
    assert section.tables[0].rows[1][-1].text == "study replay exhaustive/sigmoid_float16/two_branch"
    assert exhaustive.section({}, pd.DataFrame()) is None


def test_the_answer_takes_what_was_tried_on_every_input(stored):
    assert exhaustive.rows(stored)["row"].tolist() == [
        "exhaustive/sigmoid_float16/faithful",
        "exhaustive/sigmoid_float16/two_branch",
    ]
    part = {name: table.assign(coverage="inputs 0x0 to 0xff") for name, table in stored.items()}
    assert exhaustive.rows(part).empty


def test_tables_are_described(stored):
    texts = exhaustive.packages(stored)
    assert set(texts) == {"exhaustive/datapackage.json", "search/datapackage.json"}
    assert '"path": "sigmoid_float16/summary.csv"' in texts["exhaustive/datapackage.json"]


def test_faithful_on_every_input():
    said = exhaustive_findings.faithful(pd.DataFrame([swept()]))
    assert "Of 65,536 results of faithful, on every input of 1 problem in 1 format, not one is off" in said
    worse = exhaustive_findings.faithful(pd.DataFrame([swept(not_correctly_rounded=3, max_ulp=0.75)]))
    assert "all but 3 are within half an ulp, and these miss it by 0.250 at most" in worse
    assert exhaustive_findings.faithful(pd.DataFrame([swept(algorithm="naive")])) is None


def test_what_naive_loses_of_every_input():
    lost = swept(algorithm="naive", overflow=16384)
    assert "most for sigmoid: 25%" in exhaustive_findings.naive(pd.DataFrame([lost]), "float16")
    assert exhaustive_findings.naive(pd.DataFrame([swept(algorithm="naive")]), "float16") is None
    outside = swept(algorithm="naive", overflow=16384, missed=32768)
    assert "most for sigmoid: 25%" in exhaustive_findings.naive(pd.DataFrame([outside]), "float16")


def test_libraries_on_every_input():
    row = swept(algorithm="numpy.exp", max_ulp=2.54)
    said = exhaustive_findings.libraries(pd.DataFrame([row]), "float16")
    assert said.endswith("1 of 1 library functions are nowhere off by more than 2.54 ulps.")
    lossy = swept(algorithm="jax.numpy.exp", max_ulp=8e6, underflow=2180453)
    said = exhaustive_findings.libraries(pd.DataFrame([row, lossy]), "float16")
    assert "1 of 2 library functions" in said
    assert said.endswith(
        "1 gives infinity, zero or NaN for a number, 2,180,453 in all (jax.numpy.exp 2,180,453 times)."
    )
    rough = swept(algorithm="scipy.special.expit", max_ulp=20.0)
    assert "numbers 1 more are off by up to 20 (scipy.special.expit);" in exhaustive_findings.libraries(
        pd.DataFrame([lossy, rough]), "float16"
    )
    assert exhaustive_findings.libraries(pd.DataFrame([swept()]), "float16") is None
    near = swept(algorithm="torch.sigmoid", max_ulp=1.5, underflow=143998, missed=7)
    said = exhaustive_findings.libraries(pd.DataFrame([row, near]), "float16")
    assert said.endswith("143,998 in all (torch.sigmoid 143,998 times).")
    said = exhaustive_findings.numbers_for_nan(pd.DataFrame([row, near]), "float16")
    assert said.endswith("1 gives a number or infinity where none is due, 7 in all (torch.sigmoid 7 times).")
    assert exhaustive_findings.numbers_for_nan(pd.DataFrame([row]), "float16") is None


def test_what_the_samples_missed():
    sample = pd.DataFrame([{"problem": "sigmoid", "algorithm": "two_branch", "format": "float16", "max_ulp": 1.2}])
    whole = pd.DataFrame([swept(algorithm="two_branch", max_ulp=1.8)])
    assert "up to 1.80 ulps off on some of the 65,536 inputs, 1.20 on" in exhaustive_findings.missed(whole, sample)
    assert exhaustive_findings.missed(whole, sample.assign(max_ulp=1.8)) is None


def test_what_only_a_search_finds():
    said = exhaustive_findings.searched(pd.DataFrame([searched()]))
    assert "at least 1.00e9 ulps for logsumexp of four numbers by shifted (random inputs: 3)" in said
    assert exhaustive_findings.searched(pd.DataFrame([searched(random_ulps=1e9)])) is None


def test_the_figure_follows_its_tables(stored):
    def drawn(tables):
        renamed = {
            name: t.replace({"sigmoid": "log_sigmoid", "float16": "float32", "two_branch": "naive"})
            for name, t in tables.items()
        }
        (picture,) = exhaustive.section(renamed, pd.DataFrame()).pictures
        return picture

    before = drawn(stored)
    after = drawn(
        {
            **stored,
            "exhaustive/sigmoid_float16/histogram": stored["exhaustive/sigmoid_float16/histogram"].replace({9: 90}),
        }
    )
    assert before.inline != after.inline
    assert before.caption == (
        "Of all float32 logits the naive log_sigmoid does not round 0.0137% correctly and is up to 1.80 ulps off; "
        "faithful 0% and 0.500."
    )
    assert exhaustive.section(stored, pd.DataFrame()).pictures == []
