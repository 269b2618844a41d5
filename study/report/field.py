"""Reports from the field, a line an input: what each library makes of it today, and what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from study.report.views import Heading, Value, View, digits, filters

if TYPE_CHECKING:
    import pandas as pd

OWNERS = {
    "numpy/numpy": "numpy",
    "scipy/scipy": "scipy",
    "scikit-learn/scikit-learn": "sklearn",
    "pytorch/pytorch": "torch",
    "jax-ml/jax": "jax",
    "google/jax": "jax",
}
"""Repositories of the libraries that are measured here."""
TODAY = {"right": "fixed", "inexact": "inexact", "wrong": "still wrong"}
TONES = {"right": "exact", "inexact": "far", "wrong": "lost"}
GRAVITY = {"not applicable": 0, "right": 1, "inexact": 2, "wrong": 3}
HEADINGS = (
    Heading("Report", "", "What was wrong.", numeric=False),
    Heading("Where", "", "Where it was reported.", numeric=False),
    Heading("Today", "", "What the library that it was reported of makes of it, where it is here.", numeric=False),
    Heading("Problem", "", "The mathematical function that is evaluated.", numeric=False),
    Heading("Format", "", "The floating-point format.", numeric=False),
    Heading("Input", "", "The reported input, before it is rounded to the format.", numeric=False),
)


def view(name: str, table: pd.DataFrame) -> View:
    """The table: right within an ulp, inexact with half the digits right, wrong otherwise."""
    libraries = [str(b) for b in table["backend"].unique() if b != "study"]
    ours = [a for a in ("naive", "faithful") if (table["algorithm"] == a).any()]
    lines = [_line(part, libraries, ours) for _, part in table.groupby(["title", "input", "format"], sort=False)]
    verdicts = [
        Heading(v, "", "Its verdict, and the value where it is not right.", numeric=False) for v in libraries + ours
    ]
    exact = Heading("Exact", "", "The right value.", numeric=False)
    caption = (
        f"{len(lines)} reported inputs today. Right: within an ulp; inexact: at least half the digits; wrong: "
        "fewer, or "
        "another outcome than is due."
    )
    return View(name, caption, [*HEADINGS, *verdicts, exact], lines, filters(lines, (2, 3, 4)))


def _line(part: pd.DataFrame, libraries: list[str], ours: list[str]) -> list[Value]:
    first = part.iloc[0]
    judged = {name: _worst(part[part["backend"] == name]) for name in libraries}
    judged |= {name: _worst(part[(part["backend"] == "study") & (part["algorithm"] == name)]) for name in ours}
    links = [(short(link), link) for link in str(first["link"]).split()]
    owners = [owner for _, link in links for repo, owner in OWNERS.items() if f"/{repo}/" in link]
    known = [TODAY[judged[owner].key] for owner in owners if owner in judged and judged[owner].key in TODAY]
    exact = part["reference"].dropna()
    return [
        Value(str(first["title"])),
        Value(" ".join(words for words, _ in links), links=links),
        Value(max(known, key=list(TODAY.values()).index) if known else "–"),
        Value(str(first["problem"])),
        Value(str(first["format"])),
        Value(str(first["input"])),
        *judged.values(),
        Value(digits(exact.iloc[0]) if len(exact) else "–"),
    ]


def _worst(rows: pd.DataFrame) -> Value:
    """The gravest verdict among the functions of a library, with the value where it is not right."""
    if rows.empty:
        return Value("–", "none")
    row = rows.iloc[int(rows["verdict"].map(GRAVITY).argmax())]
    verdict = str(row["verdict"])
    if verdict == "not applicable":
        return Value("–", "none")
    computed = row["computed"]
    said = verdict if verdict == "right" or computed != computed else f"{verdict}: {digits(computed)}"  # noqa: PLR0124
    return Value(said, verdict, tone=TONES[verdict])


def short(link: str) -> str:
    """A link in few letters: scipy#18295, or the name of the site."""
    parts = urlsplit(link)
    pieces = parts.path.strip("/").split("/")
    if parts.netloc != "github.com":
        return parts.netloc
    numbered = len(pieces) == 4 and pieces[-1].isdigit()
    return f"{pieces[1]}#{pieces[-1]}" if numbered else pieces[1]
