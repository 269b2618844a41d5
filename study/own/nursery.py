"""Where somebody else's functions are called: a process that has done nothing but import, and forks one for each.

It is told of a connection, and the process forked for it answers there: first what it loaded, then call after call. A
fork of this process is quick and clean, where one of the measuring process would inherit its threads.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import socket
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

from study.measurement.guard import MisbehavedError, called
from study.measurement.layouts import arranged

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

REMEMBERED = 4
"""Earlier calls whose inputs and results are watched."""


def serve(control: int) -> None:
    """Fork a process for every connection that is sent, until no more can be."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the measuring process's, which then ends these
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=control) as line:
        while True:
            _, handles, _, _ = socket.recv_fds(line, 1, 1)
            if not handles:
                return
            if os.fork() == 0:
                line.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(Connection(handles[0]))
                os._exit(0)
            os.close(handles[0])


def _answer(connection: Connection) -> None:
    """Load a function, then call it on what comes."""
    told = _Told(connection)
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told), contextlib.suppress(EOFError, OSError):
        connection.send(os.getpid())
        folder, path, packed = connection.recv()
        os.chdir(folder)
        sys.path[:] = path
        try:
            function = pickle.loads(packed)  # noqa: S301 - sent by the measuring process
            function = function.load() if hasattr(function, "load") else function
        except BaseException as error:  # noqa: BLE001 - a module may do anything on import, sys.exit() too
            connection.send(("unloaded", error.args[0] if type(error) is ValueError else repr(error)))
            return
        connection.send(("loaded", None))
        memory: list[tuple[NDArray[Any], bytes]] = []
        while True:
            args, shape, layout = connection.recv()
            connection.send(_outcome(function, [arranged(layout, a) for a in args], shape, memory))


def _outcome(
    function: Callable[..., Any], given: list[NDArray[Any]], shape: tuple[int, ...], memory: list[tuple[Any, bytes]]
) -> tuple[str, Any]:
    """The result of a call, or what was wrong with it."""
    try:
        result = called(function, given, shape)
    except MisbehavedError as error:
        return "misbehaved", str(error)
    except KeyboardInterrupt:
        return "interrupted", None
    if any(array.tobytes() != held for array, held in memory):
        return "misbehaved", "changes arrays of an earlier call"
    memory += [(array, array.tobytes()) for array in (*given, result)]
    del memory[: -REMEMBERED * (len(given) + 1)]
    return "result", np.array(result)


class _Told(io.TextIOBase):
    """What a function prints, passed on to where the measuring process prints."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, text: str) -> int:
        self._connection.send(("printed", text))
        return len(text)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
