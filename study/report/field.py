"""Reports from the field, a line an input: what each library makes of it today, and what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from study.libraries.backends import BACKENDS
from study.report.cells import FORMAT, PROBLEM, Heading, Value, View, digits, filters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    Row = Mapping[Any, Any]

TODAY = {"right": "fixed", "inexact": "inexact", "wrong": "still wrong"}
TONES = {"right": "exact", "inexact": "far", "wrong": "lost"}
GRAVITY = {"not applicable": 0, "right": 1, "inexact": 2, "wrong": 3}
HEADINGS = (
    Heading("Report", "", "What was wrong.", numeric=False),
    Heading("Where", "", "Where it was reported.", numeric=False),
    Heading("Today", "", "What the library that it was reported of makes of it, where it is here.", numeric=False),
    Heading("Fixed in", "", "The version that has it right by its tracker; still: open there.", numeric=False),
    PROBLEM,
    FORMAT,
    Heading("Input", "", "The reported input, before it is rounded; (ours) where the report has none.", numeric=False),
)


def view(name: str, table: pd.DataFrame) -> View:
    """The table: right within an ulp, inexact with half the digits right, wrong otherwise."""
    libraries = [str(b) for b in table["backend"].unique() if b != "study"]
    ours = [a for a in ("naive", "faithful") if (table["algorithm"] == a).any()]
    cases: dict[tuple[str, ...], list[Row]] = {}
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        cases.setdefault((row["title"], row["input"], row["format"], row["layout"]), []).append(row)
    lines = [_line(rows, libraries, ours) for rows in cases.values()]
    judged = [
        Heading(v, "", "Its verdict, and the value where it is not right.", numeric=False) for v in libraries + ours
    ]
    exact = Heading("Exact", "", "The right value, where several are due that of the gravest verdict.", numeric=False)
    caption = (
        f"{len(lines)} reported inputs today. Right: within an ulp; inexact: at least half the digits; wrong: fewer, "
        "or another outcome than is due."
    )
    return View(name, caption, [*HEADINGS, *judged, exact], lines, filters(lines, (2, 4, 5)))


def _line(rows: Sequence[Row], libraries: Sequence[str], ours: Sequence[str]) -> list[Value]:
    first, exact = rows[0], _gravest(rows)["reference"]
    judged = {name: _told([r for r in rows if r["backend"] == name], exact) for name in libraries}
    own = [r for r in rows if r["backend"] == "study"]
    judged |= {name: _told([r for r in own if r["algorithm"] == name], exact) for name in ours}
    links = [(short(link), link) for link in first["link"].split()]
    owners = [b.name for _, link in links for b in BACKENDS.values() if any(f"/{r}/" in link for r in b.repositories)]
    known = [TODAY[judged[owner].key] for owner in owners if owner in judged and judged[owner].key in TODAY]
    return [
        Value(first["title"]),
        Value(" ".join(words for words, _ in links), links=links),
        Value(max(known, key=list(TODAY.values()).index) if known else "–"),
        Value(first.get("fixed") or "–"),
        Value(first["problem"]),
        Value(first["format"]),
        Value(f"{first['input']} (ours)" if first.get("whose") == "ours" else first["input"]),
        *judged.values(),
        Value(digits(exact)),
    ]


def _gravest(rows: Sequence[Row]) -> Row:
    return max(rows, key=lambda row: GRAVITY[row["verdict"]])


def _told(rows: Sequence[Row], exact: Any) -> Value:
    """The gravest verdict among functions, with the value where it is not right."""
    row = _gravest(rows) if rows else {"verdict": "not applicable"}
    verdict = row["verdict"]
    if verdict == "not applicable":
        return Value("–", "none")
    if verdict == "right" or row["computed"] is None:
        return Value(verdict, verdict, tone=TONES[verdict])
    due = "" if row["reference"] == exact else f" for {digits(row['reference'])}"
    return Value(f"{verdict}: {digits(row['computed'])}{due}", verdict, tone=TONES[verdict])


def short(link: str) -> str:
    """A link in few letters: scipy#18295, or the name of the site."""
    parts = urlsplit(link)
    pieces = parts.path.strip("/").split("/")
    if parts.netloc != "github.com":
        return parts.netloc
    numbered = len(pieces) == 4 and pieces[-1].isdigit()
    return f"{pieces[1]}#{pieces[-1]}" if numbered else pieces[1]
