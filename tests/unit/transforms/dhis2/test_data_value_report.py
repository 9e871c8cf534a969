"""The import report of data values, value by value."""

from typing import Any

import pytest

from transforms.dhis2.data_value_report import data_value_report, judge_values
from transforms.dhis2.import_report import Sent
from transforms.model.resources import TrackerType

VALUES = [Sent(TrackerType.DATA_VALUE, uid) for uid in ("one", "two", "three")]


def answer(
    conflicts: list[tuple[str, list[int]]] | None = None,
    rejected: tuple[int, ...] = (),
    **counts: int,
) -> dict[str, Any]:
    named = [{"errorCode": code, "indexes": at} for code, at in conflicts or ()]
    report = {"importCount": counts, "conflicts": named, "rejectedIndexes": list(rejected)}
    return {"response": report}


def verdict(status: int, body: Any, strategy: Any = "CREATE_AND_UPDATE") -> Any:
    report = data_value_report(status, body, len(VALUES))
    assert report is not None
    return judge_values(VALUES, strategy, report)


def test_all_are_in_dhis2_where_the_counts_add_up() -> None:
    found = verdict(200, answer(imported=1, updated=1, ignored=1))

    assert (found.accepted, found.refused) == (tuple(VALUES), ())


def test_what_is_not_counted_is_not_believed() -> None:
    assert verdict(200, answer(imported=2)) is None


def test_until_2_42_what_is_not_named_is_written() -> None:
    found = verdict(409, answer([("E7640", [1])], imported=2, ignored=1))

    assert [each.uid for each in found.accepted] == ["one", "three"]
    assert [(each.uid, each.codes) for each in found.refused] == [("two", ("E7640",))]


@pytest.mark.parametrize("named", [[1], [0, 1, 2]])
def test_on_2_43_a_report_that_wrote_nothing_tells_of_no_value(named: list[int]) -> None:
    assert verdict(409, answer([("E8022", named)])) is None


def test_a_value_that_was_deleted_before_is_absent() -> None:
    found = verdict(200, answer(rejected=(1,), ignored=1, deleted=2), "DELETE")

    assert found.accepted == tuple(VALUES)
    assert [each.uid for each in found.absent] == ["two"]


def test_deleted_values_are_not_absent() -> None:
    assert verdict(200, answer(deleted=3), "DELETE").absent == ()


def test_an_answer_without_counts_is_no_report() -> None:
    assert data_value_report(500, {"message": "no"}, 3) is None
