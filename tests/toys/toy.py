"""Toy: a backend in one file."""

from __future__ import annotations

from study.libraries.backends.base import Backend, LibraryFunction

BACKEND = Backend(
    name="toy",
    distribution="numpy",
    module="numpy",
    functions=(LibraryFunction("softplus", "numpy.log1p", lambda f, x: f(x)),),
    swept=(("exp", "numpy.exp2"),),
    repositories=("toy/toy",),
    colour="plum",
)
