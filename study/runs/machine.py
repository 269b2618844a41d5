"""What a result depends on besides code: the processor, its vector instructions, the versions."""

from __future__ import annotations

import platform
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from study.runs.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = ("numpy", "scipy", "mpmath", "gmpy2", "ml_dtypes", "scikit-learn", "pandas")
ALIASES = ("numpy", "scipy", "sklearn")
"""Backends whose versions are among those, as packages."""


@cache
def machine() -> dict[str, str]:
    """The numerical fingerprint, and in words where it was taken: processor, vector level, Python."""
    return {
        "numerics": fingerprint(),
        "processor": _processor(),
        "simd": simd_level(),
        "python": platform.python_version(),
        "system": sys.platform,
    }


def simd_level() -> str:
    """The highest dispatch level that NumPy uses here: its exp and log differ from level to level."""
    from numpy._core._multiarray_umath import __cpu_baseline__, __cpu_dispatch__, __cpu_features__

    used = [feature for feature in __cpu_dispatch__ if __cpu_features__.get(feature)]
    return str([*__cpu_baseline__, *used][-1])


def versions() -> dict[str, str]:
    """Versions of the packages that a table can depend on."""
    return {name: metadata.version(name) for name in SHOWN}


def provenance(backends: Sequence[str] = ()) -> dict[str, str]:
    """All of it in one: what is stored beside the tables that are measured here."""
    from study.libraries.backends import get_backend

    libraries = {name: get_backend(name).version for name in backends}
    return machine() | versions() | {name: version for name, version in libraries.items() if name not in ALIASES}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
