"""What DHIS2 should hold, all of it: made of a snapshot, and of nothing else."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.figures.snapshots import made_of
from tests.support.builders import deleted, history_of, snapshot, uuid
from tests.support.databases.demo import demo_folder
from tests.support.openimis_sample import sample
from transforms.core.errors import CountryError
from transforms.core.fields import Treatment
from transforms.model.chosen_resources import is_of_nobody
from transforms.model.desired import desired
from transforms.model.options import options
from transforms.model.org_units import org_units
from transforms.model.resources import RESOURCE_BY_NAME, RESOURCES, Scope
from transforms.model.selected_columns import selected_for_set_up
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of
from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import Table
from transforms.openimis.tables.columns import TABLES
from transforms.openimis.tables.field_reasons import hint_of
from transforms.openimis.windows import Window

TODAY = dt.date(2023, 6, 30)
KEY = "a key of the ministry that is long enough"
ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
COUNTRY = Country(root=ROOT, contributions=True, funding=True)
DEMO = demo_folder()


def frames(source: Tables, **changes: Any) -> dict[str, pl.DataFrame]:
    asked = {"as_of": TODAY, "country": COUNTRY, "pseudonym_key": KEY, "window": None} | changes
    return {name: frame.collect() for name, frame in desired(register_of(source), **asked).items()}


def a_family_with_a_policy_and_a_claim(**tables: Any) -> dict[str, pl.LazyFrame]:
    rows: dict[str, Any] = {
        "Policy": [{}],
        "InsureePolicy": [{}],
        "Premium": [{}, {"PayType": "F"}],
        "Claim": [{}],
        "ClaimServices": [{}],
        "ClaimItems": [{}],
    }
    return snapshot(**(rows | tables))


def test_every_resource_has_the_columns_that_the_engine_wants():
    found = frames(a_family_with_a_policy_and_a_claim())

    assert list(found) == [resource.name for resource in RESOURCES]
    for resource in RESOURCES:
        schema = found[resource.name].schema
        texts = [
            "key", "parent", "person", "orgUnit", "status", "occurredAt",
            *(field.key for field in resource.fields),
        ]  # fmt: skip
        assert set(schema) == {*texts, "faults", "notes", "in_window"}
        assert {schema[name] for name in texts} == {pl.String()}
        assert schema["faults"] == schema["notes"] == pl.List(pl.String)
        assert schema["in_window"] == pl.Boolean


@pytest.mark.parametrize("source", [a_family_with_a_policy_and_a_claim(), snapshot(Insuree=[])])
def test_faults_and_notes_are_never_null(source: Tables):
    for frame in frames(source).values():
        assert frame["faults"].null_count() == frame["notes"].null_count() == 0
        assert frame["in_window"].null_count() == 0


def test_an_empty_openimis_wants_nothing():
    assert all(frame.is_empty() for frame in frames(snapshot(Insuree=[])).values())


def test_every_child_names_a_parent_that_is_wanted_too():
    found = frames(a_family_with_a_policy_and_a_claim())

    for resource in RESOURCES:
        if resource.parent:
            parents = set(found[resource.parent]["key"])
            assert not found[resource.name].is_empty(), resource.name
            assert set(found[resource.name]["parent"]) <= parents


def test_a_key_begins_with_the_row_that_a_reject_names():
    source = a_family_with_a_policy_and_a_claim()
    found = frames(source)

    for resource in RESOURCES:
        table = TABLES[resource.table]
        name = pl.col(table.uuid or table.key).cast(pl.String)
        rows = source[table.name].select(name).collect().to_series()
        row = found[resource.name]["key"].str.split(":").list.first()
        assert set(row) <= set(rows), resource.name


def test_a_deleted_insuree_is_kept_for_a_claim_without_enrollment_and_policies():
    found = frames(a_family_with_a_policy_and_a_claim(Insuree=[deleted()]))

    assert found["tracked_entities"]["key"].to_list() == [uuid("tblInsuree", 1)]
    assert found["insuree_enrollments"].is_empty()
    assert found["policy_events"].is_empty()
    assert found["claim_enrollments"]["parent"].to_list() == [uuid("tblInsuree", 1)]
    assert found["tracked_entities"]["faults"].to_list() == [[]]


def test_a_deleted_insuree_waits_with_the_only_claim():
    found = frames(
        a_family_with_a_policy_and_a_claim(Insuree=[deleted()], Claim=[{"HFID": 999_999}])
    )

    assert found["claim_enrollments"]["faults"].to_list() == [["claim_facility_unknown"]]
    assert found["tracked_entities"]["faults"].to_list() == [["no_claim_sent"]]


def test_an_insuree_who_is_not_deleted_waits_for_no_claim():
    found = frames(a_family_with_a_policy_and_a_claim(Claim=[{"HFID": 999_999}]))

    assert found["tracked_entities"]["faults"].to_list() == [[]]


def test_what_the_country_drops_is_empty_though_the_snapshot_still_has_it():
    dropped = {"Claim number": Treatment.DROP, "Main diagnosis": Treatment.DROP}

    event = frames(
        a_family_with_a_policy_and_a_claim(), country=Country(root=ROOT, privacy=dropped)
    )["claim_events"].to_dicts()[0]

    assert event["claim_number"] is None
    assert event["main_diagnosis"] is None
    assert event["visit_type"] == "Other"


def test_what_the_country_drops_need_not_be_in_the_snapshot():
    source = a_family_with_a_policy_and_a_claim()
    columns = ("ClaimCode", "VisitType", "ICDID", "ICDID1", "ICDID2", "ICDID3", "ICDID4")

    found = frames(source | {"tblClaim": source["tblClaim"].drop(columns)})["claim_events"]

    assert found["claim_number"].to_list() == [None]
    assert found["faults"].to_list() == [[]]


def test_numbers_do_not_leave_without_a_key_for_their_pseudonyms():
    with pytest.raises(CountryError, match="pseudonym key"):
        desired(
            register_of(a_family_with_a_policy_and_a_claim()),
            as_of=TODAY,
            country=COUNTRY,
            pseudonym_key=None,
            window=None,
        )


# --- the window ---

MAY = Window(dt.date(2023, 5, 1), dt.date(2023, 5, 31))
IN_MAY = dt.datetime.fromisoformat("2023-05-15T12:00")
OF_PERSONS = {resource.name for resource in RESOURCES if not is_of_nobody(resource)}
POLICIES = {resource.name for resource in RESOURCES if Scope.POLICY in resource.scopes}
CLAIMS = {resource.name for resource in RESOURCES if Scope.CLAIM in resource.scopes}
CHANGED = [{"ValidityFrom": IN_MAY}]


@pytest.mark.parametrize(
    ("tables", "touched"),
    [
        pytest.param({}, set(), id="nothing"),
        pytest.param({"Insuree": CHANGED}, OF_PERSONS, id="the insuree"),
        pytest.param({"Policy": CHANGED}, POLICIES, id="the policy"),
        pytest.param(
            {"Policy": [{}, history_of(1, ValidityTo=IN_MAY)]}, POLICIES, id="the policy's history"
        ),
        pytest.param({"Product": CHANGED}, POLICIES, id="the product of a policy"),
        pytest.param({"Premium": CHANGED}, {"contributions"}, id="what was paid for it"),
        pytest.param(
            {"Premium": [{"PayType": "F", "ValidityFrom": IN_MAY}]},
            {"funding"},
            id="what was given for the product",
        ),
        pytest.param({"Claim": CHANGED}, CLAIMS, id="the claim"),
        pytest.param({"Claim": [{"ProcessStamp": IN_MAY}]}, CLAIMS, id="the claim's review"),
        pytest.param({"ClaimItems": CHANGED}, CLAIMS, id="an item of the claim"),
        pytest.param(
            {
                "Claim": [{"RunID": 1, "ClaimStatus": 16}],
                "BatchRun": [{"RunDate": IN_MAY}],
            },
            CLAIMS,
            id="the claim's batch run",
        ),
    ],
)
def test_in_the_window_is_what_belongs_to(tables: Any, touched: set[str]):
    found = frames(a_family_with_a_policy_and_a_claim(**tables), window=MAY)

    assert {name for name, frame in found.items() if frame["in_window"].any()} == touched


def test_a_policy_whose_effective_date_comes_in_the_window_becomes_active_in_it():
    effective = [{"EffectiveDate": dt.date(2023, 5, 20)}]

    events = frames(a_family_with_a_policy_and_a_claim(InsureePolicy=effective), window=MAY)[
        "policy_events"
    ]

    assert dict(events.sort("occurredAt").select("key", "in_window").iter_rows()) == {
        "1:1:1": False,
        "1:2:1": True,
    }


# --- every reason is explained ---


def test_every_reason_has_a_hint():
    broken = a_family_with_a_policy_and_a_claim(
        Policy=[{"PolicyStage": None, "EffectiveDate": dt.date(203, 1, 1)}],
        Claim=[{"HFID": 99, "ClaimStatus": 3, "ICDID": 99, "DateClaimed": None, "DateFrom": None}],
        ClaimServices=[{"ServiceID": 99}],
        ClaimItems=[{"ItemID": 99}],
    )

    codes = {
        code
        for frame in frames(broken).values()
        for column in ("faults", "notes")
        for code in frame[column].explode().drop_nulls()
    }

    assert len(codes) >= 8
    assert all(hint_of(code) for code in codes)


# --- the real demo database ---

needs_demo = pytest.mark.skipif(
    DEMO is None, reason="the openIMIS demo database is not beside the checkout"
)


@pytest.fixture(scope="module")
def demo() -> dict[str, pl.LazyFrame]:
    return {table.name: _as_snapshot(table) for table in TABLES.values()}


def _as_snapshot(table: Table) -> pl.LazyFrame:
    path = (DEMO or Path()) / f"{table.name}.parquet"
    kept = pl.read_parquet(path) if path.exists() else pl.DataFrame()
    stamps = [name for name, dtype in kept.schema.items() if dtype == pl.Datetime("us", "UTC")]
    kept = kept.with_columns(pl.col(name).dt.replace_time_zone(None) for name in stamps)
    return pl.LazyFrame(
        {
            column.name: kept[column.name].cast(column.dtype)
            if column.name in kept.columns
            else pl.Series([None] * len(kept), dtype=column.dtype)
            for column in table.columns
        }
    )


@pytest.mark.demo_database
@needs_demo
def test_every_current_row_of_the_demo_database_is_wanted(demo: dict[str, pl.LazyFrame]):
    found = frames(demo, as_of=dt.date(2024, 6, 1))

    current = {name: _current(demo[name]) for name in ("tblInsuree", "tblClaim")}
    claims = current["tblClaim"].select("ClaimID")
    assert len(found["insuree_enrollments"]) == len(current["tblInsuree"]) == 60
    assert len(found["claim_enrollments"]) == len(claims) == 10
    for resource in ("claim_services", "claim_items"):
        table = RESOURCE_BY_NAME[resource].table
        lines = _current(demo[table]).join(claims, on="ClaimID", how="semi")
        assert len(found[resource]) == len(lines)
    assert _covers(found["policy_events"]) == len(_current(demo["tblInsureePolicy"])) == 60


@pytest.mark.demo_database
@needs_demo
def test_nothing_of_the_demo_database_is_held_back(demo: dict[str, pl.LazyFrame]):
    found = frames(demo, as_of=dt.date(2024, 6, 1))

    assert all(frame["faults"].explode().drop_nulls().is_empty() for frame in found.values())


@pytest.mark.demo_database
@needs_demo
def test_the_claimed_amounts_of_the_demo_database_are_those_of_its_lines(
    demo: dict[str, pl.LazyFrame],
):
    entered = frames(demo, as_of=dt.date(2024, 6, 1))["claim_events"].filter(
        pl.col("claim_status") == "Entered"
    )

    claims = _current(demo["tblClaim"])
    for claim in claims.to_dicts():
        total = Decimal(0)
        for table in ("tblClaimServices", "tblClaimItems"):
            for line in _current(demo[table]).filter(ClaimID=claim["ClaimID"]).to_dicts():
                total += line["QtyProvided"] * line["PriceAsked"]
        event = entered.row(by_predicate=pl.col("parent") == claim["ClaimUUID"], named=True)
        assert Decimal(event["claim_claimed_amount"]) == total


@pytest.mark.demo_database
@needs_demo
def test_the_policies_of_the_demo_database_are_worth_what_openimis_says(
    demo: dict[str, pl.LazyFrame],
):
    events = frames(demo, as_of=dt.date(2024, 6, 1))["policy_events"]

    carried = events.filter(pl.col("policy_status") == "Idle").select(
        pl.col("policy_value").cast(pl.Decimal(18, 2)).sum()
    )
    assert carried.item() == _current(demo["tblPolicy"])["PolicyValue"].sum()


def _current(table: pl.LazyFrame) -> pl.DataFrame:
    return table.filter(pl.col("ValidityTo").is_null()).collect()


def _covers(events: pl.DataFrame) -> int:
    return events["key"].str.split(":").list.first().n_unique()


def test_set_up_makes_the_org_units_and_options_of_a_daily_run_without_reading_people():
    everything = made_of(sample(120, seed=7, level="1.4", as_of=dt.date(2026, 1, 1)))
    columns = selected_for_set_up(COUNTRY)
    read = {
        name: everything[name].select(column.name for column in chosen)
        for name, chosen in columns.items()
    }
    everything_read = register_of(everything)

    assert_frame_equal(options(register_of(read)).collect(), options(everything_read).collect())
    daily = org_units(everything_read, country=COUNTRY).collect()
    at_set_up = org_units(register_of(read), country=COUNTRY, has_people=False).collect()
    assert len(daily) > 20
    assert_frame_equal(at_set_up.drop("in_insuree_program"), daily.drop("in_insuree_program"))
