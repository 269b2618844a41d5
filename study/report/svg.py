"""Figures of matplotlib as SVG: the same bytes every time, and, in a page, colours that follow light and dark."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from study.plots.canvas import STYLE
from study.plots.looks import INKS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SHEET = ".drawn{width:100%;height:auto;display:block}.drawn *{stroke-linejoin:round;stroke-linecap:butt}"


def alone(figure: Figure, name: str) -> str:
    """The figure as an SVG file, its text as text; ``name`` makes its identifiers its own."""
    text = _saved(figure, name, "svg", {"Date": None, "Creator": None, "Title": name}).decode()
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def picture(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    return _saved(figure, "", "png", {"Software": None})


def _saved(figure: Figure, salt: str, kind: str, metadata: dict[str, str | None]) -> bytes:
    import matplotlib.style

    data = io.BytesIO()
    with matplotlib.style.context([STYLE, {"svg.hashsalt": salt}]):
        figure.savefig(data, format=kind, metadata=metadata)
    return data.getvalue()


def inline(text: str, name: str) -> str:
    """An SVG file as part of a page: its colours variables, its identifiers those that it refers to, prefixed."""
    box = re.search(r'viewBox="[^"]+"', text)
    body = text[text.index("</defs>") + len("</defs>") : text.rindex("</svg>")]
    used = set(re.findall(r"#([\w-]+)", " ".join(re.findall(r'(?:href="#|url\()[^")]+', body))))
    body = re.sub(r' id="frame[0-9]+"', ' class="frame"', body)
    body = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", body)
    body = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", body).replace("xlink:href", "href")
    for ink in INKS:
        body = body.replace(ink.light, f"var(--{ink.name})")
    body = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--figure-font)", body)
    return f'<svg class="drawn" {box[0] if box else ""}>{" ".join(body.split())}</svg>'


def variables(selector: str) -> str:
    """The colours as CSS variables, for light and dark."""
    light = "".join(f"--{ink.name}:{ink.light};" for ink in INKS)
    dark = "".join(f"--{ink.name}:{ink.dark};" for ink in INKS)
    return (
        f"{selector}{{--figure-font:{FONT};{light}}}"
        f"@media (prefers-color-scheme:dark){{@media not print{{{selector}{{{dark}}}}}}}"
    )
