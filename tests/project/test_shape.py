"""The code is as CONTRIBUTING says it is."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FOLDERS = ("flows", "staging", "transforms")


def functions() -> Iterator[tuple[int, str]]:
    for folder in FOLDERS:
        for path in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                    yield node.end_lineno - node.lineno + 1, f"{path.name}:{node.name}"


def test_functions_are_short() -> None:
    lengths = sorted(length for length, _ in functions())

    assert statistics.median(lengths) <= 10
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {path.stem for folder in FOLDERS for path in (PROJECT / folder).rglob("*.py")}

    assert names.isdisjoint({"utils", "helpers", "common", "misc"})


def test_hot_paths_make_no_python_object_a_record() -> None:
    for path in (PROJECT / "transforms").rglob("*.py"):
        assert "map_elements" not in path.read_text(), path
