"""A format is one entry: toy formats, declared here alone, are rounded to, enumerated, measured in and drawn."""

import numpy as np
import pytest

import study
from study.exhaustive.search.patterns import Space
from study.exhaustive.specification import Specification
from study.formats import FORMATS, KNOWN, MAIN_FORMATS, Format, Overflow, Specials, format_of, get_format
from study.plots.looks import hand

SATURATING = (Specials.NONE, Overflow.SATURATE)
TOYS = {
    form.name: form
    for form in (
        Format("float6_e3m2fn", 6, 3, "blue", *SATURATING),
        Format("float4_e2m1fn", 4, 2, "plum", *SATURATING),
        Format("float8_e3m4", 8, 5, "green"),
    )
}
XMAX = {"float6_e3m2fn": 28, "float4_e2m1fn": 6, "float8_e3m4": 15.5}


@pytest.fixture(params=TOYS)
def toy(request, monkeypatch):
    """One of them, in place of the catalogue's own where it has it."""
    monkeypatch.setitem(KNOWN, request.param, TOYS[request.param])
    return TOYS[request.param]


def softmax(x):
    """A softmax as its user would write it: computed in float32, rounded once."""
    wide = x.astype(np.float32)
    e = np.exp(wide - wide.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).astype(x.dtype)


def test_the_toys_are_derived_from_their_entries(toy):
    assert get_format(toy.name) is format_of(np.ones(2, toy.dtype)) is toy
    assert toy.xmax == XMAX[toy.name]
    numbers = toy.every().astype(np.float64)
    assert len(numbers) == 2**toy.bits
    assert numbers[np.isfinite(numbers)].max() == toy.xmax
    assert numbers[numbers > 0].min() == toy.xmins
    assert hand(toy.name).ink.name == toy.colour


def test_what_is_too_large_becomes_what_the_entry_says(toy):
    due = np.inf if toy.has_infinity else toy.xmax
    assert toy.round([100.0, -100.0]).astype(float).tolist() == [due, -due]


@pytest.mark.parametrize("problem", ["softmax", "sigmoid"])
def test_a_users_function_is_measured_in_a_toy(toy, problem):
    function = {"softmax": softmax, "sigmoid": lambda x: (1 / (1 + np.exp(-x.astype(np.float32)))).astype(x.dtype)}
    table = study.measure(function[problem], problem, toy.name)
    assert not table["misbehaviour"].any()
    assert (table["format"] == toy.name).all()
    infinite = [kind for kind, (x,) in study.battery(problem, toy.name).items() if np.isposinf(x.astype(float)).any()]
    assert infinite == (["wide"] if toy.has_infinity else [])
    assert table["max_ulp"][~table["inputs"].isin(infinite)].max() < 0.51
    assert (table["inputs"] == "nan").any() == toy.has_nan


def test_a_correct_softmax_is_measured_in_every_format_of_numbers():
    for form in (form for form in KNOWN.values() if form.bits <= 8 and form.signed):
        (row,) = study.measure(softmax, "softmax", form.name, "ordinary").to_dict("records")
        assert row["misbehaviour"] == ""
        assert row["max_ulp"] < 0.51


@pytest.mark.parametrize("toy", ["float6_e3m2fn", "float4_e2m1fn"], indirect=True)
def test_saturation_is_seen(toy):
    """log(2 exp 100) is beyond: the end of the format is due there, and nothing else."""
    exact = study.reference("logsumexp", np.array([[100.0, 100.0]] * 4))
    given = toy.round([100.0, 100.0, 1.0, -100.0])
    assert study.outcomes(given[[0, 2, 3]], exact[[0, 2, 3]]).tolist() == [
        study.Outcome.LIMIT,
        study.Outcome.MISSED,
        study.Outcome.MISSED,
    ]
    assert study.ulp_error(given[:1], exact[:1]) == 0
    assert (study.ulp_error(given[2:], exact[2:]) > 1).all()


def test_tables_are_made_of_the_six_that_say_so_and_computed_in_those_above_8_bits():
    assert list(FORMATS) == ["float16", "bfloat16", "float32", "float64", "float8_e4m3fn", "float8_e5m2"]
    assert MAIN_FORMATS == ("float16", "bfloat16", "float32", "float64")
    assert set(study.PROBLEMS["softmax"].algorithms["shifted"].formats) == set(KNOWN) - {"float8_e8m0fnu"}


@pytest.mark.parametrize("special", [("NONE", "INFINITY"), ("LAST", "INFINITY"), ("NONE", "NAN")])
def test_a_format_cannot_overflow_to_what_it_does_not_hold(special):
    with pytest.raises(ValueError, match=f"toy cannot overflow to {special[1]}, which it does not hold"):
        Format("toy", 6, 3, "blue", Specials[special[0]], Overflow[special[1]])


def test_a_format_of_scales_is_not_measured_in():
    with pytest.raises(ValueError, match="float8_e8m0fnu holds scales, powers of two, not numbers"):
        study.measure(softmax, "softmax", "float8_e8m0fnu")


@pytest.mark.parametrize(
    ("form", "says"),
    [("float6_e3m2fn", "saturates, and a sweep counts what overflows"), ("float8_e8m0fnu", "holds scales")],
)
def test_a_format_that_saturates_or_holds_scales_is_not_swept(form, says):
    with pytest.raises(ValueError, match=f"{form} {says}"):
        Specification("softmax", form, ("shifted",), 3)


@pytest.mark.parametrize("form", KNOWN.values(), ids=lambda form: form.name)
def test_every_format_has_a_hand_in_figures(form):
    assert hand(form.name).ink.name == form.colour


def test_numbers_of_a_narrow_format_are_searched_in_their_order():
    space = Space("softplus", "float6_e3m2fn")
    codes = np.arange(-31, 32)[:, None]
    numbers = space.decode(codes).astype(float)
    assert (np.diff(numbers[:, 0]) > 0).all()
    assert (space.encode(numbers) == codes).all()
