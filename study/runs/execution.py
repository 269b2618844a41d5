"""Where work is done: the one place that makes an executor, and the one loop that waits for results.

An executor is that of ``concurrent.futures``: processes on this machine or, where SCHEDULER names one, a Dask cluster.
Processes come from a server that has run nothing: a fork of this one hangs where JAX has started its threads. Where
there is no such server, on Windows, each is started anew.
"""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from typing import TYPE_CHECKING, Any

from study.measurement.interrupt import undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection

SERVED = "forkserver"
PRELOADED = ["study.runs.runner", "study.exhaustive.measure"]
"""What workers find imported."""
DIED = "a worker process died; what was done is kept, run the same command again"


class WorkerDiedError(RuntimeError):
    """A worker process ended before its work did."""


def workers(jobs: int | None = None) -> int:
    """Worker processes to use: as asked, or else the environment's JOBS, or else one a processor."""
    return jobs or int(os.environ.get("JOBS", "0")) or os.cpu_count() or 1


@contextmanager
def executor(jobs: int | None = None, scheduler: str | None = None) -> Iterator[Executor]:
    """An executor; when left its workers end at once, and they end with this process however that ends.

    Args:
        jobs: worker processes, as for ``workers``.
        scheduler: address of a Dask scheduler, tcp://HOST:PORT; by default the environment's SCHEDULER.

    Raises:
        ImportError: a scheduler is asked for, and ``distributed`` is not installed.
    """
    scheduler = scheduler or os.environ.get("SCHEDULER")
    with _cluster(scheduler) if scheduler else _processes(workers(jobs)) as pool:
        yield pool


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    served = SERVED in get_all_start_methods()
    context = get_context(SERVED if served else "spawn")
    if served:
        context.set_forkserver_preload(PRELOADED)
        _start_server()
    alive, until = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(count, context, _attend, (alive, until))
    try:
        yield pool
    finally:
        until.close()  # first: a worker that was killed may hold the lock that the others wait for
        pool.shutdown(cancel_futures=True)
        alive.close()


def _start_server() -> None:
    """Start the workers' server with SIGINT blocked in it and so in every worker: Ctrl-C is for the main process."""
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()  # first, as it unblocks SIGINT
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _attend(alive: Connection, until: Connection) -> None:
    """In a new worker: end when the main process closes its end of the pipe, or dies."""
    until.close()
    if SERVED not in get_all_start_methods():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a server has it blocked
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()


def _end_with(alive: Connection) -> None:
    try:
        alive.recv()
    except (EOFError, OSError):
        os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise ImportError("SCHEDULER wants Dask: pip install 'precision-study[cluster]'") from None
    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call,unused-ignore]
        pool: Executor = client.get_executor(pure=False)
        try:
            yield pool
        except KilledWorker:
            raise WorkerDiedError(DIED) from None
        finally:
            pool.shutdown(wait=False)


def results(pool: Executor, function: Callable[..., Any], calls: Iterable[Any], ahead: int = 64) -> Iterator[Any]:
    """Call and result, as they become ready; only ``ahead`` calls are submitted at a time.

    What is in flight when the caller stops is cancelled by the executor's end, not here: a pool whose workers die fails
    in its own thread over futures that somebody else cancelled.

    Args:
        pool: an executor.
        function: what to call, with one argument.
        calls: its arguments.
        ahead: calls in flight.

    Raises:
        WorkerDiedError: a worker process was killed; the results that were yielded stand.
    """
    from concurrent.futures.process import BrokenProcessPool

    waiting = iter(calls)
    flying: dict[Future[Any], Any] = {}
    try:
        while True:
            for call in islice(waiting, ahead - len(flying)):
                with undisturbed():
                    flying[pool.submit(function, call)] = call
            if not flying:
                return
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                call = flying.pop(future)
                yield call, future.result()
    except BrokenProcessPool:
        raise WorkerDiedError(DIED) from None
