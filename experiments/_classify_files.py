"""How ``files.csv`` was made: the logits that magika's model gives of files of this repository, one of each type.

``pip install precision-study[real]``, then ``python experiments/_classify_files.py`` in a clone, writes the file anew.
The model, of Google's magika 1.0.3 (Apache-2.0), tells 214 types of files apart by their first and last bytes. It ends
in a softmax: the logits are the numbers from which that subtracts their maximum. Files have changed since, and another
processor gives other last bits; ``files.csv`` is what the experiment starts from.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import magika
import numpy as np
import onnx
import onnxruntime
import pandas as pd

FILE = Path(__file__).with_name("files.csv")
MODEL = Path(magika.__file__).parent / "models" / "standard_v3_3"
BLOCK, ENDS, PADDING = 4096, 1024, 256
"""Bytes read at either end, those of them that the model sees, and what stands for one that is not there."""
TYPES = {
    ".gitattributes": "gitattributes", ".gitignore": "ignorefile", "LICENSE": "txt", "Makefile": "makefile",
    ".cff": "yaml", ".css": "css", ".csv": "csv", ".html": "html", ".in": "txt", ".ipynb": "ipynb", ".j2": "jinja",
    ".js": "javascript", ".json": "json", ".mat": "matlab", ".md": "markdown", ".png": "png", ".py": "python",
    ".svg": "svg", ".toml": "toml", ".txt": "txt", ".yaml": "yaml", ".yml": "yaml", "run": "shell",
}  # fmt: skip
"""The right type of a file, by its ending, or its name where it has none."""


def seen(path: Path) -> list[int]:
    """What the model sees of a file: its first and last bytes without the white space around them."""
    data = path.read_bytes()
    head, tail = data[:BLOCK].lstrip()[:ENDS], data[-BLOCK:].rstrip()[-ENDS:]
    return [*head, *[PADDING] * (ENDS - len(head)), *[PADDING] * (ENDS - len(tail)), *tail]


def before_softmax(model: onnx.ModelProto) -> str:
    """The name of the numbers from which the last softmax subtracts their maximum."""
    made_by = {name: node for node in model.graph.node for name in node.output}
    quotient = made_by[model.graph.output[0].name]
    exponential = made_by[quotient.input[0]]
    return str(made_by[exponential.input[0]].input[0])


def classified() -> pd.DataFrame:
    """The first file of each type in Git's order, its right type, and its logits, in binary32."""
    root = FILE.parents[1]
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True)  # noqa: S607 - in a clone
    first: dict[str, Path] = {}
    for path in map(Path, listed.stdout.split("\n")[:-1]):
        first.setdefault(path.suffix or path.name, path)
    files = {path: TYPES[kind] for kind, path in first.items() if kind in TYPES}
    model = onnx.load(MODEL / "model.onnx")
    name = before_softmax(model)
    model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    given = np.array([seen(root / path) for path in files], dtype=np.int32)
    logits: np.ndarray[Any, Any] = session.run([name], {"bytes": given})[0]
    labels = json.loads((MODEL / "config.min.json").read_text())["target_labels_space"]
    target = [labels.index(label) for label in files.values()]
    columns = {f"logit_{k}": logits[:, k] for k in range(logits.shape[1])}
    return pd.DataFrame({"file": map(str, files), "target": target, **columns})


if __name__ == "__main__":
    classified().to_csv(FILE, index=False, lineterminator="\n")
