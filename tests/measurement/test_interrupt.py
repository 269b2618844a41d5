"""Ctrl-C is held back, and comes when what must not be left half done is done."""

import signal
import threading

import pytest

from study.measurement.interrupt import undisturbed


def test_ctrl_c_comes_at_the_end():
    done, before = [], signal.getsignal(signal.SIGINT)

    def work():
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done
    assert signal.getsignal(signal.SIGINT) is before


def test_only_the_main_thread_has_signals_to_hold():
    done = []

    def work():
        with undisturbed():
            done.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [signal.getsignal(signal.SIGINT)]
