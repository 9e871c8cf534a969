"""Which changed org units and options a run pushes."""

import polars as pl
import pytest

from transforms.changes.sending.metadata_selection import (
    is_chosen,
    needed_options,
    needed_org_units,
)
from transforms.model.resources import OPTIONS, ORG_UNITS, RESOURCES, TRACKED_ENTITIES, Scope
from transforms.model.tables.insuree import INSUREE_FIELDS

PLACES = pl.LazyFrame({"uid": ["root", "district", "village", "other"],
                       "parentUid": [None, "root", "district", "district"]})  # fmt: skip
CODED = next(field for field in INSUREE_FIELDS if field.option_set)


def changes(org_unit: str, code: str | None = None) -> dict[str, pl.LazyFrame]:
    """Return one new person, and no other change."""
    nothing = {
        each.name: pl.LazyFrame(
            schema={"change": pl.String, "orgUnit": pl.String}
            | {field.key: pl.String for field in each.fields}
        )
        for each in RESOURCES
    }
    person = {"change": "create", "orgUnit": org_unit, CODED.key: code}
    rows = pl.LazyFrame([person], schema=nothing[TRACKED_ENTITIES.name].collect_schema())
    return nothing | {TRACKED_ENTITIES.name: rows}


@pytest.mark.parametrize(
    ("name", "scopes", "chosen"),
    [
        (ORG_UNITS, [Scope.ALL], True),
        (ORG_UNITS, [Scope.ORGUNIT], True),
        (ORG_UNITS, [Scope.OPTIONSET, Scope.CLAIM], False),
        (OPTIONS, [Scope.OPTIONSET], True),
        (OPTIONS, [Scope.ORGUNIT], False),
    ],
)
def test_a_scope_chooses_its_own(name: str, scopes: list[Scope], chosen: bool) -> None:
    assert is_chosen(name, scopes) is chosen


def test_other_scopes_take_the_org_units_of_their_changes_and_all_above() -> None:
    found = needed_org_units(PLACES, changes("village"), PLACES)

    assert found.collect()["uid"].to_list() == ["root", "district", "village"]


def test_other_scopes_take_the_options_that_their_changes_use() -> None:
    assert CODED.option_set is not None
    own, other = f"{CODED.option_set.uid}:A", f"{CODED.option_set.uid}:B"

    found = needed_options(pl.LazyFrame({"key": [own, other]}), changes("village", "A"))

    assert found.collect()["key"].to_list() == [own]
