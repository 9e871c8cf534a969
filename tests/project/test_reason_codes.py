"""Reason codes: a rule gives none that is not explained, and each that is explained is given."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from transforms.model.resources import RESOURCES
from transforms.model.values import field_reason
from transforms.openimis.tables.field_reasons import FIELD_REASONS
from transforms.openimis.tables.reasons import MADE_OF_UNREADABLE, REASONS

PROJECT = Path(__file__).parents[2]
MODULES = [
    path
    for folder in ("flows", "staging", "transforms")
    for path in (PROJECT / folder).rglob("*.py")
]
BESIDES_THE_TABLE = 2
DOORS = {"with_faults", "with_notes"}


def rules_of(tree: ast.Module) -> Iterator[str]:
    """Return the reason codes that a module hands to `with_faults` or `with_notes`."""
    named = names_in(tree)
    ahead: list[ast.AST] = [call.args[-1] for call in calls_of_doors(tree)]
    while ahead:
        for node in ast.walk(ahead.pop()):
            if isinstance(node, ast.Dict):
                yield from (key.value for key in node.keys if isinstance(key, ast.Constant))
            if isinstance(node, ast.Name):
                ahead += named.pop(node.id, [])


def names_in(tree: ast.Module) -> dict[str, list[ast.AST]]:
    """Return the names of a module: functions, and what is assigned, to whatever they stand for."""
    named = defaultdict[str, list[ast.AST]](list)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            named[node.name].append(node)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    named[target.id].append(node.value)
    return named


def calls_of_doors(tree: ast.Module) -> Iterator[ast.Call]:
    """Return `with_faults(frame, rules)`, `pipe(with_faults, rules)` and the like."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            parts = [node.func, *node.args]
            if any(isinstance(part, ast.Name) and part.id in DOORS for part in parts):
                yield node


def codes_of_fields() -> set[str]:
    return {
        field_reason(field, ending)
        for resource in RESOURCES
        for field in resource.fields
        for ending in FIELD_REASONS
    }


def test_every_code_that_a_rule_gives_is_explained() -> None:
    """An ending of a field's codes explains none that is not a field's: `…_unknown`."""
    found = {code for path in MODULES for code in rules_of(ast.parse(path.read_text()))}

    assert {
        "no_place",
        "claim_date_in_future",
        "key_malformed",
        "population_year_malformed",
    } < found
    assert found - REASONS.keys() - codes_of_fields() == set()


def test_every_code_that_is_explained_is_given() -> None:
    code = "".join(path.read_text() for path in MODULES)

    literal = REASONS.keys() - codes_of_fields() - {MADE_OF_UNREADABLE}
    assert [each for each in literal if code.count(f'"{each}"') < BESIDES_THE_TABLE] == []
    assert [each for each in FIELD_REASONS if code.count(f'{each}"') < BESIDES_THE_TABLE] == []


def test_a_code_is_plain_snake_case() -> None:
    for code in REASONS:
        assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", code)
