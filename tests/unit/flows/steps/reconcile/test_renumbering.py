"""Rows that openIMIS has numbered anew are found again by what they say and what they are of."""

from typing import Any

import polars as pl
import pytest

from flows.steps.reconcile.renumbering import CarryOver, refuse_strangers
from tests.laws.world import desired_frame
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.changes.reconciliation.renumbering import renumber_partition
from transforms.core.errors import GuardError
from transforms.model.resources import CLAIM_ITEMS, POLICY_EVENTS
from transforms.model.tables.claim import CLAIMED_ITEM
from transforms.model.tables.policy import POLICY_ID
from transforms.openimis.country import Guards

QUANTITY = next(field.key for field in CLAIM_ITEMS.fields if field.name == "Item quantity")
CLAIM, OTHER = "aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"


def line(number: str, item: str = "PARA", parent: str = CLAIM, **more: Any) -> dict[str, Any]:
    plain = {"key": number, "parent": parent, "person": parent, "orgUnit": "Village1234"}
    dated = {"status": "COMPLETED", "occurredAt": "2024-01-01", CLAIMED_ITEM.key: item}
    return plain | dated | more


def held(row: dict[str, Any], uid: str, state: str = "held") -> dict[str, Any]:
    return row | {"uid": uid, "generation": 0, "state": state}


def keys(
    known: list[dict[str, Any]], wanted: list[dict[str, Any]], resource: Any = CLAIM_ITEMS
) -> dict[str, str]:
    """Return UID → key under the new numbers."""
    before = pl.LazyFrame(known, schema=acknowledged_schema(resource))
    done = renumber_partition(resource, before, desired_frame(resource, wanted), 2)
    assert set(done.rows["generation"]) == {2}
    return dict(done.rows.select("uid", "key").iter_rows())


def test_a_line_is_found_again_in_its_own_claim_whatever_number_it_has_now():
    known = [held(line("1"), "ItemOne"), held(line("2", parent=OTHER), "ItemTwo")]

    assert keys(known, [line("2"), line("1", parent=OTHER)]) == {"ItemOne": "2", "ItemTwo": "1"}


def test_equal_lines_of_a_claim_are_found_again_in_order_of_their_numbers():
    known = [held(line("9"), "Second"), held(line("8"), "First")]

    assert keys(known, [line("101"), line("100")]) == {"First": "100", "Second": "101"}


def test_lines_of_one_item_are_told_apart_by_all_that_they_say_before_their_order():
    known = [
        held(line("1", **{QUANTITY: "5"}), "Five"),
        held(line("2", **{QUANTITY: "7"}), "Seven"),
    ]

    found = keys(known, [line("11", **{QUANTITY: "7"}), line("12", **{QUANTITY: "5"})])

    assert found == {"Five": "12", "Seven": "11"}


def test_a_line_that_was_corrected_meanwhile_is_found_again_by_its_item():
    known = [held(line("1", "PARA"), "Para"), held(line("2", "IBU"), "Ibu")]
    wanted = [line("12", "PARA", occurredAt="2024-02-02"), line("11", "IBU")]

    assert keys(known, wanted) == {"Para": "12", "Ibu": "11"}


def test_what_is_not_found_again_and_what_was_deleted_gets_a_key_that_no_row_has():
    known = [held(line("1", "PARA"), "Gone"), held(line("2", "IBU"), "Deleted", "deleted")]

    assert keys(known, [line("1", "IBU")]) == {"Gone": "former-2:1", "Deleted": "former-2:2"}


def test_all_events_of_a_policy_go_with_its_row():
    def event(key: str, day: str, policy: str = "P1") -> dict[str, Any]:
        return line(key, occurredAt=day) | {POLICY_ID.key: policy}

    known = [
        held(event("7:Idle:1", "2024-01-01"), "Idle"),
        held(event("7:Active:1", "2024-01-02"), "Active"),
        held(event("8:Idle:1", "2024-01-01", "P2"), "Other"),
    ]
    wanted = [event("8:Idle:1", "2024-01-01"), event("7:Idle:1", "2024-01-01", "P2")]

    found = keys(known, wanted, POLICY_EVENTS)
    assert found == {"Idle": "8:Idle:1", "Active": "8:Active:1", "Other": "7:Idle:1"}


def test_what_a_wrong_run_has_renumbered_is_mended_by_the_right_one():
    known = [held(line("former-2:1"), "One")]

    assert keys(known, [line("31")]) == {"One": "31"}


def test_of_another_openimis_so_little_is_found_again_that_nothing_is_changed():
    refuse_strangers(
        {"claim_items": CarryOver(rows_in_dhis2=100, rows_found_again=90)}, "plan", Guards()
    )

    with pytest.raises(GuardError, match=r"only 3 were found .* Nothing was changed"):
        refuse_strangers(
            {"claim_items": CarryOver(rows_in_dhis2=100, rows_found_again=3)}, "plan", Guards()
        )
