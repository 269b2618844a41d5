"""The worst case that a table tells is the one that was met."""

from itertools import count

import numpy as np
import pytest

from study.exhaustive import tables
from study.exhaustive.functions import problem_named
from study.exhaustive.measure import measure
from study.exhaustive.specification import Specification
from study.exhaustive.tally import Tally

LOGITS = 0x3000, 0x3800


def summary(monkeypatch, function, number_of=LOGITS):
    """The line of a function for sigmoid in binary16."""
    known = problem_named("sigmoid").algorithms
    monkeypatch.setitem(known, "moody", type(known["naive"])("sigmoid", "moody", function, known["naive"].signature))
    spec = Specification("sigmoid", "float16", ("moody",), 1, *number_of)
    merged = sum((measure(shard)["moody"] for shard in spec.shards()), Tally())
    return tables.summary(spec, {"moody": merged}).iloc[0]


def test_of_a_function_that_computes_a_number_by_itself_otherwise(monkeypatch):
    right = problem_named("sigmoid").algorithms["faithful"]
    row = summary(monkeypatch, lambda x: right(x) if x.size == 1 else np.full_like(x, 0.25))
    assert row["worst_computed"] == "0.25"
    assert row["max_ulp"] > 500
    assert row["not_correctly_rounded"] == row["count"]


def test_of_a_function_that_computes_otherwise_each_time(monkeypatch):
    calls = count()
    with pytest.raises(tables.AnotherResultError, match="does not compute the same each time"):
        summary(monkeypatch, lambda x: np.full_like(x, 0.25 + 0.125 * next(calls)))
