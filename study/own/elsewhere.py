"""Judged elsewhere: inputs written for a function that lives on another machine, in another language; results read.

A folder holds ``inputs.npz`` (array ``KEY/ARGUMENT`` for each kind of inputs), ``manifest.json`` (what each is, and
the result that is due) and ``run.py``, which needs NumPy alone. What comes back is ``results.npz``: for each key the
bits of the results as unsigned integers, and ``about``, JSON that names the inputs' digest and what was raised.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import get_format
from study.measurement.case import Case
from study.measurement.guard import MisbehavedError
from study.measurement.judged import rows
from study.problems import get_problem
from study.problems.kernels import arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

INPUTS, MANIFEST, RUNNER, RESULTS = "inputs.npz", "manifest.json", "run.py", "results.npz"


def exported(cases: Mapping[str, Mapping[str, Case]]) -> dict[str, bytes]:
    """The files of a folder for a function elsewhere.

    Args:
        cases: what it is to be judged on, by format and kind of inputs, all of one problem.

    Returns:
        The content of each file, by name.
    """
    held: dict[str, NDArray[Any]] = {}
    listed: list[dict[str, Any]] = []
    for form, kinds in cases.items():
        for kind, case in kinds.items():
            key, names = str(len(listed)), arguments(case.problem)
            held |= {f"{key}/{name}": _stored(a) for name, a in zip(names, case.args, strict=True)}
            given = [
                {"name": name, "dtype": a.dtype.name, "shape": [*a.shape]}
                for name, a in zip(names, case.args, strict=True)
            ]
            due = {"dtype": form, "shape": [*case.problem.signature.result(case.args)]}
            listed.append({"key": key, "format": form, "inputs": kind, "arguments": given, "result": due})
    problem = next(iter(next(iter(cases.values())).values())).problem
    stream = io.BytesIO()
    np.savez_compressed(stream, **held)  # type: ignore[arg-type]
    inputs = stream.getvalue()
    manifest = {
        "problem": problem.name, "formula": problem.formula, "shapes": problem.shape,
        "digest": hashlib.sha256(inputs).hexdigest(), "cases": listed,
    }  # fmt: skip
    return {
        INPUTS: inputs,
        MANIFEST: (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode(),
        RUNNER: Path(__file__).with_name("run_elsewhere.py").read_bytes(),
    }


def _stored(x: NDArray[Any]) -> NDArray[Any]:
    """An array as every NumPy reads it: of formats that it has not, the bits."""
    return x if hasattr(np, x.dtype.name) else x.view(f"u{x.dtype.itemsize}")


@dataclass(frozen=True)
class Judgement:
    """What came back, measured.

    Attributes:
        name: of the function.
        table: rows as those of ``study.measure``, called once, as given.
        cases: by format and kind of inputs.
    """

    name: str
    table: Any
    cases: dict[str, dict[str, Case]]


def judged(folder: Path, file: Path) -> Judgement:
    """Measure the results of a function that ran elsewhere.

    Args:
        folder: where the inputs were written.
        file: the results.

    Raises:
        OSError: a file is missing.
        ValueError: a file is damaged, or the results are of other inputs.
    """
    import pandas as pd

    from study.own.table import Measurement

    manifest, held = _exports(folder)
    results = _arrays(file)
    about = _json(str(results.get("about", "{}")), file)
    if about.get("digest", manifest["digest"]) != manifest["digest"]:
        raise ValueError(f"{file} has the results of other inputs than those in {folder}; run {RUNNER} there again")
    name, problem = str(about.get("function") or file.stem), get_problem(manifest["problem"])
    cases: dict[str, dict[str, Case]] = {}
    made = []
    for entry in manifest["cases"]:
        case = cases.setdefault(entry["format"], {})[entry["inputs"]] = Case(problem, _given(entry, held))
        call = _returned(entry, results, about.get("results", {}).get(entry["key"], {}))
        made.append(rows(name, call, {entry["inputs"]: case}, ()))
    return Judgement(name, Measurement(pd.concat(made, ignore_index=True)), cases)


def inputs(folder: str | Path, form: str, kind: str) -> tuple[NDArray[Any], ...]:
    """The arguments of one kind of inputs in a format, as ``judged`` reads them; errors as there, KeyError for none."""
    manifest, held = _exports(Path(folder))
    entries = {(entry["format"], entry["inputs"]): entry for entry in manifest["cases"]}
    return _given(entries[form, kind], held)


def _given(entry: Mapping[str, Any], held: Mapping[str, NDArray[Any]]) -> tuple[NDArray[Any], ...]:
    return tuple(_numbers(held[f"{entry['key']}/{a['name']}"], a["dtype"]) for a in entry["arguments"])


def _exports(folder: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    manifest = _json((folder / MANIFEST).read_text(encoding="utf-8"), folder / MANIFEST)
    if not {"problem", "digest", "cases"} <= {*manifest}:
        raise ValueError(f"{folder / MANIFEST} is no manifest of study export")
    if hashlib.sha256((folder / INPUTS).read_bytes()).hexdigest() != manifest["digest"]:
        raise ValueError(f"{folder / INPUTS} is not the one that {MANIFEST} tells of; export them anew")
    return manifest, _arrays(folder / INPUTS)


def _json(text: str, file: Path) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{file}: {error}") from None
    if not isinstance(read, dict):
        raise ValueError(f"{file} holds {type(read).__name__}, not an object")  # noqa: TRY004 - a file, not a type
    return read


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(file, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (zipfile.BadZipFile, EOFError, ValueError, AttributeError) as error:
        raise ValueError(f"{file} is no .npz file of arrays: {error}") from None


def _numbers(x: NDArray[Any], dtype: str) -> NDArray[Any]:
    """Stored bits as numbers of their format; what NumPy holds, as it is."""
    return x if x.dtype.name == dtype else x.view(get_format(dtype).dtype)


def _returned(
    entry: Mapping[str, Any], results: Mapping[str, NDArray[Any]], told: Mapping[str, Any]
) -> Callable[..., NDArray[Any]]:
    """What stands for a call: the result that came back, if it is one."""

    def call(_args: Any, shape: tuple[int, ...], _layout: str) -> NDArray[Any]:
        bits, dtype = results.get(entry["key"]), str(told.get("dtype", entry["format"]))
        if told.get("raises"):
            raise MisbehavedError(f"raises {told['raises']}")
        if bits is None:
            raise MisbehavedError("has no result")
        if dtype != entry["format"]:
            raise MisbehavedError(f"returns dtype {dtype} for {entry['format']}")
        if bits.dtype.itemsize != get_format(dtype).dtype.itemsize or bits.dtype.kind not in "ufi":
            raise MisbehavedError(f"returns dtype {bits.dtype}; the bits of {dtype} are due")
        if bits.shape != shape:
            raise MisbehavedError(f"returns shape {bits.shape}; {shape} is due")
        if told.get("same") is False:
            raise MisbehavedError("gives another result for the same input the second time")
        return np.ascontiguousarray(bits).view(get_format(dtype).dtype).reshape(shape)

    return call
