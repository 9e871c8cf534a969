"""A small country for the tests of set-up: its file, its places and its options."""

from typing import Any

import polars as pl

from flows.steps.set_up.plan_and_write import SetUp
from transforms.model.chosen_resources import sets_not_asked
from transforms.model.options import options
from transforms.openimis.country import Country, country_of
from transforms.openimis.register import register_of
from transforms.openimis.tables.columns import TABLES

ROOT = "CountryRoot"

PLACE_COLUMNS = {
    "key": pl.String,
    "uid": pl.String,
    "code": pl.String,
    "name": pl.String,
    "shortName": pl.String,
    "openingDate": pl.String,
    "closedDate": pl.String,
    "parentUid": pl.String,
    "level": pl.Int32,
    "kind": pl.String,
    "groups": pl.List(pl.String),
    "geometry": pl.String,
    "in_insuree_program": pl.Boolean,
    "in_claim_program": pl.Boolean,
    "in_population_set": pl.Boolean,
    "faults": pl.List(pl.String),
}

REGION, DISTRICT, WARD = "UMRPiQP7N4v", "TMRPiQP7N4v", "TMRPiQP8N4v"
VILLAGE, HOSPITAL, DISPENSARY = "TMRPiQT7N4v", "WMRPiQP7N4v", "XMRPiQP7N4v"


def a_country(**changes: Any) -> Country:
    root = {"uid": ROOT, "name": "Country", "short_name": "Country"}
    return country_of({"root": root} | changes, "country.toml")


def place(uid: str, parent: str, level: int, group: str, **changes: Any) -> dict[str, Any]:
    is_facility = group in {HOSPITAL, DISPENSARY}
    row = {
        "key": f"uuid-{uid}",
        "uid": uid,
        "code": f"uuid-{uid}",
        "name": f"{uid} name",
        "shortName": uid,
        "openingDate": "2000-01-01",
        "closedDate": None,
        "parentUid": parent,
        "level": level,
        "kind": "V",
        "groups": [group],
        "geometry": None,
        "in_insuree_program": group == VILLAGE,
        "in_claim_program": is_facility,
        "in_population_set": group == DISTRICT,
        "faults": [],
    }
    return row | changes


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=PLACE_COLUMNS)


def places(**changes: dict[str, Any]) -> pl.DataFrame:
    """One region down to two villages and a hospital; `changes` are of the place of that UID."""
    rows = (
        place("RegionOneAA", ROOT, 2, REGION),
        place("DistrictOne", "RegionOneAA", 3, DISTRICT),
        place("WardOneAAAA", "DistrictOne", 4, WARD),
        place("HospitalOne", "DistrictOne", 4, HOSPITAL,
              geometry='{"type":"Point","coordinates":[36.8,-1.3]}'),
        place("VillageOneA", "WardOneAAAA", 5, VILLAGE),
        place("VillageTwoA", "WardOneAAAA", 5, VILLAGE),
    )  # fmt: skip
    return frame(*(row | changes.get(row["uid"], {}) for row in rows))


def choices(country: Country | None = None, **rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The options of an openIMIS that has these rows, table by table."""
    empty = {
        name: pl.LazyFrame(schema={column.name: column.dtype for column in table.columns})
        for name, table in TABLES.items()
    }
    filled = {
        name: pl.LazyFrame(
            some, schema={column.name: column.dtype for column in TABLES[name].columns}
        )
        for name, some in rows.items()
    }
    without = sets_not_asked(country or a_country())
    return options(register_of(empty | filled), without=without).collect()


GENDERS = [
    {"Code": "M", "Gender": "Male", "SortOrder": 1},
    {"Code": "F", "Gender": "Female", "SortOrder": 2},
]


def changed_nothing(done: SetUp) -> bool:
    """Whether DHIS2 was as it must be."""
    pushes = [push for push in (done.options, done.org_units) if push is not None]
    sent = sum(push.posted + push.references for push in pushes)
    return done.plan.is_empty and not done.grants and not sent
