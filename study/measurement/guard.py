"""Somebody else's function, called so that whatever it does is told and nothing is lost."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import get_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

TIMEOUT = 20.0
"""Seconds that one call may take unless told otherwise."""


LONGEST = 200
"""Characters of a message that are told."""


class MisbehavedError(Exception):
    """A function raised, hung, changed its input, or returned no array of the due shape and dtype; says which."""


class _Alarm(BaseException):
    """Passes through the function's own ``except Exception``."""


def guarded(
    function: Callable[..., Any], args: Sequence[NDArray[Any]], shape: tuple[int, ...], timeout: float = TIMEOUT
) -> NDArray[Any]:
    """Call a function here and see that it behaved; ``study.own.isolated`` calls one in a process of its own.

    Args:
        function: takes the arguments as they are.
        args: NumPy arrays; the first has the dtype that the result must have.
        shape: what the result must have.
        timeout: seconds; heeded in the main thread, where a signal can interrupt Python code, and not on Windows.

    Returns:
        The result.

    Raises:
        MisbehavedError: it did not behave.
    """
    try:
        with _alarm(timeout):
            return called(function, [a.copy() for a in args], shape)
    except _Alarm:
        raise MisbehavedError(f"hangs: no result within {timeout:g} s") from None


def called(function: Callable[..., Any], given: Sequence[NDArray[Any]], shape: tuple[int, ...]) -> NDArray[Any]:
    """Call a function on these very arrays and see that it behaved; raises as ``guarded``."""
    before = [a.tobytes() for a in given]
    try:
        with np.errstate(all="ignore"):
            returned = function(*given)
            result = np.asarray(returned)
    except (KeyboardInterrupt, _Alarm):
        raise
    except BaseException as error:  # sys.exit() in a function must not end the measurement
        raise MisbehavedError(f"raises {said(error)}") from error
    if any(a.tobytes() != held for a, held in zip(given, before, strict=True)):
        raise MisbehavedError("changes its input")
    if np.ma.is_masked(returned):
        raise MisbehavedError("returns masked entries")
    if result.dtype == object:
        raise MisbehavedError(f"returns {type(returned).__name__}; an array of {given[0].dtype} is due")
    due = get_format(function.stores).dtype if hasattr(function, "stores") else given[0].dtype
    if result.dtype != due:
        raise MisbehavedError(f"returns dtype {result.dtype} for {due}")
    if result.shape != shape:
        raise MisbehavedError(
            f"returns shape {result.shape}; {shape} is due for {', '.join(str(a.shape) for a in given)}"
        )
    return result


def said(error: BaseException) -> str:
    """The kind of an exception and the first line of its message, if it can be had."""
    try:
        message = (str(error).splitlines() or [""])[0]
    except Exception:  # noqa: BLE001 - somebody else's __str__
        message = ""
    return f"{type(error).__name__}: {message[:LONGEST]}".rstrip(": ")


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: Any) -> None:
        raise _Alarm

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
