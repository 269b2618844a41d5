"""Figures as SVG text: the same bytes every time, text as text, colours that follow light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.report.figures.paper import BODY, WIDTH, escaped, short
from study.report.style import FONT, GROUND, INKS

if TYPE_CHECKING:
    from study.report.drawing import Drawing

SHAPES = (
    "text{fill:currentColor}.b{font-weight:700}.o{paint-order:stroke;stroke:var(--ground);stroke-width:3px;"
    "stroke-linejoin:round}.f,.m{fill:currentColor}.l{fill:none;stroke:currentColor;stroke-width:1.8;"
    "stroke-linejoin:round}.h{fill:var(--ground);stroke:currentColor;stroke-width:1.3}.thin{stroke-width:1.3}"
    ".r{stroke:var(--rule)}.a{stroke:var(--quiet);stroke-width:.8}.q{stroke:var(--quiet);stroke-dasharray:3 3}"
)
"""What the classes of elements look like: bold and outlined words, filled shapes and marks, lines, hollow marks, the
grid, axes, marked places."""
"grid, axis, marked place."


def inline(drawing: Drawing) -> str:
    """The figure as part of a page that has the style sheet."""
    size = f"0 0 {short(WIDTH)} {short(drawing.height)}"
    return f'<svg class="drawn" viewBox="{size}">{"".join(drawing.paper.parts)}</svg>'


def alone(drawing: Drawing) -> str:
    """The figure as an SVG file, on its own ground, light or dark as the reader's system is."""
    size = f"{short(WIDTH)} {short(drawing.height)}".split()
    head = f'class="drawn" width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {head}>',
        f"<title>{escaped(drawing.alt)}</title>",
        f"<style>{variables('svg')}{sheet()}</style>",
        f'<rect width="100%" height="100%" class="f {GROUND.name}"/>',
        *drawing.paper.parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def sheet() -> str:
    """The style sheet of all figures."""
    inks = "".join(f".drawn .{ink.name}{{color:var(--{ink.name})}}" for ink in INKS)
    shapes = "}".join(_scoped(rule) for rule in SHAPES.split("}"))
    return f".drawn{{font:{short(BODY)}px var(--figure-font)}}{shapes}{inks}"


def _scoped(rule: str) -> str:
    names, _, rest = rule.partition("{")
    return ",".join(f".drawn {name}" for name in names.split(",")) + "{" + rest if rest else ""


def variables(selector: str) -> str:
    """The colours as CSS variables, for light and dark."""
    light = "".join(f"--{ink.name}:{ink.light};" for ink in INKS)
    dark = "".join(f"--{ink.name}:{ink.dark};" for ink in INKS)
    font = FONT.replace('"', "'")
    return (
        f"{selector}{{--figure-font:{font};{light}}}"
        f"@media (prefers-color-scheme:dark){{@media not print{{{selector}{{{dark}}}}}}}"
    )
