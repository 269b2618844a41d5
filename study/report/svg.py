"""Figures as SVG text: the same bytes every time, text as text, colours that follow light and dark."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from study.report.style import FONT, GROUND, INKS, applied

if TYPE_CHECKING:
    from study.report.drawing import Drawing

HEAD = re.compile(r"^.*?(?=<svg )", re.DOTALL)
LONG = re.compile(r"(\d+\.\d\d)\d+")
TAG = re.compile(r"<[^>]*>")
SPACE = re.compile(r"\s*\n\s*")
BETWEEN = re.compile(r">\s+<")
GROUP = re.compile(r"<g id=\"[^\"]*\"")
USES = re.compile(r"<g((?: [^>]*)?)>((?:<use [^>]*/>)+)</g>")
COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
META = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)


def render(drawing: Drawing) -> str:
    """The figure as an SVG file that stands alone, on its own ground, light or dark as the reader's system is."""
    with applied():
        stream = io.StringIO()
        drawing.figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = COMMENT.sub("", META.sub("", HEAD.sub("", stream.getvalue())))
    text = TAG.sub(lambda tag: SPACE.sub(" ", LONG.sub(r"\1", tag[0])), text)
    text = USES.sub(_shared, BETWEEN.sub("><", GROUP.sub("<g", text)))
    for ink in INKS:
        text = text.replace(ink.light, f"var(--{ink.name})")
    text = re.sub(r"font: (.*?)'DejaVu Sans'[^;\"]*", r"font: \1var(--figure-font)", text)
    ground = f'<rect width="100%" height="100%" style="fill: var(--{GROUND.name})"/>'
    words = f"<title>{escaped(drawing.alt)}</title>"
    return re.sub(r"(<svg [^>]*>)", rf"\1\n {words}\n <style>{variables('svg')}</style>\n {ground}", text, count=1)


def _shared(group: re.Match[str]) -> str:
    """A group of marks of one style, which then stands once."""
    styles = set(re.findall(r' style="([^"]*)"', group[2]))
    if len(styles) != 1 or "style=" in group[1]:
        return group[0]
    (style,) = styles
    return f'<g{group[1]} style="{style}">' + group[2].replace(f' style="{style}"', "") + "</g>"


def variables(selector: str) -> str:
    """The colours as CSS variables, for light and dark."""
    light = "".join(f"--{ink.name}:{ink.light};" for ink in INKS)
    dark = "".join(f"--{ink.name}:{ink.dark};" for ink in INKS)
    font = FONT.replace('"', "'")
    return (
        f"{selector}{{--figure-font:{font};{light}}}"
        f"@media (prefers-color-scheme:dark){{@media not print{{{selector}{{{dark}}}}}}}"
    )


def inline(text: str, name: str) -> str:
    """A stand-alone SVG as part of a page that has its variables: own identifiers, no ground of its own."""
    text = re.sub(r"<style>svg\{.*?</style>\s*<rect[^>]*/>", "", text, flags=re.DOTALL)
    text = re.sub(r"<title>.*?</title>\s*", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(xlink:href="#|url\(#)([^")]+)', rf"\1{name}-\2", text)
    return re.sub(r'<svg ([^>]*?)width="([\d.]+)pt" height="([\d.]+)pt"', r"<svg \1", text, count=1)


def escaped(words: str) -> str:
    """Words as XML text."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
