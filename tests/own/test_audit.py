"""The answer of an audit, held to mpmath and to what was published; the same in one block or in many."""

import json
import signal
from dataclasses import replace
from pathlib import Path

import mpmath
import numpy as np
import pytest

from study.inputs import stored
from study.inputs.logits import opened
from study.libraries.backends import BACKENDS
from study.own import answer, block, part, tables
from study.own.audit import audit
from study.own.methods import Method, everything, losses, under
from study.own.per_vector import published, sums
from study.own.record import record

LOGITS = np.array([[1.0, 2.0, 3.0], [100.0, 0.0, -5.0]])
TARGETS = np.array([2, 0])
PUBLISHED = Path(__file__).parents[1] / "published" / "data_presoftmax.mat"


@pytest.fixture(scope="module", autouse=True)
def _light():
    """Without the libraries that take seconds to import; tests/libraries/backends measures those."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("torch", "jax"):
            patch.setitem(BACKENDS, name, replace(BACKENDS[name], module="no_such_module"))
        yield


@pytest.fixture
def audited(tmp_path):
    def made(logits, targets=None, methods=losses, ignore=None, **options):
        np.save(tmp_path / "x.npy", logits)
        second = None if targets is None else tmp_path / "t.npy"
        if second:
            np.save(second, targets)
        with opened(tmp_path / "x.npy", second, ignore=ignore) as held:
            return audit("x.npy", held, methods(targets=targets is not None), **options)

    return made


def score(made, function, form):
    return next(s for s in made.scores if (s.method.function, s.method.form) == (function, form))


def exact_losses(logits, targets):
    with mpmath.workprec(200):
        return [
            mpmath.log(mpmath.fsum(mpmath.exp(v) for v in row)) - row[t]
            for row, t in zip(logits.tolist(), targets.tolist(), strict=True)
        ]


def test_the_first_ten_lines_answer(audited):
    made = audited(LOGITS, TARGETS)
    lines = answer.answer(made)
    with mpmath.workprec(200):
        mean = mpmath.fsum(exact_losses(LOGITS, TARGETS)) / 2
        assert lines[0] == (
            f"x.npy: mean loss {mpmath.nstr(mean, 20)} nats, exactly; perplexity {mpmath.nstr(mpmath.exp(mean), 10)}"
        )
    assert lines[1].startswith("call study.kernels.nll in float64: 15.")
    assert lines[2].startswith("worst in float64: token 0, target 2, where ")
    assert "gives 0.407605964, exactly 0.4076059644, off by " in lines[2]
    assert lines[3].split() == ["mean,", "digits", "right", "float16", "bfloat16", "float32", "float64"]
    first = "\n".join(lines[:10])
    for name in ("scipy.special.log_softmax", "numpy.logaddexp.reduce", "naive", "shifted", "log1p", "faithful"):
        assert name in first
    assert "lost" in next(line for line in lines if line.startswith("naive"))


def test_means_digits_and_losses_are_those_of_the_losses(audited):
    rng = np.random.default_rng(1)
    x, t = rng.normal(0, 5, (40, 30)), rng.integers(0, 30, 40)
    made = audited(x, t)
    exact = exact_losses(x, t)
    with mpmath.workprec(200):
        mean = mpmath.fsum(exact) / 40
        assert abs(made.mean.to_mpf()[()] / mean - 1) <= float(made.mean.error) <= 2.0**-85
        for form, dtype in (("float16", np.float16), ("float32", np.float32), ("float64", np.float64)):
            z = x.astype(dtype)
            z = z - z.max(axis=-1, keepdims=True)
            each = -(z - np.log(np.cumsum(np.exp(z), axis=-1)[:, -1:]))[np.arange(40), t]
            held = score(made, "shifted", form)
            assert held.mean == pytest.approx(float(each.astype(float).mean()), rel=1e-15)
            off = [abs(mpmath.mpf(float(v)) - e) for v, e in zip(each, exact, strict=True)]
            assert held.tally.row == off.index(max(off))
            assert held.tally.error == pytest.approx(float(max(off)), rel=1e-6)
            assert held.digits == pytest.approx(min(float(-mpmath.log10(abs(held.mean / mean - 1))), 15.9), abs=1e-3)


def test_what_is_lost_is_counted_by_itself_and_never_by_a_formula_that_keeps_it(audited):
    made = audited(np.array([[12.0, 0.0], [0.0, 60.0], [1.0, 2.0]]), np.array([0, 0, 1]))
    assert score(made, "naive", "float16").lost == 2
    assert score(made, "faithful", "float16").lost == 0
    assert np.isinf(score(made, "scipy.special.softmax", "float16").mean)


def test_a_loss_that_is_too_small_is_told_from_one_that_is_gone(audited):
    made = audited(np.array([[100.0, 0.0], [12.0, 0.5], [1.0, 2.0]]), np.array([0, 1, 1]))
    assert score(made, "shifted", "float64").gone == "1 lost to 0"
    assert score(made, "naive", "float16").gone == "2 lost"
    assert score(made, "log1p", "float64").gone == ""
    assert "1 lost to 0" in next(line for line in answer.answer(made) if line.startswith("shifted"))


def test_masks_and_ignored_targets(audited):
    x = np.array([[0.0, -np.inf, 1.0], [2.0, 1.0, -np.inf], [-np.inf, -np.inf, 5.0], [-np.inf] * 3, [7.0, 8.0, 9.0]])
    made = audited(x, np.array([0, 2, 2, 1, -100]), ignore=-100)
    held = made.part.reference
    assert (made.part.count, held.finite, held.infinite, held.undefined, held.first) == (4, 2, 1, 1, (1, 3))
    with mpmath.workprec(200):
        mean = (mpmath.log(1 + mpmath.e) + 0) / 2
        assert abs(made.mean.to_mpf()[()] / mean - 1) < 2.0**-85
    line = answer.mean(made)
    assert "1 infinite, where the target is masked (first: token 1, target 2)" in line
    assert "1 undefined, where every logit is (first: token 3, target 1); mean loss of the other 2 " in line
    assert answer.notes(made)[0] == "5 × 3 logits in float64, 0 to 9, 7 masked; ignored: 1"
    assert score(made, "faithful", "float64").lost == 0


def test_a_fully_masked_vector_alone_answers_that(audited):
    made = audited(np.array([[-np.inf, -np.inf], [0.0, -np.inf]]), np.array([0, 1]))
    (line,) = answer.answer(made)
    assert line == (
        "x.npy: 1 infinite, where the target is masked (first: token 1, target 1), 1 undefined, where every logit is "
        "(first: token 0, target 0); no loss is a number"
    )
    assert json.loads(record(made))["mean"] == "nan"


def test_blocks_change_nothing(audited, monkeypatch):
    rng = np.random.default_rng(3)
    x, t = rng.normal(0, 4, (23, 8)).astype(np.float32), rng.integers(0, 8, 23)
    whole = audited(x, t, everything, whole=True)
    monkeypatch.setattr(stored, "BLOCK", 8 * 5)
    calls = []

    def backwards(function, blocks):
        for call in reversed(blocks):
            calls.append(call)
            yield call, function(call)

    parts = audited(x, t, everything, whole=True, each=backwards)
    assert sum(isinstance(call, block.Block) for call in calls) == 5
    for a, b in zip(whole.scores, parts.scores, strict=True):
        assert (a.method, a.tally.row, a.tally.error, a.lost, a.tally.off) == (
            b.method, b.tally.row, b.tally.error, b.lost, b.tally.off
        )  # fmt: skip
        assert b.mean == pytest.approx(a.mean, rel=4e-16, nan_ok=True)
        assert np.array_equal(a.in_format, b.in_format, equal_nan=True)
    assert answer.mean(whole) == answer.mean(parts)
    assert whole.figures.equals(parts.figures)
    assert whole.part.published.equals(parts.part.published)
    assert whole.sums.equals(parts.sums)


def test_an_interrupt_while_parts_are_joined_waits_for_the_join(audited, monkeypatch):
    monkeypatch.setattr(stored, "BLOCK", 3)
    joined = part.Part.__add__

    def interrupted(one, other):
        signal.raise_signal(signal.SIGINT)
        return joined(one, other)

    monkeypatch.setattr(part.Part, "__add__", interrupted)
    made = audited(np.vstack([LOGITS, LOGITS]))
    assert (made.interrupted, made.part.count) == (True, 2)


def test_what_is_done_is_kept_when_it_is_interrupted(audited, monkeypatch):
    monkeypatch.setattr(stored, "BLOCK", 3)

    def stopped(function, blocks):
        for n, call in enumerate(blocks):
            if function is block.measure and n == 2:
                raise KeyboardInterrupt
            yield call, function(call)

    made = audited(np.tile(LOGITS, (3, 1)), np.tile(TARGETS, 3), each=stopped)
    assert made.interrupted
    assert answer.mean(made).startswith("x.npy, stopped after 2 of 6 vectors: mean loss 0.2038")

    def at_once(function, blocks):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audited(LOGITS, TARGETS, each=at_once)


def test_every_worst_value_is_confirmed_by_the_definition(audited):
    claims = []

    def each(function, calls):
        for call in calls:
            claims.extend([call] if function is block.confirm else [])
            yield call, function(call)

    made = audited(LOGITS, TARGETS, everything, each=each)
    claimed = {(c.problem, c.form, place) for c in claims for place in c.places}
    for method, figures in made.part.figures.items():
        assert (method.due, method.form, (figures["worst_row"], figures["worst_component"])) in claimed
    for method, tally in made.part.tallies.items():
        assert (method.due, "float64", (tally.row, 0)) in claimed


def test_a_wrong_exact_value_is_not_confirmed(audited, monkeypatch):
    from study.measurement import case
    from study.problems.crosscheck import DisagreementError

    right = case.exact
    monkeypatch.setattr(case, "exact", lambda *args: right(*args).map(lambda part: part * (1 + 2**-40)))
    with pytest.raises(DisagreementError):
        audited(LOGITS, TARGETS)


def test_recipes_slot_in(audited):
    methods = losses()
    wide = under("compute wide", methods)
    assert {m.form for m in wide} == {"float16", "bfloat16"}
    assert {m.label for m in wide} == {"naive, compute wide", "shifted, compute wide", "log1p, compute wide"}
    spelled = under("float16:float32:float16:float32", methods)
    assert {m.form for m in spelled} == {"float16"}
    x, t = np.array([[12.0, 0.5, 3.0]]), np.array([1])
    made = audited(x, t, lambda **_: methods + wide + spelled)
    assert score(made, "naive", "float16").lost == 1
    held = {m.under: made.part.tallies[m] for m in made.methods if m.function == "naive" and m.form == "float16"}
    assert held["compute wide"].value == float(np.float16(11.50013355))
    assert held["float16:float32:float16:float32"].value == np.inf
    with pytest.raises(ValueError, match="no recipe 'nosuch'"):
        under("nosuch", methods)


def test_a_library_that_refuses_is_named(audited):
    bad = Method("nll", "float32", "scipy", "scipy.special.nosuch", "softmax")
    made = audited(LOGITS, TARGETS, lambda **_: (*losses(("float32",)), bad))
    assert any(
        note.startswith("-log scipy.special.nosuch(x)[t] in float32: raises ValueError") for note in answer.notes(made)
    )
    assert bad not in {s.method for s in made.scores}


def test_without_targets_the_normaliser_is_audited(audited):
    made = audited(LOGITS)
    assert made.due == "logsumexp"
    assert answer.mean(made).startswith("x.npy: mean log Σ exp x 51.7038029822221")
    assert {s.method.problem for s in made.scores} == {"logsumexp"}


def test_the_full_audit_measures_every_formula_and_library_in_every_format(audited):
    made = audited(LOGITS, TARGETS, everything, whole=True)
    table = made.figures
    assert set(table["format"]) == {"float16", "bfloat16", "float32", "float64"}
    assert set(table["problem"]) == {"logsumexp", "softmax", "log_softmax", "nll"}
    assert {"scipy.special.softmax", "numpy.logaddexp.reduce", "naive", "faithful"} <= set(table["algorithm"])
    assert row(table, problem="logsumexp", algorithm="naive", format="float16")["overflow"] == 1
    assert row(table, problem="log_softmax", algorithm="scipy.special.log_softmax", format="float64")["underflow"] == 1
    lines = dict(line.removeprefix("- ").split(": ", 1) for line in tables.safe(table))
    assert "naive" not in lines["logsumexp in float16"]
    assert "naive" in lines["logsumexp in float64"]
    assert tables.safe(table.assign(overflow=1))[0].endswith("none: every formula loses some value")
    said = "\n".join(tables.full(made))
    assert "## What softmax sums to" in said
    held = json.loads(record(made))
    assert len(held["figures"]) == len(table)
    assert held["sums"][0]["softmax"] == "naive"


def row(table, **equal):
    for column, value in equal.items():
        table = table[table[column] == value]
    return table.iloc[0]


def test_vectors_are_counted_as_lost_kept_and_identical():
    x = np.array([[0.0, 0.0], [5.0, -20.0], [12.0, 1.0], [1.0, 2.0]])
    found = row(published(x), problem="logsumexp", format="float16")
    assert (found["vectors"], found["lost_unshifted"], found["lost_shifted"], found["kept"]) == (4, 1, 0, 3)
    assert found["identical"] <= 3
    assert found["identical_fraction"] == found["identical"] / 3
    nothing = row(published(x[2:3]), problem="logsumexp", format="float16")
    assert nothing["kept"] == 0
    assert np.isnan(nothing["identical_fraction"])


def test_sums_are_exact_and_nan_where_something_is_lost():
    x = np.zeros((2, 4), dtype=np.float16)
    assert sums(x + np.float16(0.25)) == (1, 1)
    assert sums(x + np.float16(0.5)) == (2, 2)
    assert sums(np.array([[1.0, 2.0**-53, 2.0**-53]])) == (1 + 2.0**-52, 1 + 2.0**-52)
    assert np.isnan(sums((x + 1) * np.float16(np.inf))).all()


def test_the_published_experiment_comes_out_on_the_published_data():
    """Blanchard, Higham and Higham (2021), section 5: 475 of 2500 overflow, none shifted; 1863 of 2025 identical."""
    with opened(PUBLISHED, axis=0, variable="softmat") as held:
        made = audit("softmat", held, losses(targets=False), whole=True)
    counts = row(made.part.published, problem="logsumexp", format="float16")
    names = ("vectors", "lost_unshifted", "lost_shifted", "kept", "identical")
    assert [counts[name] for name in names] == [2500, 475, 0, 2025, 1863]
    assert score(made, "naive", "float16").lost == 475
    assert score(made, "shifted", "float16").lost == 0
