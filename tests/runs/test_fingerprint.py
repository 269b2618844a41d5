"""One fingerprint, one set of tables: it follows the bits of functions, not the name of a processor or its BLAS."""

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_features__

from study.runs import fingerprint

CODE = "from study.runs.fingerprint import fingerprint; print(fingerprint())"


def elsewhere(**environment):
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout.strip()


@pytest.mark.parametrize("blas", ["Haswell", "Sandybridge"])
def test_it_is_the_same_in_every_run_and_on_every_blas(blas):
    assert elsewhere() == elsewhere(OPENBLAS_CORETYPE=blas) == fingerprint.fingerprint()


def test_it_differs_where_functions_do():
    if not __cpu_features__.get("X86_V3"):
        pytest.skip("this processor has no X86_V3 to switch off")
    lower = elsewhere(NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL AVX512_SPR")
    assert lower != fingerprint.fingerprint()


@pytest.fixture
def anew():
    fingerprint.fingerprint.cache_clear()
    yield fingerprint.fingerprint
    fingerprint.fingerprint.cache_clear()


@pytest.mark.parametrize("name", fingerprint.FUNCTIONS)
def test_one_last_bit_of_any_function_shows(monkeypatch, anew, name):
    before, real = anew(), getattr(np, name)
    anew.cache_clear()

    class Off:
        nin = real.nin

        def __call__(self, *args):
            out = np.array(real(*args))
            out.reshape(-1)[:1] = np.nextafter(out.reshape(-1)[:1].astype(np.float32), 7).astype(out.dtype)
            return out

    monkeypatch.setattr(np, name, Off())
    assert anew() != before


def test_another_version_of_a_measured_library_shows(monkeypatch, anew):
    before = anew()
    anew.cache_clear()
    monkeypatch.setattr(fingerprint.metadata, "version", lambda _name: "0")
    assert anew() != before
