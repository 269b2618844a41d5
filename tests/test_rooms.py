"""The rooms of study/, lowest first: an import goes down, never up, and no modules import each other in a circle."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = (
    "formats", "arithmetic", "certified", "problems", "inputs", "measurement", "libraries", "own", "runs", "exhaustive",
    "gate", "plots", "report", "cli",
)  # fmt: skip
"""As CONTRIBUTING draws them."""


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted((ROOT / "study").rglob("*.py"))}


def imports(tree: ast.AST, *, typing: bool) -> set[str]:
    """Modules of ``study`` that are imported, late ones too; those for type checking alone where wanted."""
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
        waiting += ast.iter_child_nodes(node)
    return {name for name in found if name.split(".")[0] == "study"}


def upward(module: str, tree: ast.AST) -> list[str]:
    """What a module imports from a room above its own."""
    room = ROOMS.index(module.split(".")[1])
    return [
        name for name in sorted(imports(tree, typing=True)) if name == "study" or ROOMS.index(name.split(".")[1]) > room
    ]


def parsed(name: str) -> ast.AST:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def test_every_room_is_in_the_order_and_every_entry_in_the_readme():
    left_out = {"__pycache__", "py.typed"}  # py.typed is an empty mark for type checkers, no entry of the library
    entries = {path.name for path in (ROOT / "study").iterdir()} - left_out
    assert {Path(name).stem for name in entries} == {*ROOMS, "__init__", "__main__"}
    assert len(entries) <= 16
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    layout = readme[readme.index("## Layout") :]
    assert [name for name in sorted(entries) if f"{name}{'' if name.endswith('.py') else '/'} " not in layout] == []


@pytest.mark.parametrize("module", [name for name in MODULES if name not in ("study", "study.__main__")])
def test_imports_go_down(module):
    assert upward(module, parsed(module)) == []


def test_no_modules_import_each_other():
    graph = {name: imports(parsed(name), typing=False) - {name} for name in MODULES}
    inits = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    within = {
        name: {i for i in found if not (i in inits and name.startswith(f"{i}."))} for name, found in graph.items()
    }
    assert len(list(TopologicalSorter(within).static_order())) >= len(MODULES)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from study.report import page", ["study.report.page"]),
        ("def late():\n    import study.gate.drift", ["study.gate.drift"]),
        ("if TYPE_CHECKING:\n    from study.cli.group import main", ["study.cli.group"]),
        ("from study import measure", ["study"]),
        ("from study.formats import FORMATS", []),
    ],
)
def test_an_import_upward_is_seen(line, found):
    assert upward("study.runs.store", ast.parse(line)) == found


def test_files_and_functions_are_short():
    long = []
    for name, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        long += [f"{name}: {len(text.splitlines())} lines"] * (len(text.splitlines()) > 250)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= 50:
                long.append(f"{name}.{node.name}: {node.end_lineno - node.lineno + 1} lines")
    assert long == []
