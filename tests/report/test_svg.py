"""Figures in a page."""

import re

import pytest
from matplotlib.figure import Figure

from study.plots import looks
from study.report import svg


@pytest.fixture
def figure():
    made = Figure()
    axes = made.subplots()
    axes.plot([1, 2], [3, 4], color=looks.HANDS[0].ink.light, marker="o")
    axes.set_title("a title")
    return made


def test_the_same_bytes_every_time(figure):
    assert svg.alone(figure, "f") == svg.alone(figure, "f")
    assert svg.picture(figure) == svg.picture(figure)
    assert "DejaVu" in svg.alone(figure, "f")
    assert "<date>" not in svg.alone(figure, "f")


def test_text_is_text(figure):
    assert re.search(r"<text[^>]*>a title</text>", svg.alone(figure, "f"))


def test_colours_are_variables_and_identifiers_are_its_own(figure):
    one, other = (svg.inline(svg.alone(figure, name), name) for name in ("one", "other"))
    assert f"var(--{looks.HANDS[0].ink.name})" in one
    assert looks.HANDS[0].ink.light not in one
    assert not re.search(r"<style|<metadata|<!DOCTYPE|xlink", one)
    names = [set(re.findall(r' id="([^"]+)"', text)) for text in (one, other)]
    assert names[0]
    assert not names[0] & names[1]
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', one)) == names[0]


def test_every_colour_of_the_page_has_a_light_and_a_dark_side():
    sheet = svg.variables(":root")
    assert all(sheet.count(f"--{ink.name}:") == 2 for ink in looks.INKS)
