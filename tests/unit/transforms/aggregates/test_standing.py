"""What of the data values stands as DHIS2 has it, and what becomes zero."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from transforms.aggregates.standing import Rules, sent_before, with_standing
from transforms.changes.objects.schemas import (
    UNKNOWN,
    State,
    acknowledged_schema,
    desired_schema,
)
from transforms.model.resources import DATA_VALUES

RULES = Rules(
    open=frozenset({"202512"}),
    computed=frozenset({"202511", "202512"}),
    elements=frozenset({"claims"}),
    org_units=frozenset({"clinic"}),
    withheld=frozenset(),
)


def key(period: str = "202512", element: str = "claims", unit: str = "clinic") -> str:
    return f"uuid:{element}:{period}:{unit}:female"


def desired(*values: tuple[str, str]) -> pl.LazyFrame:
    rows: list[dict[str, Any]] = [
        {"key": name, "person": "uuid:1", "orgUnit": name.split(":")[3], "figure_value": value}
        for name, value in values
    ]
    return pl.LazyFrame(rows, schema=desired_schema(DATA_VALUES))


def acknowledged(*values: tuple[str, str], state: State = State.HELD) -> pl.LazyFrame:
    rows: list[dict[str, Any]] = [
        {
            "key": name,
            "person": "uuid:1",
            "orgUnit": name.split(":")[3],
            "figure_value": value,
            "state": state.value,
        }
        for name, value in values
    ]
    return pl.LazyFrame(rows, schema=acknowledged_schema(DATA_VALUES))


def standing(
    now: pl.LazyFrame,
    before: pl.LazyFrame,
    rules: Rules = RULES,
    elsewhere: pl.LazyFrame | None = None,
    unfinished: Sequence[str] = (),
) -> dict[str, str | None]:
    """Key to value of a partition; `elsewhere` is what DHIS2 has confirmed of another one."""
    whole = before if elsewhere is None else pl.concat([before, elsewhere])
    sent = sent_before(whole, unfinished)
    frame = with_standing(now, before, rules, sent).collect()
    return dict(frame.select("key", "figure_value").iter_rows())


def test_what_was_computed_is_sent() -> None:
    assert standing(desired((key(), "3")), acknowledged()) == {key(): "3"}


def test_a_value_that_openimis_has_no_more_becomes_zero() -> None:
    assert standing(desired(), acknowledged((key(), "3"))) == {key(): "0"}


def test_what_is_deleted_in_dhis2_does_not_become_zero() -> None:
    assert standing(desired(), acknowledged((key(), "3"), state=State.DELETED)) == {}


def test_a_closed_period_stands() -> None:
    old = key("202511")

    assert standing(desired((old, "5")), acknowledged((old, "3"))) == {old: "3"}


def test_a_period_is_closed_for_places_of_all_partitions() -> None:
    here, there = key("202511"), key("202511", unit="hospital")
    now, elsewhere = desired((here, "5")), acknowledged((there, "3"))

    assert standing(now, acknowledged(), elsewhere=elsewhere) == {}


def test_what_did_not_arrive_of_a_closed_period_is_sent_and_the_rest_of_it_stands() -> None:
    here, there = key("202511"), key("202511", unit="hospital")

    found = standing(
        desired((here, "5"), (there, "7")),
        acknowledged((there, "3")),
        unfinished=["202511:claims"],
    )

    assert found == {here: "5", there: "3"}


def test_what_was_taken_back_of_a_closed_period_is_sent_again() -> None:
    old = key("202511")

    assert standing(desired((old, "5")), acknowledged((old, "3"), state=State.DELETED)) == {
        old: "5"
    }


def test_what_a_closed_period_never_had_of_a_figure_is_sent() -> None:
    old = key("202511")

    assert standing(desired((old, "5")), acknowledged()) == {old: "5"}
    others = acknowledged((key("202511", "insured"), "3"))
    assert standing(desired((old, "5")), others)[old] == "5"


def test_a_closed_period_is_sent_again_where_that_is_permitted() -> None:
    old = key("202511")

    found = standing(desired((old, "5")), acknowledged((old, "3")), RULES.restating())
    assert found == {old: "5"}


def test_what_is_unknown_of_a_closed_period_is_sent_again() -> None:
    old = key("202511")

    assert standing(desired((old, "5")), acknowledged((old, UNKNOWN))) == {old: "5"}


def test_a_small_cell_another_figure_and_another_org_unit_are_deleted() -> None:
    before = acknowledged((key(), "3"), (key(unit="other"), "3"), (key(element="old"), "3"))
    withheld = replace(RULES, withheld=frozenset({key()}))

    assert standing(desired(), before, withheld) == {}


def test_rules_are_written_down_and_read_again() -> None:
    assert Rules.of_frame(RULES.as_frame()) == RULES
