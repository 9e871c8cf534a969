"""The code is as CONTRIBUTING says it is."""

import ast
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.system.demo_database import comparison
from transforms.changes.guards.magnitude import LIFTED_BY
from transforms.changes.guards.permissions import Allow
from transforms.changes.objects.schemas import State
from transforms.model.resources import METADATA, RESOURCES
from transforms.openimis.tables.columns import TABLES

PROJECT = Path(__file__).parents[2]
FOLDERS = ("flows", "staging", "transforms")
LINES = 250


def functions() -> Iterator[tuple[int, str]]:
    for folder in FOLDERS:
        for path in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                    yield node.end_lineno - node.lineno + 1, f"{path.name}:{node.name}"


def test_functions_are_short() -> None:
    lengths = sorted(length for length, _ in functions())

    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 20


def test_modules_are_short() -> None:
    paths = (path for folder in FOLDERS for path in (PROJECT / folder).rglob("*.py"))

    assert [path.name for path in paths if len(path.read_text().splitlines()) > LINES] == []


def bodies_of_flows() -> Iterator[tuple[str, str, int]]:
    """File and name of every flow, and the lines of its body without its docstring."""
    for path in (PROJECT / "flows").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(map(_is_flow, node.decorator_list)):
                lines = (node.end_lineno or 0) - node.body[1].lineno + 1
                yield f"{path.parent.name}/{path.stem}", node.name, lines


def _is_flow(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).startswith("flow(")


def test_there_is_one_flow_a_file_and_its_body_is_short() -> None:
    flows = list(bodies_of_flows())

    assert [file for file, name, _ in flows if file != f"flows/{name}"] == []
    assert {name for _, name, _ in flows} == {
        path.stem for path in (PROJECT / "flows").glob("*.py") if path.stem != "__init__"
    }
    assert [name for _, name, lines in flows if lines >= 40] == []


def types_of(path: Path) -> Iterator[str]:
    """The classes of a module, and its names for other types, but for those of its own."""
    for node in ast.parse(path.read_text()).body:
        named = node.targets[0] if isinstance(node, ast.Assign) else None
        name = node.name if isinstance(node, ast.ClassDef) else getattr(named, "id", "")
        if re.fullmatch("[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*", name):
            yield name


def test_no_two_types_have_one_name() -> None:
    modules = defaultdict(list)
    for folder in FOLDERS:
        for path in (PROJECT / folder).rglob("*.py"):
            for name in types_of(path):
                modules[name].append(path.relative_to(PROJECT).as_posix())

    assert {name: found for name, found in modules.items() if len(found) > 1} == {}


def names_in(tree: ast.Module) -> Iterator[str]:
    """What a module calls its functions, parameters and values, at whatever depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name
        if isinstance(node, ast.arg):
            yield node.arg
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_nothing_is_called_by_a_participle_that_means_several_things() -> None:
    """The last rows of the glossary."""
    words = {"held", "known", "wanted", "told", "said", "asked", "asked_for", "meant"}
    paths = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*.py")]

    called = {
        (path.name, name)
        for path in paths
        for name in names_in(ast.parse(path.read_text()))
        if name.strip("_").lower() in words
    }

    assert called == {("schemas.py", "HELD")}  # the state in acknowledged files


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {path.stem for folder in FOLDERS for path in (PROJECT / folder).rglob("*.py")}

    assert names.isdisjoint({"utils", "helpers", "common", "misc"})


def test_hot_paths_make_no_python_object_a_record() -> None:
    for path in (PROJECT / "transforms").rglob("*.py"):
        assert "map_elements" not in path.read_text(), path


def names_of_openimis() -> set[str]:
    """Its tables, and its columns as far as they are spelled as nothing else is."""
    columns = {column.name for table in TABLES.values() for column in table.columns}
    return set(TABLES) | {name for name in columns if name != name.lower()}


def texts_of(tree: ast.Module) -> Iterator[str]:
    """The texts of a module, but for docstrings."""
    scopes = (ast.Module, ast.ClassDef, ast.FunctionDef)
    prose = {
        ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, scopes)
    }
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    yield from (text for text in texts if isinstance(text, str) and text not in prose)


def modules_outside_of_the_door() -> Iterator[Path]:
    """The tables of truth name table and column as data."""
    inside = (PROJECT / "transforms/openimis", *(PROJECT / "transforms").glob("*/tables"))
    for folder in FOLDERS:
        for path in (PROJECT / folder).rglob("*.py"):
            if not any(path.is_relative_to(room) for room in inside):
                yield path


def test_only_the_one_door_names_a_table_or_column_of_openimis() -> None:
    """Whoever needs another row or column asks `transforms/openimis/register.py` for it."""
    known = names_of_openimis()

    named = {
        (path.name, text)
        for path in modules_outside_of_the_door()
        for text in texts_of(ast.parse(path.read_text()))
        if text in known or not set(TABLES).isdisjoint(re.findall(r"\w+", text))
    }

    assert named == set()


def test_only_the_table_of_truth_spells_that_dhis2_holds_an_object() -> None:
    spelled = {
        path.name
        for folder in FOLDERS
        for path in (PROJECT / folder).rglob("*.py")
        if State.HELD.value in texts_of(ast.parse(path.read_text()))
    }

    assert spelled == {"schemas.py"}


def test_every_resource_is_held_against_the_demo_database() -> None:
    assert comparison.RESOURCES.keys() == {*METADATA, *(resource.name for resource in RESOURCES)}


def test_every_permission_is_asked_for_and_named_by_a_guard() -> None:
    code = "".join(path.read_text() for name in FOLDERS for path in (PROJECT / name).rglob("*.py"))

    for permission in set(Allow) - set(LIFTED_BY.values()):
        name = f"Allow.{permission.name}"
        assert f"{name}.lifts" in code, f"no sentence of a guard names {name}"
        assert re.search(rf"{name} (not )?in allow", code), f"no guard asks for {name}"
