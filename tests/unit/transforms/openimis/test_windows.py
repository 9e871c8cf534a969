"""The date window: which rows left a trace in it."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support.builders import deleted, history_of, register
from transforms.core.errors import GuardError
from transforms.openimis.windows import Window, keys_in_window, mark_window, people_in_window

MAY = Window(dt.date(2023, 5, 1), dt.date(2023, 5, 31))
BEFORE, WITHIN, AFTER = "2023-04-30T23:59", "2023-05-31T23:59", "2023-06-01T00:00"


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def found(*changes: dict[str, Any], window: Window | None = MAY) -> list[int]:
    claims = register(Claim=changes).claims
    return sorted(keys_in_window(claims, window, "submit_stamp").collect()["claim_id"])


@pytest.mark.parametrize(
    ("at", "is_found"),
    [(BEFORE, False), ("2023-05-01T00:00", True), (WITHIN, True), (AFTER, False)],
)
def test_a_row_created_or_changed_on_a_day_of_the_window_is_found(at: str, is_found: bool):
    assert found({"ValidityFrom": moment(at)}) == ([1] if is_found else [])


def test_a_row_deleted_in_the_window_is_found():
    assert found(deleted(ValidityTo=moment(WITHIN))) == [1]


def test_a_row_of_which_a_version_was_kept_in_the_window_is_found_though_it_did_not_move():
    assert found({}, {}, history_of(2, ValidityTo=moment(WITHIN))) == [2]


def test_a_row_that_was_stamped_in_the_window_is_found():
    assert found({"SubmitStamp": moment(WITHIN)}) == [1]


def test_an_open_window_has_no_end():
    ends = {"ValidityFrom": moment("1753-01-01")}, {"ValidityFrom": moment("9999-12-31")}

    assert found(*ends, window=Window()) == [1, 2]
    assert found(*ends, window=Window(changed_from=MAY.changed_from)) == [2]
    assert found(*ends, window=Window(changed_to=MAY.changed_to)) == [1]


def test_a_person_is_touched_when_the_family_is():
    moved = {"ValidityFrom": moment(WITHIN)}
    source = register(
        Families=[{}, moved, history_of(2, FamilyID=9)],
        Insuree=[{"FamilyID": 1}, {"FamilyID": 2}, {"FamilyID": 9}, {"FamilyID": 1} | moved],
    )

    assert sorted(people_in_window(source, MAY).collect()["insuree_id"]) == [2, 3, 4]


def marks(window: Window | None) -> list[bool]:
    frame = pl.LazyFrame(
        {
            "ClaimID": [1, 2, 3, None],
            "InsureeID": [1, 2, 3, 4],
            "day": [None, None, dt.date(2023, 5, 9), None],
        },
        schema_overrides={"ClaimID": pl.Int64, "InsureeID": pl.Int64},
    )
    claims = pl.LazyFrame({"ClaimID": [1]})
    people = pl.LazyFrame({"InsureeID": [2]})
    traces = [("ClaimID", claims), ("InsureeID", people)]
    return mark_window(frame, window, traces, "day").collect()["in_window"].to_list()


def test_a_row_is_in_the_window_when_it_or_a_row_joined_to_it_or_its_day_is():
    assert marks(MAY) == [True, True, True, False]


def test_without_a_window_everything_is_in_it():
    assert marks(None) == [True, True, True, True]


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(GuardError, match=r"changed_from \(2026-02-01\) is after .* Nothing was po"):
        Window(dt.date(2026, 2, 1), dt.date(2026, 1, 1))

    Window(dt.date(2026, 1, 1), dt.date(2026, 1, 1))
