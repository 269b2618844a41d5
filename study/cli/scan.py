"""The command that reads code for formulas that fail."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from study.cli.ci import annotation
from study.cli.group import one_line_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from study.own.scan import Hit


@click.command()
@click.argument("paths", metavar="PATH…", nargs=-1, required=True)
@click.option(
    "--fail-on",
    type=click.Choice(["range", "digits", "never"]),
    default="digits",
    show_default=True,
    help="Exit code 1 where the range of a format is lost (range), where digits are too (digits), or never.",
)
@click.option(
    "--output",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="github: annotations of a pull request.",
)
@click.option("--rules", help="Names of rules, separated by commas; default: all.")
def scan(paths: tuple[str, ...], fail_on: str, output: str, rules: str | None) -> None:
    """Read Python code, files or folders, for formulas that fail: where, what is lost, and what to call instead.

    A line with the comment "study: ok" is passed over.

    \b
    Examples:
      study scan src
      study scan losses.py --fail-on range --output github
    """  # noqa: D301 - \b is click's mark for text to be left as it is
    from study.own.scan import RULES, SEVERITIES
    from study.own.scan import scan as scanned

    with one_line_errors():
        wanted = _wanted(rules, [rule.name for rule in RULES])
        found, unread = scanned(paths)
    hits = [hit for hit in found if hit.rule.name in wanted]
    if hits or output == "json":
        click.echo(WRITTEN[output](hits))
    for line in unread:
        click.echo(line, err=True)
    if output == "text":
        click.echo(f"{len(hits)} formulas that fail in {len({hit.file for hit in hits})} files")
    failing = [] if fail_on == "never" else SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    sys.exit(1 if any(hit.rule.severity in failing for hit in hits) else 0)


def _wanted(rules: str | None, known: Sequence[str]) -> set[str]:
    wanted = {name.strip() for name in rules.split(",")} if rules is not None else {*known}
    for name in sorted(wanted - {*known}):
        raise ValueError(f"no rule named {name!r}; there are: {', '.join(known)}")
    return wanted


def _lost(hit: Hit) -> str:
    from study.report.lost import lost

    return lost(*hit.rule.measured) if hit.rule.measured else ""


def _text(hits: Sequence[Hit]) -> str:
    """A hit an entry; what is measured of a rule stands at its first hit."""
    lines, told = [], set[str]()
    for hit in hits:
        lines += [f"{hit.file}:{hit.line}:{hit.column}: {hit.rule.name} ({hit.rule.severity}): {hit.rule.says}"]
        lines += [f"    {hit.code}"]
        if hit.rule.name not in told and (measured := _lost(hit)):
            lines += [f"    lost: {measured}"]
        lines += [f"    use:  {hit.use}"]
        told.add(hit.rule.name)
    return "\n".join(lines)


def _json(hits: Sequence[Hit]) -> str:
    place = ("file", "line", "column", "code", "use")
    return json.dumps(
        [
            {name: getattr(hit, name) for name in place}
            | {"rule": hit.rule.name, "severity": hit.rule.severity, "says": hit.rule.says, "lost": _lost(hit)}
            for hit in hits
        ],
        indent=1,
        ensure_ascii=False,
    )


def _github(hits: Sequence[Hit]) -> str:
    """A warning for each, an error where the range is left."""
    return "\n".join(
        annotation(
            "error" if hit.rule.severity == "range" else "warning",
            f"{hit.rule.says}; lost: {_lost(hit) or 'see docs/scan.md'}; use {hit.use}",
            file=hit.file, line=hit.line, col=hit.column, title=f"study {hit.rule.name}",
        )
        for hit in hits
    )  # fmt: skip


WRITTEN: dict[str, Callable[[Sequence[Hit]], str]] = {"text": _text, "json": _json, "github": _github}
