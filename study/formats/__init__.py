"""Floating-point formats: what each declares, rounding to it, and formats of blocks that share a scale."""

from study.formats.format import Format, Overflow, Specials
from study.formats.known import FORMATS, KNOWN, MAIN_FORMATS, format_of, get_format
from study.formats.real import round_to

__all__ = [
    "FORMATS",
    "KNOWN",
    "MAIN_FORMATS",
    "Format",
    "Overflow",
    "Specials",
    "format_of",
    "get_format",
    "round_to",
]
