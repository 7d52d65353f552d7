"""Code stays in small pieces: what no longer fits on a screen is divided by its ideas."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FUNCTION = 50
LONGEST_MODULE = 330
MODULES = [
    path
    for folder in ("bot", "channels", "dialogs", "storage", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _too_long(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    lines = len(text.splitlines())
    if lines > LONGEST_MODULE:
        yield f"{name(path)}: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{name(path)}: {node.name} has {lines} lines"


def test_all_packages_are_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == {
        "bot",
        "channels",
        "dialogs",
        "storage",
        "benchmarks",
    }


def test_no_function_and_no_module_is_too_long() -> None:
    assert [told for path in MODULES for told in _too_long(path)] == []


def test_what_is_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    module = tmp_path / "long.py"
    module.write_text("def long():\n" + "    pass\n" * LONGEST_MODULE, "utf-8")
    told = list(_too_long(module))
    assert told == [f"long.py: {LONGEST_MODULE + 1} lines", f"long.py: long has {LONGEST_MODULE + 1} lines"]
