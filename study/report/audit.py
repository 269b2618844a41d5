"""An audit as a page in the report's style: its answer, a figure, and its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study import plots
from study.own import answer, tables
from study.plots.text import number
from study.report import svg
from study.report.cells import Heading, Value, View, filters
from study.report.columns import COLUMNS
from study.report.page import environment

if TYPE_CHECKING:
    import pandas as pd

    from study.own.audit import Audit
    from study.own.score import Score

WORDS = ("problem", "format", "backend", "algorithm", "published", "unshifted", "shifted", "softmax")
HEADINGS = (
    Heading("Call", "", "A formula of the study, or a library's call.", numeric=False),
    Heading("Format", "", "What the logits are rounded to.", numeric=False),
    Heading("Mean", "nats", "Of its losses, added in binary64.", numeric=True),
    Heading("Added in its format", "nats", "Added one by one in their own format; –: not done.", numeric=True),
    Heading("Digits", "", "Decimal digits right of the mean.", numeric=True),
    Heading("Worst token's", "", "Decimal digits right of the worst token.", numeric=True),
    Heading("Lost", "", "Tokens of which no digit is right.", numeric=True),
    Heading("Worst error", "nats", "Largest error of a token.", numeric=True),
    Heading("Worst token", "", "Where it is.", numeric=False),
)


def page(audit: Audit) -> str:
    """HTML that stands alone."""
    import pandas as pd

    exact, call, worst, *_ = answer.answer(audit)
    drawn = pd.DataFrame(
        {"function": s.method.label, "format": s.method.form, "digits": s.token_digits, "lost": s.lost}
        for s in audit.scores
    )
    drawn = drawn.sort_values("function", key=lambda names: names.map(tables.order(audit).index), kind="stable")
    figure = svg.inline(svg.alone(plots.digits(drawn, across="decimal digits right of the worst token"), "a"), "a")
    return str(
        environment().get_template("audit.html.j2").render(
            title=audit.name,
            exact=exact.removeprefix(f"{audit.name}: "),
            said=[call, worst],
            notes=answer.notes(audit),
            figure=figure,
            views=[_scores(audit), *_tables(audit)],
            colours=svg.variables(":root") + svg.SHEET,
        )
    )  # fmt: skip


def _scores(audit: Audit) -> View:
    lines = [_line(audit, score) for score in audit.scores]
    caption = (
        "What each formula and call makes of the logits, against the exact losses of the logits as they are stored."
    )
    return View("scores", caption, HEADINGS, lines, filters(lines, (0, 1)))


def _line(audit: Audit, score: Score) -> list[Value]:
    values = (score.mean, score.in_format, score.digits, score.token_digits, score.lost, score.tally.error)
    added = f"{score.in_format:.9g}" if score.method in audit.part.kept else "–"
    texts = (f"{score.mean:.9g}", added, f"{score.digits:.1f}", f"{score.token_digits:.1f}",
             f"{score.lost:,}", f"{score.tally.error:.2g}")  # fmt: skip
    shown = [Value(text, float(value)) for text, value in zip(texts, values, strict=True)]
    where = Value(answer.place(audit, score.tally.row), score.tally.row)
    return [*(Value(word, word) for word in (score.method.label, score.method.form)), *shown, where]


def _tables(audit: Audit) -> list[View]:
    """What else was measured; by default the errors alone."""
    shown = ["problem", "format", "backend", "algorithm", "count", *tables.FIGURES]
    made = [_view("figures", "Errors against the exact values of the logits in each format.", audit.figures[shown])]
    if audit.part.published is not None:
        caption = "Vector by vector: the algorithms of Blanchard, Higham and Higham (2021, section 5)."
        made.append(_view("published", caption, audit.part.published))
        made.append(_view("sums", "The least and the largest exact sum of each computed softmax.", audit.sums))
    return made


def _view(name: str, caption: str, table: pd.DataFrame) -> View:
    lines = [[_value(v) for v in row] for row in table.itertuples(index=False)]
    headings = [_heading(str(k)) for k in table.columns]
    return View(name, caption, headings, lines, filters(lines, [i for i, k in enumerate(table.columns) if k in WORDS]))


def _heading(name: str) -> Heading:
    known = COLUMNS.get(name)
    if known is None:
        return Heading(name.replace("_", " ").capitalize(), "", "", numeric=name not in WORDS)
    return Heading(known.title, known.unit, known.description, numeric=name not in WORDS)


def _value(value: Any) -> Value:
    return Value(value, value) if isinstance(value, str) else Value(number(float(value), 6), float(value))
