"""Which org units places have left, and which groups these are to leave."""

from typing import Any

import polars as pl
import pytest

from transforms.changes.answers.left_org_units import left_org_units
from transforms.changes.answers.metadata_changes import with_content

THEIRS, OURS = None, "a name"
SCHEMA = pl.Schema(
    {
        "key": pl.String(), "uid": pl.String(), "name": pl.String(),
        "groups": pl.List(pl.String), "faults": pl.List(pl.String),
    }
)  # fmt: skip
Row = tuple[str, str, str | None, list[str]]


def units(*rows: Row, faults: tuple[str, ...] = ()) -> pl.LazyFrame:
    return pl.LazyFrame([(*row, list(faults)) for row in rows], schema=SCHEMA, orient="row")


def confirmed(*rows: Row) -> pl.LazyFrame:
    return with_content(units(*rows)).select("key", "content", run=pl.lit("one"))


def left(desired: pl.LazyFrame, before: pl.LazyFrame) -> list[tuple[Any, ...]]:
    return left_org_units(desired, before).collect().rows()


def test_the_former_org_unit_leaves_the_groups_that_we_have_put_it_into() -> None:
    now = units(("place", "NewUnit", THEIRS, ["hospital"]))
    before = confirmed(("place", "OldUnit", THEIRS, ["hospital"]))

    assert left(now, before) == [("place", "OldUnit", ["hospital"])]


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (("place", "Unit", THEIRS, ["hospital"]), ("place", "Unit", THEIRS, ["dispensary"])),
        (("place", "Unit", OURS, []), ("place", "Unit", OURS, ["hospital"])),
        (("another", "Unit2", OURS, []), ("gone", "Unit", OURS, ["hospital"])),
    ],
    ids=["the same org unit", "the same of ours", "one of ours that openIMIS has no more"],
)
def test_what_no_place_has_left_is_none(now: Row, before: Row) -> None:
    assert left(units(now), confirmed(before)) == []


def test_a_place_that_is_not_decided_any_more_has_left_its_org_unit() -> None:
    undecided = units(("place", "OwnUid", OURS, ["hospital"]), faults=("place_to_decide",))

    assert left(undecided, confirmed(("place", "Unit", THEIRS, ["hospital"]))) == [
        ("place", "Unit", ["hospital"])
    ]
    assert left(units(), confirmed(("place", "Unit", THEIRS, ["hospital"]))) == [
        ("place", "Unit", ["hospital"])
    ]


def test_a_group_that_another_place_gives_it_stays() -> None:
    before = confirmed(("first", "Unit", THEIRS, ["hospital", "public"]))
    now = units(
        ("first", "NewUnit", THEIRS, ["hospital"]), ("second", "Unit", THEIRS, ["hospital"])
    )

    assert left(now, before) == [("first", "Unit", ["public"])]


def test_without_a_group_there_is_nothing_to_leave() -> None:
    assert left(units(), confirmed(("place", "Unit", THEIRS, []))) == [("place", "Unit", None)]


def test_what_another_release_has_confirmed_without_groups_has_none() -> None:
    before = pl.LazyFrame({"key": ["place"], "content": [' {"uid":"Unit"}'], "run": ["one"]})

    assert left(units(), before) == [("place", "Unit", None)]
