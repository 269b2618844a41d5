"""Formulas that the study shows to fail, found in the syntax tree of Python code."""

from study.own.scan.files import Hit, scan
from study.own.scan.rules import RULES, SEVERITIES, Rule

__all__ = ["RULES", "SEVERITIES", "Hit", "Rule", "scan"]
