"""The report: text, tables and figures from the stored tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["build"]


def build() -> tuple[Path, list[str]]:
    """Write the report as far as it is not up to date; see ``study.report.writer``."""
    from study.report.writer import build as write

    return write()
