"""The lab: a small population, its program indicators, and what four DHIS2 servers answered."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from tests.figures.tracker import Tracker, tracker

FOLDER = Path(__file__).parents[1] / "recorded/contract" / "analytics_lab"
VERSIONS = ("2.40", "2.41", "2.42", "2.43")

Answers = dict[str, dict[tuple[str, str], float] | str]
"""Code to period and org unit key to figure; or the error that the server gave."""


@cache
def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def program_indicators() -> dict[str, dict[str, Any]]:
    """Return code, as the answers have it, to program indicator."""
    codes = {_code(name): name for name in _read("answers-2.42")["answers"]}
    return {codes[each["code"]]: each for each in _read("indicators")["programIndicators"]}


def _code(name: str) -> str:
    return "LAB_" + name.upper().replace("-", "_")


def indicators() -> dict[str, dict[str, Any]]:
    """Return name to indicator."""
    return {
        "indicator:" + each["name"].removeprefix("LAB ind "): each
        for each in _read("indicators")["indicators"]
    }


def factors() -> dict[str, float]:
    """Return UID of indicator type to its factor."""
    return {each["id"]: each["factor"] for each in _read("indicators")["indicatorTypes"]}


def answers(version: str) -> Answers:
    """Return what a server answered."""
    return {code: _answer(found) for code, found in _read(f"answers-{version}")["answers"].items()}


def _answer(found: dict[str, Any]) -> dict[tuple[str, str], float] | str:
    if "error" in found:
        return str(found["error"])
    return {
        (period, unit): value for period, units in found.items() for unit, value in units.items()
    }


def unit_keys() -> dict[str, str]:
    """Return UID of org unit to its key in the answers."""
    return {
        each["id"]: each["code"].removeprefix("LAB_")
        for each in _read("metadata")["organisationUnits"]
    }


def population_figures() -> pl.DataFrame:
    """Return the aggregate values: dataElement, period (a year), orgUnit, value."""
    bodies = [step["body"] or {} for step in _read("population")["steps"]]
    rows = [each for body in bodies for each in body.get("dataValues", [])]
    return pl.DataFrame(rows).with_columns(pl.col("value").cast(pl.Float64))


def population() -> Tracker:
    """Return what the lab's servers held."""
    bodies = [step["body"] or {} for step in _read("population")["steps"]]
    people = {
        each["trackedEntity"]: each for body in bodies for each in body.get("trackedEntities", [])
    }
    enrollments = {
        each["enrollment"]: each for body in bodies for each in body.get("enrollments", [])
    }
    events = [each for body in bodies for each in body.get("events", [])]
    metadata = _read("metadata")
    units = {each["id"]: each.get("parent", {}).get("id") for each in metadata["organisationUnits"]}
    objects = [
        *metadata["package"]["trackedEntityAttributes"],
        *metadata["package"]["dataElements"],
    ]
    types = {each["id"]: each["valueType"] for each in objects}
    return tracker(
        _people(
            people, enrollments, [e["id"] for e in metadata["package"]["trackedEntityAttributes"]]
        ),
        pl.DataFrame([_enrollment(each) for each in enrollments.values()]),
        _events(events, [each["id"] for each in metadata["package"]["dataElements"]]),
        parents=units,
        value_types=types,
    )


def _people(people: dict[str, Any], enrollments: dict[str, Any], names: list[str]) -> pl.DataFrame:
    rows = {
        uid: {"person": uid, "orgUnit": each["orgUnit"]} | _attributes(each)
        for uid, each in people.items()
    }
    for each in enrollments.values():
        rows[each["trackedEntity"]] |= _attributes(each)
    return _frame(list(rows.values()), ["person", "orgUnit", *names])


def _attributes(each: dict[str, Any]) -> dict[str, str]:
    return {value["attribute"]: value["value"] for value in each["attributes"]}


def _enrollment(each: dict[str, Any]) -> dict[str, str]:
    names = ("enrollment", "program", "orgUnit", "enrolledAt", "status")
    return {"person": each["trackedEntity"]} | {name: each[name] for name in names}


def _events(events: list[dict[str, Any]], names: list[str]) -> pl.DataFrame:
    own = ("event", "enrollment", "orgUnit", "occurredAt")
    rows = [
        {name: each[name] for name in own}
        | {"stage": each["programStage"]}
        | {value["dataElement"]: value["value"] for value in each["dataValues"]}
        for each in events
    ]
    return _frame(rows, [*own, "stage", *names])


def _frame(rows: list[dict[str, str]], names: list[str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
