"""The problems, one file each (or a close family); a file here that defines some is all it takes to add them."""

from __future__ import annotations

import importlib
import pkgutil

from study.problems.base import Algorithm, Problem
from study.problems.registry import PROBLEMS, get_problem

__all__ = ["PROBLEMS", "Algorithm", "Problem", "get_problem"]

for _module in pkgutil.iter_modules(__path__):
    for _value in vars(importlib.import_module(f"{__name__}.{_module.name}")).values():
        if isinstance(_value, Problem):
            PROBLEMS[_value.name] = _value
