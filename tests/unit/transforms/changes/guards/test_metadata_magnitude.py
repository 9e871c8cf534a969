"""How many org units and options become others is counted, value by value, and judged."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from transforms.changes.answers.metadata_changes import (
    AGAIN,
    CONFIRMED,
    keep_confirmed,
    unconfirmed_rows,
    with_confirmed,
    with_content,
)
from transforms.changes.guards.holding_back import fields_held_back
from transforms.changes.guards.magnitude import Finding, MagnitudeKind
from transforms.changes.guards.magnitude_sentences import sentence
from transforms.changes.guards.metadata_magnitude import (
    judge_metadata,
    measure_metadata,
    vanished_reported,
)
from transforms.changes.guards.permissions import NOTHING, Allow, Permissions
from transforms.model.resources import OPTIONS, ORG_UNITS
from transforms.model.tables.option_sets import PRODUCT, REJECTION_REASON, SERVICE
from transforms.openimis.country import Guards

GUARDS = Guards(metadata_count=10)
TEXT, FLAG = pl.String(), pl.Boolean()
PLACE: dict[str, pl.DataType] = {
    "key": TEXT, "uid": TEXT, "code": TEXT, "name": TEXT, "shortName": TEXT, "openingDate": TEXT,
    "closedDate": TEXT, "parentUid": TEXT, "level": pl.Int32(), "kind": TEXT,
    "groups": pl.List(TEXT), "geometry": TEXT, "in_insuree_program": FLAG, "faults": pl.List(TEXT),
}  # fmt: skip
OPTION: dict[str, pl.DataType] = {
    "key": TEXT, "optionSet": TEXT, "uid": TEXT, "code": TEXT, "name": TEXT,
    "sortOrder": pl.Int32(), "row": TEXT,
}  # fmt: skip
SCHEMA = {ORG_UNITS: PLACE, OPTIONS: OPTION}

Row = dict[str, Any]


def places(count: int, **values: Any) -> list[Row]:
    plain = {
        "parentUid": "district", "level": 5, "groups": ["villages"], "faults": [],
        "openingDate": "2000-01-01", "in_insuree_program": True,
    } | values  # fmt: skip
    return [
        {"key": f"place {n}", "uid": f"uid {n}", "name": f"{n} Village", "shortName": f"{n}"}
        | plain
        for n in range(count)
    ]


def options(option_set: str, count: int, **values: Any) -> list[Row]:
    return [
        {"key": f"{option_set}:{n}", "optionSet": option_set, "code": str(n), "name": f"{n} Name",
         "uid": f"{option_set[:5]}{n}", "row": str(n)} | values
        for n in range(count)
    ]  # fmt: skip


def desired(name: str, rows: Sequence[Row]) -> pl.LazyFrame:
    return with_content(pl.LazyFrame(rows, schema=SCHEMA[name]))


def confirmed(name: str, rows: Sequence[Row]) -> pl.LazyFrame:
    return desired(name, rows).select("key", "content", run=pl.lit("first")).cast(CONFIRMED)


def findings(
    name: str, now: Sequence[Row], before: Sequence[Row], allow: Permissions = NOTHING
) -> list[Finding]:
    wanted, present = desired(name, now), confirmed(name, before)
    paired = with_confirmed(unconfirmed_rows(wanted, present), present)
    return judge_metadata(name, measure_metadata(name, paired, present, wanted), GUARDS, allow)


def reported(found: Sequence[Finding]) -> list[tuple[MagnitudeKind, str, int, int, str]]:
    return [(each.kind, each.name, each.objects, each.of, each.why) for each in found]


def pushed(name: str, now: Sequence[Row], before: Sequence[Row], values: list[str]) -> list[Row]:
    wanted, present = desired(name, now), confirmed(name, before)
    changed = unconfirmed_rows(wanted, present)
    kept = unconfirmed_rows(keep_confirmed(name, changed, present, values), present)
    assert kept.collect_schema() == wanted.collect_schema()
    return kept.sort("key").collect().to_dicts()


@pytest.mark.parametrize(
    ("value", "before", "now"),
    [
        ("parentUid", "district", "another"),
        ("name", "01 Village", "Village 01"),
        ("closedDate", None, "2026-01-01"),
        ("closedDate", "2026-01-01", None),
        ("groups", ["villages", "public"], ["villages", "private"]),
        ("geometry", "[1,2]", "[2,1]"),
    ],
)
def test_places_that_all_become_others_are_held_back_value_by_value(
    value: str, before: Any, now: Any
) -> None:
    found = findings(ORG_UNITS, places(60, **{value: now}), places(60, **{value: before}))

    assert reported(found) == [(MagnitudeKind.CHANGES, value, 60, 60, "")]
    assert fields_held_back(found, ORG_UNITS) == [value]


def test_the_sentence_names_value_count_and_permission() -> None:
    [found] = findings(ORG_UNITS, places(60, parentUid="another"), places(60))

    assert sentence(found).startswith("Parent becomes another for 60 of 60 org_units, more than")
    assert "allow=changes" in sentence(found)


def test_a_few_places_may_move_be_renamed_or_closed() -> None:
    """Ten of sixty are no more than the count; twelve are no more than a fifth."""
    ten = places(10, parentUid="another", name="New", closedDate="2026-01-01")

    assert findings(ORG_UNITS, [*ten, *places(60)[10:]], places(60)) == []
    assert findings(ORG_UNITS, [*places(12, name="New"), *places(60)[12:]], places(60)) == []
    assert findings(ORG_UNITS, [*places(13, name="New"), *places(60)[13:]], places(60)) != []


def test_all_places_of_a_pilot_are_not_closed_without_a_word() -> None:
    usual = Guards()
    wanted = desired(ORG_UNITS, places(11, closedDate="2026-01-01"))
    present = confirmed(ORG_UNITS, places(11))
    paired = with_confirmed(wanted, present)

    found = judge_metadata(
        ORG_UNITS, measure_metadata(ORG_UNITS, paired, present, wanted), usual, NOTHING
    )

    assert fields_held_back(found, ORG_UNITS) == ["closedDate"]


def test_what_dhis2_would_not_see_is_not_counted() -> None:
    """It keeps points, groups and programs of places where openIMIS no longer says them."""
    before = places(60, geometry="[1,2]", groups=["villages", "public"])
    now = places(60, geometry=None, groups=["villages"], in_insuree_program=False)

    assert findings(ORG_UNITS, now, before) == []
    assert findings(ORG_UNITS, places(60, name="x", faults=["key_double"]), places(60)) == []


def test_what_was_empty_and_is_filled_is_told() -> None:
    now = places(60, geometry="[1,2]", groups=["villages", "active"])

    assert reported(findings(ORG_UNITS, now, places(60))) == [
        (MagnitudeKind.FILLS, "geometry", 60, 60, "it was empty before"),
        (MagnitudeKind.FILLS, "groups", 60, 60, "it was empty before"),
    ]


def test_a_first_load_and_a_first_region_are_told() -> None:
    assert reported(findings(ORG_UNITS, places(60), [])) == [
        (MagnitudeKind.CREATES, "", 60, 0, "a first load")
    ]
    assert reported(findings(ORG_UNITS, places(60), places(20))) == [
        (MagnitudeKind.CREATES, "", 40, 20, "data may need them")
    ]


def test_a_permission_lets_changed_places_go_and_no_other_does() -> None:
    moved = places(60, parentUid="another")

    [permitted] = findings(ORG_UNITS, moved, places(60), allow=[Allow.CHANGES])
    [other] = findings(ORG_UNITS, moved, places(60), allow=set(Allow) - {Allow.CHANGES})

    assert permitted.why == "permitted by changes"
    assert other.why == ""


def test_one_list_of_openimis_that_is_renamed_is_held_back_though_it_is_few_of_all_options() -> (
    None
):
    products, services = options(PRODUCT.uid, 20), options(SERVICE.uid, 400)
    renamed = options(PRODUCT.uid, 20, name="another")

    [found] = findings(OPTIONS, [*renamed, *services], [*products, *services])

    assert (found.name, found.objects, found.of) == (PRODUCT.uid, 20, 20)
    assert sentence(found).startswith("Name in Product becomes another for 20 of 20 options")


def test_options_that_openimis_no_longer_has_are_told_and_stay() -> None:
    products, services = options(PRODUCT.uid, 20), options(SERVICE.uid, 400)

    [found] = findings(OPTIONS, services, [*products, *services])

    assert sentence(found) == (
        "openIMIS no longer has 20 of 20 options of Product: DHIS2 keeps them."
    )
    assert fields_held_back([found], OPTIONS) == []


def vanished(gone: int, before: dict[str, int]) -> tuple[list[int], dict[str, int]]:
    """Return what is reported when so many of 60 services are gone, and what the next run knows."""
    wanted = desired(OPTIONS, options(SERVICE.uid, 60)[gone:])
    present = confirmed(OPTIONS, options(SERVICE.uid, 60))
    found = measure_metadata(OPTIONS, with_confirmed(wanted, present), present, wanted)
    much = judge_metadata(OPTIONS, found, GUARDS, NOTHING, before)
    return [each.objects for each in much], vanished_reported(found, much, before)


def test_options_that_are_gone_are_reported_once_and_again_when_as_many_more_are_gone() -> None:
    """More than a fifth of sixty: the 13th, and the 26th after them."""
    reported: dict[int, list[int]] = {}
    told: dict[str, int] = {}
    for night, gone in enumerate((12, 13, 13, 25, 26, 26, 0, 13)):
        reported[night], told = vanished(gone, told)

    assert {night: found for night, found in reported.items() if found} == {
        1: [13], 4: [26], 7: [13],
    }  # fmt: skip


def test_a_fixed_list_that_the_country_no_longer_sends_is_not_said_to_have_vanished() -> None:
    assert findings(OPTIONS, [], options(REJECTION_REASON.uid, 20)) == []


def test_a_value_that_is_held_back_keeps_what_dhis2_has_and_the_rest_goes() -> None:
    before = places(3)
    now = places(4, parentUid="another", level=4)
    now[1] |= {"name": "Renamed"}

    rows = pushed(ORG_UNITS, now, before, ["parentUid"])

    assert [(row["key"], row["name"], row["parentUid"], row["level"]) for row in rows] == [
        ("place 1", "Renamed", "district", 5),
        ("place 3", "3 Village", "another", 4),
    ]


def test_only_the_names_of_the_list_that_is_held_back_stay() -> None:
    before = [*options(PRODUCT.uid, 2), *options(SERVICE.uid, 2)]
    now = [*options(PRODUCT.uid, 3, name="x"), *options(SERVICE.uid, 2, name="y")]

    rows = pushed(OPTIONS, now, before, [PRODUCT.uid])

    assert [(row["key"], row["name"]) for row in rows] == [
        (f"{SERVICE.uid}:0", "y"),
        (f"{SERVICE.uid}:1", "y"),
        (f"{PRODUCT.uid}:2", "x"),
    ]


def test_what_is_in_doubt_or_of_another_release_is_compared_all_the_same() -> None:
    wanted = desired(ORG_UNITS, places(60, parentUid="another"))
    present = confirmed(ORG_UNITS, places(60))
    doubtful = present.with_columns(content=AGAIN + pl.col("content"))
    older = present.with_columns(
        content=pl.concat_str(pl.lit('{"key":"'), "key", pl.lit('","name":"x","former":1}'))
    )

    for each, expected in ((doubtful, ["parentUid"]), (older, ["name"])):
        found = measure_metadata(ORG_UNITS, with_confirmed(wanted, each), each, wanted)
        held = judge_metadata(ORG_UNITS, found, GUARDS, NOTHING)
        assert fields_held_back(held, ORG_UNITS) == expected
