"""A function in a process of its own: it may hang, crash or end its process, and that is told."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from importlib.machinery import PathFinder
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self

from study.measurement.guard import TIMEOUT, MisbehavedError, guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

LOADING = 5.0
"""Seconds that a function may take to be loaded, whatever is allowed for a call: modules import others."""
POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")
"""Whether this system can hand a connection to a forked process; Windows cannot."""
STARTING = 60.0
"""Seconds that a process may take to start, on a busy machine too."""


class Isolated:
    """A function, called in a process of its own, which is started anew where a call has ended it.

    What cannot be sent there (``cloudpickle`` says what) is called here, and where it is not ``POSSIBLE`` all is.

    Args:
        function: the function, or what has a method ``load`` that gives it.
        timeout: seconds for loading it, and for each call.
    """

    def __init__(self, function: Callable[..., Any], timeout: float = TIMEOUT) -> None:
        self._function, self._timeout = function, timeout
        self._packed = _packed(function) if POSSIBLE else None
        self._connection: Connection | None = None
        self._process = 0
        self._hung = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __call__(self, args: Sequence[NDArray[Any]], shape: tuple[int, ...], layout: str = "rows") -> NDArray[Any]:
        """Call it on the arguments, laid out as ``measurement.layouts`` says; raises as ``measurement.guard.guarded``.

        Raises:
            ValueError: it cannot be loaded; says why.
        """
        from study.measurement.layouts import arranged

        if self._packed is None:
            function = self._function.load() if hasattr(self._function, "load") else self._function
            return guarded(function, [arranged(layout, a) for a in args], shape, self._timeout)
        if self._hung:
            raise MisbehavedError("is not called, since it hung before")
        try:
            if self._connection is None:
                self._start()
            self._send((list(args), shape, layout))
            result: NDArray[Any] = self._reply(self._timeout, f"hangs: no result within {self._timeout:g} s")
        except BaseException:
            self._end()
            raise
        return result

    def _start(self) -> None:
        here, there = socket.socketpair()
        with there:
            socket.send_fds(_nursery(os.getpid()), [b"."], [there.fileno()])
        self._connection = Connection(here.detach())
        if not self._connection.poll(STARTING):
            raise MisbehavedError(f"is not started: no process within {STARTING:g} s")
        self._process = self._connection.recv()
        self._send((str(Path.cwd()), sys.path, self._packed))
        seconds = max(self._timeout, LOADING)
        self._reply(seconds, f"hangs: not loaded within {seconds:g} s")

    def _send(self, what: Any) -> None:
        assert self._connection is not None
        with suppress(BrokenPipeError, ConnectionResetError):  # the reply tells of it
            self._connection.send(what)

    def _reply(self, seconds: float, late: str) -> Any:
        assert self._connection is not None
        end = time.monotonic() + seconds
        while True:
            try:
                if not self._connection.poll(max(0.0, end - time.monotonic())):
                    self._hung = True
                    raise MisbehavedError(late)
                kind, said = self._connection.recv()
            except (EOFError, ConnectionResetError):
                raise MisbehavedError("ends its process") from None
            if kind == "printed":
                sys.stdout.write(said)
                continue
            if kind == "unloaded":
                raise ValueError(said)
            if kind == "interrupted":
                raise KeyboardInterrupt
            if kind == "misbehaved":
                raise MisbehavedError(said)
            return said

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            self._process = 0


def _packed(function: Callable[..., Any]) -> bytes | None:
    """The function as bytes; modules that another process cannot import, whole."""
    import cloudpickle

    whole = _not_importable(function)
    for module in whole:
        cloudpickle.register_pickle_by_value(module)
    try:
        packed: bytes = cloudpickle.dumps(function)
    except Exception:  # noqa: BLE001 - whatever it holds that cannot be sent
        return None
    finally:
        for module in whole:
            cloudpickle.unregister_pickle_by_value(module)
    return packed


def _not_importable(function: Callable[..., Any]) -> list[ModuleType]:
    """The function's module, and those that it takes from, that another process would not find under their names."""
    found: list[ModuleType] = []
    waiting = [getattr(function, "__module__", None)]
    while waiting:
        module = sys.modules.get(waiting.pop() or "")
        if module is None or module in found or _importable(module.__name__, getattr(module, "__file__", None)):
            continue
        found.append(module)
        waiting += [getattr(value, "__module__", None) for value in vars(module).values() if callable(value)]
        waiting += [value.__name__ for value in vars(module).values() if isinstance(value, ModuleType)]
    return found


@cache
def _importable(name: str, file: str | None) -> bool:
    """Whether another process would import the same file under that name; a script is sent whole anyway."""
    if file is None or name == "__main__":
        return True
    parts, path, origin = name.split("."), None, None
    for k in range(len(parts)):
        spec = PathFinder.find_spec(".".join(parts[: k + 1]), path)
        if spec is None:
            return False
        path, origin = spec.submodule_search_locations, spec.origin
    return bool(origin == file)


@cache
def _nursery(_process: int) -> socket.socket:
    """A line to the nursery of this process; closed at its end, which ends the nursery."""
    here, there = socket.socketpair()
    with there:
        command = [sys.executable, "-m", "study.own.nursery", str(there.fileno())]
        nursery = subprocess.Popen(command, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603 - our own
    atexit.register(_close, here, nursery, os.getpid())
    return here


def _close(line: socket.socket, nursery: subprocess.Popen[bytes], process: int) -> None:
    line.close()
    if os.getpid() == process:
        nursery.wait(STARTING)
