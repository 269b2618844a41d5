"""Write the API reference into a folder, from the docstrings: ``python docs/reference.py dist/docs``."""

import sys
from pathlib import Path

import pdoc

from study import kernels

PUBLIC = (
    "study", "study.problems.kernels", "study.plots", "study.formats", "study.inputs.families",
    "study.own.pytest_plugin",
)  # fmt: skip

if __name__ == "__main__":
    vars(kernels).update({name: getattr(kernels, name) for name in dir(kernels)})  # made when asked for
    pdoc.render.configure(docformat="google")
    pdoc.pdoc(*PUBLIC, output_directory=Path(sys.argv[1]))
