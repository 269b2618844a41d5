"""Run a function on exported inputs, wherever it lives; this file needs NumPy and the function's own library.

    python run.py mykernels:log_softmax
    python run.py torch.nn.functional:log_softmax --arrays torch --device cuda --call "f(logits, dim=-1)"
    python run.py jax.nn:softmax --arrays jax

It reads manifest.json and inputs.npz beside it and writes results.npz, which `study judge` reads. Arrays of formats
that NumPy has not, as bfloat16, are kept as unsigned integers of their bits; all results are.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

HERE = Path(__file__).parent


class OfNumpy:
    """NumPy's arrays; formats that it has not by ml_dtypes."""

    def __init__(self, device: str) -> None:
        if device not in ("", "cpu"):
            raise SystemExit(f"NumPy has no device {device!r}; --arrays torch or jax may have")

    def given(self, x: NDArray[Any], dtype: str) -> Any:
        """Stored numbers as an array of their format."""
        if x.dtype.name == dtype:
            return x
        return x.view(getattr(import_module("ml_dtypes"), dtype))

    def taken(self, result: Any) -> tuple[NDArray[Any], str]:
        """A result as the bits of its numbers, and the name of its format."""
        out = np.asarray(result)
        return (out if out.dtype == object else out.view(f"u{out.dtype.itemsize}")), out.dtype.name


class OfTorch:
    """PyTorch's tensors, on a device."""

    def __init__(self, device: str) -> None:
        self.torch, self.device = import_module("torch"), device or "cpu"

    def given(self, x: NDArray[Any], dtype: str) -> Any:
        """Stored numbers as a tensor of their format."""
        kind = getattr(self.torch, dtype)
        bits = x if x.dtype.name == dtype else x.view(f"i{x.itemsize}") if x.itemsize > 1 else x
        return self.torch.from_numpy(bits.copy()).view(kind).to(self.device)

    def taken(self, result: Any) -> tuple[NDArray[Any], str]:
        """A result as the bits of its numbers, and the name of its format."""
        held, name = result.detach().cpu().contiguous(), str(result.dtype).rpartition(".")[2]
        whole = getattr(self.torch, f"int{8 * held.element_size()}" if held.element_size() > 1 else "uint8")
        bits = held.view(whole).numpy()
        return bits.view(f"u{bits.itemsize}"), name


class OfJax(OfNumpy):
    """JAX's arrays, on a device; 64 bits are allowed."""

    def __init__(self, device: str) -> None:
        self.jax = import_module("jax")
        self.jax.config.update("jax_enable_x64", True)  # noqa: FBT003 - its own signature
        self.device = self.jax.devices(device or None)[0]

    def given(self, x: NDArray[Any], dtype: str) -> Any:
        """Stored numbers as an array of their format."""
        return self.jax.device_put(super().given(x, dtype), self.device)


ARRAYS: dict[str, Callable[[str], Any]] = {"numpy": OfNumpy, "torch": OfTorch, "jax": OfJax}


def found(name: str) -> Any:
    """The function MODULE:FUNCTION, the current folder searched first."""
    module, _, function = name.partition(":")
    sys.path.insert(0, "")
    out: Any = import_module(module)
    for part in function.split("."):
        out = getattr(out, part)
    return out


def run(case: dict[str, Any], inputs: Any, arrays: Any, call: Callable[..., Any]) -> dict[str, Any]:
    """The result for one kind of inputs, and whether it is the same the second time; or what was raised."""
    args = [arrays.given(inputs[f"{case['key']}/{a['name']}"], a["dtype"]) for a in case["arguments"]]
    try:
        bits, dtype = arrays.taken(call(*args))
        again, _ = arrays.taken(call(*args))
    except Exception as error:  # noqa: BLE001 - somebody's function may raise anything
        return {"raises": f"{type(error).__name__}: {error}".splitlines()[0]}
    return {"bits": bits, "dtype": dtype, "same": bits.tobytes() == again.tobytes()}


def main() -> None:
    """Run the function that the command line names on every kind of inputs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("function", help="MODULE:FUNCTION")
    parser.add_argument("--arrays", choices=ARRAYS, default="numpy", help="what it takes and returns")
    parser.add_argument("--device", default="", help="where, as cuda or gpu")
    parser.add_argument("--call", help="how it is called: an expression of f and the arguments' names")
    parser.add_argument("--out", default="results.npz", help="the file to write")
    options = parser.parse_args()
    manifest = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
    stored = (HERE / "inputs.npz").read_bytes()
    if hashlib.sha256(stored).hexdigest() != manifest["digest"]:
        raise SystemExit("inputs.npz is not the one that manifest.json tells of; export them anew")
    arrays, function = ARRAYS[options.arrays](options.device), found(options.function)
    names = [a["name"] for a in manifest["cases"][0]["arguments"]]
    call = eval(f"lambda {', '.join(names)}: {options.call}", {"f": function}) if options.call else function  # noqa: S307 - the user's own words
    results: dict[str, NDArray[Any]] = {}
    told: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        inputs = stack.enter_context(np.load(HERE / "inputs.npz"))
        stack.enter_context(np.errstate(all="ignore"))
        for case in manifest["cases"]:
            told[case["key"]] = said = run(case, inputs, arrays, call)
            if "bits" in said:
                results[case["key"]] = said.pop("bits")
    about = {
        "digest": manifest["digest"], "function": options.function, "call": options.call, "device": options.device,
        "arrays": options.arrays, "version": getattr(sys.modules.get(options.arrays), "__version__", ""),
        "python": platform.python_version(), "machine": platform.machine(), "results": told,
    }  # fmt: skip
    np.savez_compressed(options.out, about=np.array(json.dumps(about)), **results)  # type: ignore[arg-type]
    sys.stdout.write(f"{len(results)} of {len(told)} results in {options.out}; study judge {HERE.name} {options.out}\n")


if __name__ == "__main__":
    main()
