"""The executor seam: any end of the main process or of a worker is the end of all, at once, and is told."""

import logging
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from study.runs import execution

SLEEPER = """
import sys, time
from study.runs import execution

def nap(i):
    __import__("os").write(1, b"%d\\n" % __import__("os").getpid())
    time.sleep(60)

if __name__ == "__main__":
    with execution.executor(2) as pool:
        for _ in execution.results(pool, nap, range(8)):
            pass
"""


STARTER = """
import time
from study.runs import execution

if __name__ == "__main__":
    print("starting", flush=True)
    try:
        with execution.executor(2) as pool:
            for _ in execution.results(pool, time.sleep, [60] * 8):
                pass
    except KeyboardInterrupt:
        print("interrupted")
"""


INHERITED = []


@pytest.fixture(autouse=True)
def heeded():
    """A script's background jobs ignore SIGINT, and so would what is started here."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def inherited(_):
    return list(INHERITED)


def double(x):
    return 2 * x


def die(x):
    if x == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def fail(x):
    raise ValueError(f"not {x}")


def test_every_call_comes_back_once():
    with execution.executor(2) as pool:
        assert dict(execution.results(pool, double, range(200))) == {i: 2 * i for i in range(200)}


def test_workers_start_afresh_so_that_no_lock_of_a_thread_is_inherited():
    INHERITED.append("a lock that a thread of JAX holds")
    with execution.executor(2) as pool:
        assert dict(execution.results(pool, inherited, range(4))) == {key: [] for key in range(4)}


def test_a_killed_worker_is_told_and_does_not_hang():
    began = time.monotonic()
    with pytest.raises(execution.WorkerDiedError, match="run the same command again"), execution.executor(2) as pool:
        list(execution.results(pool, die, range(100)))
    assert time.monotonic() - began < 10


def test_an_error_in_a_worker_is_raised_here():
    with pytest.raises(ValueError, match="not 0"), execution.executor(1) as pool:
        list(execution.results(pool, fail, [0]))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_the_main_process_at_once(number, tmp_path):
    script = tmp_path / "sleeper.py"
    script.write_text(SLEEPER)
    command = [sys.executable, script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as main:
        workers = {int(main.stdout.readline()) for _ in range(2)}
        began = time.monotonic()
        main.send_signal(number)
        main.communicate(timeout=20)
    while any(map(alive, workers)) and time.monotonic() - began < 10:
        time.sleep(0.02)
    assert time.monotonic() - began < 5
    assert main.returncode != 0


@pytest.mark.parametrize("delay", [0, 0.1, 0.2, 0.4, 0.8])
def test_ctrl_c_in_a_terminal_while_workers_start_is_silent(delay, tmp_path):
    script = tmp_path / "starter.py"
    script.write_text(STARTER)
    command = [sys.executable, script]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, start_new_session=True) as main:
        assert main.stdout.readline() == "starting\n"
        time.sleep(delay)
        os.killpg(main.pid, signal.SIGINT)
        said, complaint = main.communicate(timeout=20)
    assert (said, complaint, main.returncode) == ("interrupted\n", "", 0)


def test_ctrl_c_waits_until_a_worker_has_started():
    class Starting:
        started = 0

        def submit(self, *_):
            os.kill(os.getpid(), signal.SIGINT)
            self.started += 1
            return Future()

    pool = Starting()
    with pytest.raises(KeyboardInterrupt):
        list(execution.results(pool, double, range(8)))
    assert pool.started == 1


def test_ctrl_c_is_not_held_back_in_a_thread_that_does_not_get_it():
    with ThreadPoolExecutor(1) as threads, execution.executor(1) as pool:
        assert threads.submit(lambda: dict(execution.results(pool, double, [4]))).result() == {4: 8}


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_number_of_workers_is_the_asked_one_or_that_of_the_environment(monkeypatch):
    monkeypatch.setenv("JOBS", "7")
    assert execution.workers(3) == 3
    assert execution.workers() == 7
    monkeypatch.setenv("JOBS", "0")
    assert execution.workers() == os.cpu_count()


def test_a_scheduler_without_dask_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ImportError, match=r"pip install 'precision-study\[cluster\]'"),
        execution.executor(scheduler="tcp://x:1"),
    ):
        pass


@pytest.fixture(scope="module")
def dask():
    distributed = pytest.importorskip("distributed")
    options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
    settings = {"distributed.comm.timeouts.connect": "500ms", "distributed.scheduler.allowed-failures": 1}
    with pytest.importorskip("dask").config.set(settings), distributed.LocalCluster(n_workers=1, **options) as cluster:
        yield cluster.scheduler_address


def test_a_dask_worker_that_is_killed_costs_time_only(dask, tmp_path):
    def die_once(x):
        if x == 3 and not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * x

    with execution.executor(scheduler=dask) as pool:
        assert dict(execution.results(pool, die_once, range(20))) == {i: 2 * i for i in range(20)}
    assert (tmp_path / "died").exists()


def test_a_task_that_kills_each_dask_worker_is_told(dask):
    with pytest.raises(execution.WorkerDiedError), execution.executor(scheduler=dask) as pool:
        list(execution.results(pool, lambda _: os.kill(os.getpid(), signal.SIGKILL), [0]))


def test_workers_killed_while_they_wait_for_work_do_not_hang_the_end():
    began = time.monotonic()
    with execution.executor(4) as pool:
        list(execution.results(pool, double, range(40)))
        for pid in list(pool._processes)[1:]:
            os.kill(pid, signal.SIGKILL)
    assert time.monotonic() - began < 10
