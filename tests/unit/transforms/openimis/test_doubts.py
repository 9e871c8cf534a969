"""What becomes of a row of openIMIS of which a value cannot be read, and of what hangs on it."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support.builders import deleted, history_of, snapshot, uuid
from transforms.changes.delta.deltas import Delta, delta
from transforms.changes.objects.schemas import acknowledged_schema, value_columns
from transforms.model.desired import desired, desired_metadata
from transforms.model.held_back import undeletable_rows
from transforms.model.resources import OPTIONS, ORG_UNITS, RESOURCES
from transforms.openimis.country import Country, Root
from transforms.openimis.reach import doubts_of
from transforms.openimis.register import Register, register_of
from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import UNREADABLE
from transforms.openimis.tables.columns import TABLES
from transforms.openimis.tables.field_reasons import hint_of, unreadable_reason

pytestmark = pytest.mark.longer

TODAY = dt.date(2023, 6, 30)
COUNTRY = Country(
    root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"), contributions=True, funding=True
)
KEY = "a key of the ministry that is long enough"
PERSON, CLAIM = uuid("tblInsuree", 1), uuid("tblClaim", 1)


def a_scheme(**tables: Any) -> Tables:
    """One person, or those that are said, with a cover, a claim and its lines."""
    usual: dict[str, Any] = {
        "Policy": [{}], "InsureePolicy": [{}], "Claim": [{}],
        "ClaimServices": [{}], "ClaimItems": [{}],
        "Premium": [{"PayerID": 1}, {"PayType": "F", "PayerID": 1}], "Payer": [{"PayerType": "D"}],
        "Product": [{"LocationId": 2}],
    }  # fmt: skip
    return snapshot(**(usual | tables))


def unread(source: Tables, table: str, column: str, *numbers: int) -> Tables:
    """Let a value of some rows of a table be one that cannot be read."""
    chosen = (pl.int_range(pl.len()) + 1).is_in(numbers or (1,))
    marked = source[table].with_columns(
        pl.when(~chosen).then(pl.col(column)).alias(column),
        pl.when(chosen).then(pl.lit(column)).alias(UNREADABLE),
    )
    return {**source, table: marked}


def wanted(register: Register) -> dict[str, pl.LazyFrame]:
    return desired(register, as_of=TODAY, country=COUNTRY, pseudonym_key=KEY, window=None)


def what_is_posted(before: Tables, now: Tables) -> dict[str, Delta]:
    """Compare a scheme as it is now with one that was loaded as it was before."""
    known, register = wanted(register_of(before)), register_of(now)
    frames, kept = wanted(register), undeletable_rows(register.doubts)
    deltas: dict[str, Delta] = {}
    loaded: dict[str, pl.DataFrame] = {}
    for resource in RESOURCES:
        nothing = pl.LazyFrame(schema=acknowledged_schema(resource))
        first = delta(resource, known[resource.name], nothing, above=None)
        loaded[resource.name] = first.changes
        held = first.changes.lazy().select(
            "key", "uid", "generation", "parent", "person", "orgUnit", "status", "occurredAt",
            *value_columns(resource, nothing), state=pl.lit("held"), owner="orgUnit",
            parentUid=_parents(loaded, resource.parent, first.changes), run=pl.lit("first"),
        )  # fmt: skip
        deltas[resource.name] = delta(
            resource,
            frames[resource.name],
            held,
            above=deltas.get(resource.parent or ""),
            undeletable=kept.filter(resource=resource.name)["row"],
        )
    return deltas


def _parents(
    loaded: dict[str, pl.DataFrame], parent: str | None, changes: pl.DataFrame
) -> pl.Series:
    if parent is None:
        return pl.Series("parentUid", [None] * len(changes), dtype=pl.String)
    uids = dict(loaded[parent].select("key", "uid").iter_rows())
    return pl.Series("parentUid", [uids[key] for key in changes["parent"]], dtype=pl.String)


def posted(deltas: dict[str, Delta]) -> dict[str, list[str]]:
    return {
        name: found.changes["key"].to_list()
        for name, found in deltas.items()
        if not found.changes.is_empty()
    }


def reasons(deltas: dict[str, Delta]) -> dict[str, set[str]]:
    return {
        name: {code for codes in found.rejects["reasons"] for code in codes}
        for name, found in deltas.items()
        if not found.rejects.is_empty()
    }


@pytest.mark.parametrize("column", ["ValidityTo", "LegacyID", "InsureeID", "InsureeUUID"])
@pytest.mark.parametrize("row", [{}, deleted()], ids=["current", "deleted"])
def test_a_person_whose_row_may_be_anything_is_neither_updated_nor_deleted(column, row):
    before = a_scheme()
    now = unread(a_scheme(Insuree=[row | {"DOB": dt.date(1950, 1, 1)}]), "tblInsuree", column)

    assert posted(what_is_posted(before, now)) == {}


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("tblClaim", "ValidityTo"),
        ("tblClaim", "ClaimID"),
        ("tblClaim", "ClaimUUID"),
        ("tblClaimItems", "ValidityTo"),
        ("tblClaimItems", "ClaimItemID"),
        ("tblInsureePolicy", "ValidityTo"),
        ("tblInsureePolicy", "InsureePolicyID"),
        ("tblPolicy", "ValidityTo"),
        ("tblPolicy", "PolicyStatus"),
        ("tblFamilies", "ValidityTo"),
        ("tblLocations", "LocationType"),
        ("tblHF", "LocationId"),
        ("tblPremium", "ValidityTo"),
        ("tblPremium", "PremiumUUID"),
        ("tblPremium", "PolicyID"),
        ("tblPremium", "PayType"),
        ("tblPremium", "Amount"),
        ("tblPayer", "PayerType"),
        ("tblProduct", "LocationId"),
        ("tblFamilies", "InsureeID"),
    ],
)
def test_what_hangs_on_a_row_that_cannot_be_told_stays_as_it_is(table, column):
    assert posted(what_is_posted(a_scheme(), unread(a_scheme(), table, column))) == {}


def test_a_history_row_that_cannot_be_dated_is_not_taken_for_a_second_current_one():
    rows = [{}, history_of(1, ClaimStatus=2)]
    before = a_scheme(Claim=rows)

    deltas = what_is_posted(before, unread(a_scheme(Claim=rows), "tblClaim", "ValidityTo", 2))

    assert posted(deltas) == {}


def test_a_birth_date_that_cannot_be_read_is_a_fault_of_that_person_alone():
    people = [{}, {"DOB": dt.date(2001, 1, 1)}]
    now = unread(a_scheme(Insuree=people), "tblInsuree", "DOB", 2)
    before = a_scheme(Insuree=[{}])

    deltas = what_is_posted(before, now)

    assert posted(deltas) == {}
    assert deltas["tracked_entities"].rejects["key"].to_list() == [uuid("tblInsuree", 2)]
    assert reasons(deltas)["tracked_entities"] == {"dob_unreadable"}


def test_a_person_who_cannot_be_read_is_held_back_and_the_claims_of_before_go_on():
    now = unread(a_scheme(Claim=[{"VisitType": "E"}, {}]), "tblInsuree", "DOB")

    deltas = what_is_posted(a_scheme(), now)

    assert set(posted(deltas)["claim_enrollments"]) == {uuid("tblClaim", 2)}
    assert f"{CLAIM}:2" in posted(deltas)["claim_events"]


def test_the_row_itself_is_named_by_table_and_uuid_and_by_the_columns_of_it():
    now = unread(unread(a_scheme(), "tblClaim", "DateFrom"), "tblInsureePolicy", "ExpiryDate")

    assert doubts_of(now).unreadable.sort("table").rows() == [
        ("tblClaim", CLAIM, ["date_from_unreadable"]),
        ("tblInsureePolicy", "1", ["expiry_date_unreadable"]),
    ]


def test_a_value_of_an_earlier_version_that_nothing_is_made_of_holds_nobody_back():
    rows = [{}, history_of(1)]
    doubts = doubts_of(unread(a_scheme(Insuree=rows), "tblInsuree", "DOB", 2))

    assert doubts.unreadable.is_empty()
    assert undeletable_rows(doubts).is_empty()


def test_a_cover_whose_date_cannot_be_read_holds_back_what_counts_the_persons_covers():
    covers = [{}, {"PolicyId": 2}]
    scheme = a_scheme(Policy=[{}, {}], InsureePolicy=covers)
    now = unread(scheme, "tblInsureePolicy", "EffectiveDate", 2)

    events = wanted(register_of(now))["policy_events"].collect()

    assert set(events.filter(pl.col("key").str.starts_with("2:"))["faults"].explode()) >= {
        "effective_date_unreadable"
    }
    assert set(events.filter(pl.col("key").str.starts_with("1:"))["faults"].explode()) == {
        "source_row_unreadable"
    }


@pytest.mark.parametrize("number", [1, 2])
def test_an_insuree_policy_waits_for_a_date_of_any_of_its_rows(number: int):
    scheme = a_scheme(InsureePolicy=[{}, {}])
    now = unread(scheme, "tblInsureePolicy", "EffectiveDate", number)

    assert posted(what_is_posted(scheme, now)) == {}
    events = wanted(register_of(now))["policy_events"].collect()
    assert all(events["faults"].list.len() > 0)


def test_an_org_unit_whose_name_cannot_be_read_keeps_its_name_and_what_lies_there_goes_on():
    register = register_of(unread(a_scheme(), "tblLocations", "LocationName", 4))

    units = desired_metadata(register, COUNTRY, None)[ORG_UNITS].collect()
    faults = dict(units.select("key", "faults").iter_rows())

    assert faults.pop(uuid("tblLocations", 4)) == ["location_name_unreadable"]
    assert set(map(tuple, faults.values())) == {()}
    people = wanted(register)["tracked_entities"].collect()
    assert people["faults"].to_list() == [[]]


def test_an_option_whose_name_cannot_be_read_is_not_renamed():
    source = unread(a_scheme(), "tblICDCodes", "ICDName")

    options = desired_metadata(register_of(source), COUNTRY, None)[OPTIONS].collect()

    assert "A00" not in options["code"].to_list()


def test_every_column_has_a_reason_of_its_own_with_a_hint():
    names = {column.name for table in TABLES.values() for column in table.columns}

    assert len({unreadable_reason(name) for name in names}) >= len(names) - 5
    assert unreadable_reason("ValidityTo") == "validity_to_unreadable"
    assert unreadable_reason("CHFID") == "chfid_unreadable"
    assert all("cannot be read" in hint_of(unreadable_reason(name)) for name in names)


@pytest.mark.parametrize(
    ("table", "column", "held_back"),
    [
        ("tblPremium", "Amount", {"contributions"}),
        ("tblInsuree", "CurrentVillage", {"contributions"}),
        ("tblPolicy", "FamilyID", {"contributions", "funding"}),
        ("tblPayer", "PayerType", {"contributions", "funding"}),
        ("tblProduct", "LocationId", {"contributions", "funding"}),
        ("tblClaim", "DateFrom", set()),
    ],
)
def test_a_payment_waits_for_what_it_is_made_of(table: str, column: str, held_back: set[str]):
    frames = wanted(register_of(unread(a_scheme(), table, column)))

    payments = {name: frames[name].collect()["faults"] for name in ("contributions", "funding")}
    assert {name for name, faults in payments.items() if faults.list.len().sum()} == held_back
