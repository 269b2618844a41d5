"""The backends, one file each: a file here that declares a ``BACKEND`` is all it takes to add one."""

from __future__ import annotations

import importlib
import pkgutil

from study.libraries.backends.base import AbsentError, Backend, LibraryFunction
from study.libraries.backends.layout import LAYOUTS, laid_out
from study.problems import get_problem

__all__ = [
    "BACKENDS",
    "LAYOUTS",
    "AbsentError",
    "Backend",
    "LibraryFunction",
    "find_function",
    "get_backend",
    "laid_out",
]

BACKENDS: dict[str, Backend] = {
    made.name: made
    for module in pkgutil.iter_modules(__path__)
    if isinstance(made := getattr(importlib.import_module(f"{__name__}.{module.name}"), "BACKEND", None), Backend)
}
"""Every backend by name, installed or not."""


def get_backend(backend: str | Backend) -> Backend:
    """The backend of that name, on a device where one is named with it, as in ``torch:cuda``.

    Raises:
        ValueError: there is none, or it has no devices.
    """
    if isinstance(backend, Backend):
        return backend
    name, _, device = backend.partition(":")
    if name not in BACKENDS:
        raise ValueError(f"no backend named {name!r}; there are: {', '.join(BACKENDS)}")
    return BACKENDS[name].on(device) if device else BACKENDS[name]


def find_function(problem: str, name: str, device: str = "") -> tuple[Backend, LibraryFunction]:
    """Whose function for a problem has that name; the backend on a device, where one is named.

    Raises:
        ValueError: no such problem, or no backend has it, or that one has no devices.
    """
    problem = get_problem(problem).name
    for backend in BACKENDS.values():
        for function in backend.functions:
            if (function.problem, function.name) == (problem, name):
                return (backend.on(device) if device else backend), function
    names = [f.name for backend in BACKENDS.values() for f in backend.functions if f.problem == problem]
    raise ValueError(f"no backend has {name!r} for {problem}; they have: {', '.join(names) or 'nothing'}")
