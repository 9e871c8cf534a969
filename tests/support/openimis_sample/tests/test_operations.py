"""Each change of openIMIS leaves the traces that it leaves in real life, and no others."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.openimis_sample import OPERATIONS, next_day, schema
from tests.support.openimis_sample.database import OpenImis
from tests.support.openimis_sample.next_day import candidates
from tests.support.openimis_sample.operations import Live, Operation
from tests.support.openimis_sample.tests.conftest import AS_OF
from tests.support.openimis_sample.tests.contents import Contents, changes, new_rows, stored

TODAY = AS_OF + timedelta(days=1)
NOW = datetime.combine(TODAY, time(10, 30, 0, 123000))
STAMP = "2024-07-01 10:30:00.123000"

LINES = {"tblClaimItems", "tblClaimServices"}
VERSION = {"tblClaim": {"+"}, "tblClaimItems": {"+"}, "tblClaimServices": {"+"}}
"""History rows of a claim and its lines."""

COVER_DATES = {"tblInsureePolicy": {"ExpiryDate"}}

WRITES: dict[str, dict[str, set[str]]] = {
    "update_renewals": {"tblPolicy": {"PolicyStatus"}},
    "create_claim": VERSION,
    "reject_claim": {
        "tblClaim": {"+", "ClaimStatus", "RejectionReason"},
        "tblClaimItems": {"+", "ClaimItemStatus", "RejectionReason"},
        "tblClaimServices": {"+", "ClaimServiceStatus", "RejectionReason"},
    },
    "select_claim_for_review": VERSION | {"tblClaim": {"+", "ReviewStatus"}},
    "undo_batch_run": {"tblBatchRun": {"-"}, "tblClaim": {"ClaimStatus", "RunID", "Remunerated"}},
    "delete_claim": VERSION | {"tblClaim": {"+", "ValidityFrom", "ValidityTo"}},
    "change_number": {"tblInsuree": {"+", "CHFID", "ValidityFrom"}},
    "swap_numbers": {"tblInsuree": {"+", "CHFID", "ValidityFrom"}},
    "take_own_village": {"tblInsuree": {"+", "CurrentVillage", "ValidityFrom"}},
    "set_head": {"tblFamilies": {"+", "InsureeID"}, "tblInsuree": {"+", "IsHead"}},
    "move_insuree": {"tblInsuree": {"+", "FamilyID", "Relationship"}},
    "remove_from_family": {"tblInsuree": {"+", "FamilyID"}},
    "cancel_insuree_policies": COVER_DATES,
    "mark_dead": COVER_DATES | {"tblInsuree": {"status", "status_date", "StatusReason"}},
    "mark_inactive": COVER_DATES | {"tblInsuree": {"status", "StatusReason"}},
    "delete_insuree": {
        "tblInsuree": {"+", "ValidityFrom", "ValidityTo"},
        "tblInsureePolicy": {"+", "ValidityFrom", "ValidityTo"},
    },
    "new_insuree": {"tblInsuree": {"+"}},
    "new_family": {"tblFamilies": {"+"}, "tblInsuree": {"+"}},
    "update_family": {"tblFamilies": {"+", "Poverty", "FamilyType", "ValidityFrom"}},
    "move_family": {"tblFamilies": {"+", "LocationId", "ValidityFrom"}},
    "delete_family_keeping_members": {
        "tblFamilies": {"+", "ValidityFrom", "ValidityTo"},
        "tblInsuree": {"+", "FamilyID", "IsHead"},
    },
    "suspend_policy": {"tblPolicy": {"+", "PolicyStatus"}},
    "reactivate_policy": {"tblPolicy": {"+", "PolicyStatus"}},
    "approve_policy": {"tblPolicy": {"+", "PolicyStatus"}},
    "update_policy": {
        "tblPolicy": {"+", "PolicyValue", "ExpiryDate", "ValidityFrom"},
        "tblInsureePolicy": {"+", "ExpiryDate"},
    },
    "change_policy_product": {"tblPolicy": {"+", "ProdID", "ValidityFrom"}},
    "renew_policy": {"tblPolicy": {"+"}, "tblInsureePolicy": {"+"}},
    "new_policy": {"tblPolicy": {"+"}, "tblInsureePolicy": {"+"}},
    "delete_policy": {
        "tblPolicy": {"+", "ValidityFrom", "ValidityTo"},
        "tblInsureePolicy": {"+", "ValidityFrom", "ValidityTo"},
    },
    "move_location": {"tblLocations": {"+", "ParentLocationId"}},
    "new_location": {"tblLocations": {"+"}},
    "delete_location_with_new_parent": {"tblLocations": {"ValidityTo", "ParentLocationId"}},
    "delete_location_tree": {"tblLocations": {"ValidityTo"}},
    "move_facility": {"tblHF": {"+", "LocationId", "ValidityFrom"}},
    "delete_facility": {"tblHF": {"ValidityTo"}},
    "update_item": {"tblItems": {"+", "ItemPrice", "ItemName", "ValidityFrom"}},
    "new_item": {"tblItems": {"+"}},
    "update_service": {"tblServices": {"+", "ServPrice", "ValidityFrom"}},
    "delete_missing_item": {"tblItems": {"ValidityTo"}},
    "delete_missing_diagnosis": {"tblICDCodes": {"ValidityTo"}},
    "rename_product": {"tblProduct": {"+", "ProductName", "ValidityFrom"}},
    "recode_product": {"tblProduct": {"+", "ProductCode", "ValidityFrom"}},
}
"""All that these operations write: columns of rows there were; `+` new, `-` removed rows."""


class Done:
    """An operation that was done to one row, and the database before and after it."""

    def __init__(self, connection: sqlite3.Connection, name: str, key: int | None = None) -> None:
        self.operation: Operation = OPERATIONS[name]
        self.imis = OpenImis(connection, seed=11)
        fitting = candidates(self.imis, self.operation, TODAY)
        assert fitting, "the sample has no row that it may happen to"
        self.key = self.imis.chance.choice(fitting) if key is None else key
        self.before = stored(connection, self.imis.level)
        self.operation.apply(self.imis, self.key, NOW)
        self.after = stored(connection, self.imis.level)

    @property
    def written(self) -> dict[str, set[str]]:
        return changes(self.before, self.after)

    def row(self, table: str | None = None, key: int | None = None) -> dict[str, Any]:
        return self.after[table or self.operation.table][self.key if key is None else key]

    def was(self, table: str | None = None, key: int | None = None) -> dict[str, Any]:
        return self.before[table or self.operation.table][self.key if key is None else key]

    def new(self, table: str) -> list[dict[str, Any]]:
        return new_rows(self.before, self.after, table)

    def versions(self, table: str, key: int) -> list[dict[str, Any]]:
        return [row for row in self.new(table) if row["LegacyID"] == key]


@pytest.fixture(scope="session")
def once(sqlite_file: Path, level: str) -> Callable[[str], Done]:
    """Does an operation to one row of a fresh copy, once for all tests that look at it."""

    @cache
    def do(name: str) -> Done:
        if level not in OPERATIONS[name].levels:
            pytest.skip(f"The columns of level {level} do not allow it.")
        with closing(sqlite3.connect(":memory:")) as copy:
            with closing(sqlite3.connect(sqlite_file)) as source:
                source.backup(copy)
            return Done(copy, name)

    return do


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_change_writes_the_history_rows_and_validity_that_it_writes_in_openimis(
    once: Callable[[str], Done], name: str
) -> None:
    done = once(name)
    table, operation = done.operation.table, done.operation
    key = schema.key(table)

    versions = done.versions(table, done.key) if operation.live is not Live.REMOVED else []

    assert len(versions) == operation.history
    for version in versions:
        assert version["ValidityTo"][:16] == STAMP[:16]
        assert version["ValidityFrom"] == done.was()["ValidityFrom"] or name == "swap_numbers"
        assert version[key] != done.key
    _check_live(done)


@pytest.mark.parametrize("name", WRITES)
def test_a_change_writes_nothing_else(once: Callable[[str], Done], name: str) -> None:
    done = once(name)

    written, expected = done.written, WRITES[name]

    assert written.keys() <= expected.keys()
    for table, columns in written.items():
        assert columns <= expected[table], table
    assert done.operation.table not in expected or done.operation.table in written


def test_every_change_of_the_table_is_described_by_a_sentence() -> None:
    for name, operation in OPERATIONS.items():
        assert operation.apply.__doc__, name


def test_a_submitted_claim_has_a_version_with_copies_of_all_its_lines(
    once: Callable[[str], Done],
) -> None:
    done = once("submit_claim")

    (version,) = done.versions("tblClaim", done.key)

    assert (version["ClaimStatus"], version["SubmitStamp"]) == (2, None)
    assert (done.row()["ClaimStatus"], done.row()["SubmitStamp"]) == (4, STAMP)
    for table in LINES:
        lines = [row for row in done.before[table].values() if row["ClaimID"] == done.key]
        copies = done.new(table)
        assert {row["ClaimID"] for row in copies} <= {version["ClaimID"]}
        assert {row["LegacyID"] for row in copies} == {row[schema.key(table)] for row in lines}


def test_a_rejected_claim_has_no_stamp_at_all(once: Callable[[str], Done]) -> None:
    done = once("reject_claim")

    assert done.row()["ClaimStatus"] == 1
    assert done.row()["SubmitStamp"] is None
    assert done.row()["ProcessStamp"] is None


def test_a_review_leaves_the_lines_validity_alone(once: Callable[[str], Done]) -> None:
    done = once("review_claim")

    assert done.row()["ReviewStatus"] == 8
    assert done.row()["ValidityFromReview"] == STAMP
    for table in LINES & done.written.keys():
        assert not done.written[table] & {"ValidityFrom", "ValidityTo"}


def test_a_processed_claim_is_valuated_or_waits_for_the_batch_run(
    once: Callable[[str], Done],
) -> None:
    done = once("process_claim")

    assert done.row()["ProcessStamp"] == STAMP
    assert done.row()["ClaimStatus"] == (8 if done.key % 3 == 0 else 16)
    assert (done.row()["DateProcessed"] is None) == (done.row()["ClaimStatus"] == 16)


def test_a_batch_run_changes_claims_without_history(openimis: sqlite3.Connection) -> None:
    openimis.execute("UPDATE tblClaim SET ClaimStatus = 8, RunID = NULL WHERE ClaimStatus = 16")

    done = Done(openimis, "run_batch")

    (run,) = done.new("tblBatchRun")
    assert done.written["tblClaim"] == {"ClaimStatus", "RunID", "Valuated", "Remunerated"}
    valued = [row for row in done.after["tblClaim"].values() if row["RunID"] == run["RunID"]]
    assert valued
    assert all(row["ClaimStatus"] == 16 for row in valued)


def test_an_undone_batch_run_is_gone_and_its_claims_are_processed_again(
    once: Callable[[str], Done],
) -> None:
    done = once("undo_batch_run")

    claims = [
        key
        for key, row in done.before["tblClaim"].items()
        if row["RunID"] == done.key and row["ValidityTo"] is None
    ]
    assert done.key not in done.after["tblBatchRun"]
    assert claims
    for key in claims:
        row = done.row("tblClaim", key)
        assert (row["ClaimStatus"], row["RunID"], row["Remunerated"]) == (8, None, None)


def test_an_updated_claim_has_new_lines_and_its_old_ones_ended_without_being_versions(
    once: Callable[[str], Done],
) -> None:
    done = once("update_claim")

    for table in LINES:
        for key, row in done.before[table].items():
            if row["ClaimID"] == done.key and row["ValidityTo"] is None:
                assert done.row(table, key)["ValidityTo"] == STAMP
                assert done.row(table, key)["LegacyID"] is None
        (line,) = [row for row in done.new(table) if row["ClaimID"] == done.key]
        assert (line["ValidityFrom"], line["ValidityTo"]) == (STAMP, None)


def test_a_deleted_claim_leaves_its_lines_alone(once: Callable[[str], Done]) -> None:
    done = once("delete_claim")

    for table in LINES & done.written.keys():
        assert done.written[table] == {"+"}


def test_an_updated_insuree_has_two_identical_versions(once: Callable[[str], Done]) -> None:
    done = once("update_insuree")

    first, second = done.versions("tblInsuree", done.key)

    differing = {name for name in first if first[name] != second[name]}
    assert differing == {"InsureeID", "InsureeUUID"}
    assert done.row()["Profession"] is None


def test_swapped_numbers_are_swapped(once: Callable[[str], Done]) -> None:
    done = once("swap_numbers")

    changed = [
        key for key, row in done.before["tblInsuree"].items() if done.row("tblInsuree", key) != row
    ]
    one, other = changed
    assert done.row(key=one)["CHFID"] == done.was(key=other)["CHFID"]
    assert done.row(key=other)["CHFID"] == done.was(key=one)["CHFID"]


def test_a_new_head_is_head_of_both_pointers(once: Callable[[str], Done]) -> None:
    done = once("set_head")
    family = done.was()["FamilyID"]
    old = done.was("tblFamilies", family)["InsureeID"]

    assert done.row("tblFamilies", family)["InsureeID"] == done.key
    assert done.row()["IsHead"] == 1
    assert done.row("tblInsuree", old)["IsHead"] == 0
    assert len(done.versions("tblFamilies", family)) == 1
    assert len(done.versions("tblInsuree", old)) == 1


def test_a_deleted_insurees_covers_are_deleted_likewise(once: Callable[[str], Done]) -> None:
    done = once("delete_insuree")

    for key, row in done.before["tblInsureePolicy"].items():
        if row["InsureeID"] == done.key and row["ValidityTo"] is None:
            cover = done.row("tblInsureePolicy", key)
            assert cover["ValidityFrom"] == cover["ValidityTo"] == STAMP
            assert len(done.versions("tblInsureePolicy", key)) == 1


def test_a_paid_policy_is_active_and_its_covers_change_without_trace(
    once: Callable[[str], Done],
) -> None:
    done = once("pay_premium")

    assert done.row()["PolicyStatus"] == 2
    assert done.row()["EffectiveDate"] >= TODAY.isoformat()
    assert len(done.new("tblPremium")) == 1
    assert done.written["tblInsureePolicy"] == {"EffectiveDate"}


def test_the_nightly_update_expires_every_policy_past_its_date_suspended_ones_too(
    openimis: sqlite3.Connection,
) -> None:
    openimis.execute("UPDATE tblPolicy SET PolicyStatus = 4 WHERE PolicyStatus = 2")

    done = Done(openimis, "update_renewals")

    for row in done.after["tblPolicy"].values():
        if (
            row["ValidityTo"] is None
            and row["ExpiryDate"]
            and row["ExpiryDate"] < TODAY.isoformat()
        ):
            assert row["PolicyStatus"] == 8


def test_a_renewal_covers_every_member(once: Callable[[str], Done]) -> None:
    done = once("renew_policy")

    (policy,) = done.new("tblPolicy")
    members = {
        key
        for key, row in done.before["tblInsuree"].items()
        if row["FamilyID"] == done.was()["FamilyID"] and row["ValidityTo"] is None
    }
    assert (policy["PolicyStage"], policy["PolicyStatus"]) == ("R", 1)
    assert {row["InsureeID"] for row in done.new("tblInsureePolicy")} == members


def test_an_updated_location_loses_the_population_that_was_not_sent(
    once: Callable[[str], Done],
) -> None:
    done = once("update_location")

    assert not done.new("tblLocations")
    assert done.row()["LocationName"].startswith("New ")
    assert done.row()["MalePopulation"] is None


def test_a_deleted_tree_takes_its_history_along(openimis: sqlite3.Connection) -> None:
    ward, old = openimis.execute(
        "SELECT w.LocationId, v.LocationId FROM tblLocations w JOIN tblLocations v"
        " ON v.ParentLocationId = w.LocationId WHERE w.LocationType = 'W' AND w.ValidityTo IS NULL"
    ).fetchone()
    openimis.execute(
        "UPDATE tblLocations SET ValidityTo = '2023-01-01 00:00:00.000000' WHERE LocationId = ?",
        [old],
    )

    done = Done(openimis, "delete_location_tree", ward)

    below = [
        key for key, row in done.before["tblLocations"].items() if row["ParentLocationId"] == ward
    ]
    assert old in below
    assert {done.row(key=key)["ValidityTo"] for key in below} == {STAMP}


def test_the_heirs_of_a_deleted_location_show_no_trace(once: Callable[[str], Done]) -> None:
    done = once("delete_location_with_new_parent")

    for key, row in done.before["tblLocations"].items():
        if row["ParentLocationId"] == done.key:
            now = done.row(key=key)
            assert now["ParentLocationId"] != done.key
            assert now["ValidityFrom"] == row["ValidityFrom"]


def test_a_facility_loses_what_the_form_did_not_send(once: Callable[[str], Done]) -> None:
    done = once("update_facility")

    assert done.row()["HFAddress"] is None
    assert done.row()["ValidityFrom"] == STAMP


def test_a_day_brings_every_kind_of_change(openimis: sqlite3.Connection, level: str) -> None:
    done = next_day(openimis, day=TODAY, seed=1)

    allowed = {name for name, operation in OPERATIONS.items() if level in operation.levels}
    assert done.keys() == allowed
    assert [name for name, times in done.items() if not times] == []


def test_days_may_follow_each_other(openimis: sqlite3.Connection, level: str) -> None:
    before = stored(openimis, level)

    for days in range(1, 6):
        next_day(openimis, day=AS_OF + timedelta(days=days), seed=1)

    after = stored(openimis, level)
    assert _current(after, "tblInsuree") > 0.8 * _current(before, "tblInsuree")
    assert _current(after, "tblClaim") > 0.8 * _current(before, "tblClaim")


def test_the_same_day_and_seed_bring_the_same_changes(
    openimis: sqlite3.Connection, level: str, tables: dict[str, Any], tmp_path: Any
) -> None:
    with closing(sqlite3.connect(":memory:")) as again:
        openimis.backup(again)

        for connection in (openimis, again):
            next_day(connection, day=date(2024, 7, 2), seed=5)

        assert stored(openimis, level) == stored(again, level)


def _check_live(done: Done) -> None:
    live = done.operation.live
    if live is Live.REMOVED:
        assert done.key not in done.after[done.operation.table]
        return
    row, was = done.row(), done.was()
    begins = row["ValidityFrom"][:16] == STAMP[:16]
    ends = row["ValidityTo"] is not None
    assert begins == (live in {Live.FROM_NOW, Live.DELETED})
    assert ends == (live in {Live.ENDED, Live.DELETED})
    assert row["LegacyID"] == was["LegacyID"]
    if not begins:
        assert row["ValidityFrom"] == was["ValidityFrom"]


def _current(contents: Contents, table: str) -> int:
    return sum(row["ValidityTo"] is None for row in contents[table].values())
