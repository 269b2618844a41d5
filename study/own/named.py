"""A function by its name, MODULE:FUNCTION, imported where it is to be called."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SUGGESTED = 8
"""How many functions of a module are named where none comes near."""


@dataclass(frozen=True)
class Named:
    """A function of a module.

    Attributes:
        module: the module's name; the current folder is searched first.
        function: the function's.
    """

    module: str
    function: str

    @classmethod
    def parse(cls, name: str) -> Named:
        """Read ``mykernels:log_softmax``.

        Raises:
            ValueError: that names no function.
        """
        module, _, function = name.partition(":")
        if not (function and all(part.isidentifier() for part in module.split("."))):
            raise ValueError(f"{name!r} names no function; write MODULE:FUNCTION, as in mykernels:log_softmax")
        return cls(module, function)

    @property
    def __name__(self) -> str:
        return self.function

    def __call__(self, *args: Any) -> Any:
        """Import it and call it."""
        return self.load()(*args)

    def load(self) -> Callable[..., Any]:
        """Import it.

        Raises:
            ValueError: the module cannot be imported, or has no such function.
        """
        from study.measurement.guard import said

        sys.path.insert(0, "")
        try:
            module = import_module(self.module)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a module may do anything on import, sys.exit() too
            raise ValueError(f"module {self.module!r} cannot be imported: {said(error)}") from None
        function: Callable[..., Any] | None = getattr(module, self.function, None)
        if not callable(function):
            names = [n for n, value in vars(module).items() if callable(value) and not n.startswith("_")]
            near = get_close_matches(self.function, names) or names[:SUGGESTED]
            raise ValueError(  # noqa: TRY004 - the name is wrong, not the type
                f"module {self.module!r} has no function {self.function!r}; it has: {', '.join(near) or 'none'}"
            )
        return function
