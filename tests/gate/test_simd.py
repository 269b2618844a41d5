import os
import subprocess
import sys

import pytest
from numpy._core._multiarray_umath import __cpu_features__

PROBLEMS = ("log_softmax", "log1mexp")
CODE = f"""
import sys
from study.gate import verdict
from study.gate.catalogue import cases, table
from study.runs.machine import simd_level
from study.problems import PROBLEMS
from study.runs.runner import discover

tables = {{name: table(list(cases(PROBLEMS[name], ["float32", "float64"]))) for name in {PROBLEMS}}}
lines = [line for name, rows in tables.items() for line in verdict.broken(name, rows)]
lines += verdict.missing_failures(list(tables.values()))
lines += verdict.check(discover(["multilabel", "worked_example"]), 1).broken
sys.exit("\\n".join(lines) or print(simd_level()))
"""


@pytest.mark.parametrize(
    ("feature", "disabled", "level"),
    [
        ("X86_V4", "X86_V4 AVX512_ICL AVX512_SPR", "X86_V3"),
        ("X86_V3", "X86_V3 X86_V4 AVX512_ICL AVX512_SPR", "X86_V2"),
    ],
)
def test_the_contracts_hold_with_the_vector_level_forced_lower(feature, disabled, level):
    if not __cpu_features__.get(feature):
        pytest.skip(f"this processor has no {feature} to switch off")
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": disabled}
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == level
