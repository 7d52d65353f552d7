"""Nothing is left lying about: a private name that its own module does not use, nobody does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("bot", "channels", "dialogs", "storage", "benchmarks")
MODULES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def _left_over(text: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        for name in _made_by(node):
            if name.startswith("_") and not name.startswith("__") and len(re.findall(rf"\b{name}\b", text)) == 1:
                yield name


def _made_by(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        # what is decorated is handed to somebody: a command, a fixture
        case ast.FunctionDef(name=name, decorator_list=[]) | ast.AsyncFunctionDef(name=name, decorator_list=[]):
            yield name
        case ast.ClassDef(name=name, decorator_list=[]):
            yield name


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_private_name_is_used_where_it_is_made(folder: str) -> None:
    modules = [path for path in MODULES if path.is_relative_to(ROOT / folder)]
    assert modules
    left = {str(path.relative_to(ROOT)): list(_left_over(path.read_text("utf-8"))) for path in modules}
    assert {module: names for module, names in left.items() if names} == {}


def test_what_is_left_over_is_named() -> None:
    text = "_A = 1\n_B: int = _A\n_C: int\n\n\ndef _d():\n    return _B\n\n\n@handed\ndef _e(): ...\n"
    assert list(_left_over(text)) == ["_C", "_d"]
