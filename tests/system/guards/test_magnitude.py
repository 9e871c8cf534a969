"""A run that would change very much holds back what it is about, and brings in the rest."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from flows.steps.compare.desired import unmapped_values
from flows.steps.compare.magnitude import (
    findings_of,
    lifted_too_late,
    other_sentences,
    waiting_sentences,
)
from staging.current import read_current
from staging.rejects import GUARD, read_rejects
from tests.support.openimis_sample import sample
from tests.support.sandbox import Sandbox
from tests.support.scheme import Scheme, a_scheme
from tests.system.guards.guarded import GuardedScheme, in_openimis, marry
from transforms.changes.guards.magnitude import MagnitudeKind
from transforms.changes.guards.permissions import NOTHING, Allow
from transforms.model.tables.insuree import SEX
from transforms.openimis.country import Guards

EVE = date(2026, 6, 29)
SIX_ARE_MANY = Guards(
    empty_count=6, change_count=6, delete_count=6, create_count=6, create_share=0.1
)


@pytest.fixture
def strict(scheme: GuardedScheme) -> GuardedScheme:
    """The scheme after two loads, of whose sixty people six are many."""
    scheme.guards = SIX_ARE_MANY
    return scheme


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Scheme]:
    """A scheme of which nothing was loaded."""
    with a_scheme(tmp_path) as scheme:
        scheme.guards = SIX_ARE_MANY
        scheme.allow = NOTHING
        yield scheme


def lose_gender(scheme: Scheme) -> None:
    in_openimis(scheme, 'UPDATE "tblInsuree" SET "Gender" = NULL')


def with_gender(sandbox: Sandbox) -> int:
    return sum(SEX.uid in person["attributes"] for person in sandbox.tracked_entities().values())


def test_a_lost_column_is_held_back_by_its_name_and_everything_else_goes(
    strict: GuardedScheme,
) -> None:
    before = with_gender(strict.sandbox)
    lose_gender(strict)
    in_openimis(
        strict,
        'UPDATE "tblInsuree" SET "DOB" = \'1971-01-01\' WHERE "InsureeID" = '
        '(SELECT MIN("InsureeID") FROM "tblInsuree" WHERE "ValidityTo" IS NULL)',
    )

    strict.bring("third")

    run = strict.job("third").run
    [sentence] = waiting_sentences(run)
    assert sentence.startswith(f"Gender becomes empty for {before} of {before} tracked_entities")
    assert "allow=empties" in sentence
    assert with_gender(strict.sandbox) == before
    [row] = read_rejects(run).filter(stage=GUARD).collect().to_dicts()
    assert (row["resource"], row["id"]) == ("tracked_entities", SEX.key)
    assert row["reason"] == "too_many_empties"


@pytest.mark.large
def test_days_that_another_time_zone_makes_the_day_before_wait_and_everything_else_goes(
    strict: GuardedScheme,
) -> None:
    before = days_of_events(strict.sandbox)
    in_openimis(
        strict,
        """UPDATE "tblClaim" SET "DateFrom" = DATE("DateFrom", '-1 day'),
           "DateTo" = DATE("DateTo", '-1 day'), "DateClaimed" = DATE("DateClaimed", '-1 day')""",
        'UPDATE "tblInsuree" SET "DOB" = \'1971-01-01\' WHERE "InsureeID" = '
        '(SELECT MIN("InsureeID") FROM "tblInsuree" WHERE "ValidityTo" IS NULL)',
    )

    strict.bring("third")

    assert days_of_events(strict.sandbox) == before
    waiting = waiting_sentences(strict.job("third").run)
    assert any("claim_events" in each for each in waiting)
    assert all("allow=changes" in each for each in waiting)
    assert "1971-01-01" in str(strict.sandbox.tracked_entities())


def days_of_events(sandbox: Sandbox) -> dict[str, str]:
    return {uid: event["occurredAt"] for uid, event in sandbox.events().items()}


@pytest.mark.longer
def test_what_was_held_back_is_said_again_every_night_and_posts_nothing(
    strict: GuardedScheme,
) -> None:
    lose_gender(strict)
    strict.bring("third")
    mark = strict.writes()

    strict.bring("fourth")

    assert strict.writes() == mark
    assert waiting_sentences(strict.job("fourth").run) == waiting_sentences(strict.job("third").run)


@pytest.mark.large
def test_with_the_permission_it_goes_and_the_night_after_is_quiet(strict: GuardedScheme) -> None:
    lose_gender(strict)
    strict.bring("third")

    strict.bring("fourth", allow=(Allow.EMPTIES,))
    assert with_gender(strict.sandbox) == 0
    assert [
        "permitted by empties" in each for each in other_sentences(strict.job("fourth").run)
    ] == [True]
    mark = strict.writes()
    strict.bring("fifth")

    assert strict.writes() == mark
    assert findings_of(strict.job("fifth").run) == []


@pytest.mark.longer
def test_a_column_that_comes_back_needs_no_permission(strict: GuardedScheme) -> None:
    before = strict.database.read_bytes()
    lose_gender(strict)
    strict.bring("third")
    strict.database.write_bytes(before)
    mark = strict.writes()

    strict.bring("fourth")

    assert strict.writes() == mark
    assert waiting_sentences(strict.job("fourth").run) == []


@pytest.mark.longer
def test_a_permission_that_comes_after_the_comparison_needs_a_new_run(
    strict: GuardedScheme,
) -> None:
    lose_gender(strict)
    strict.plan("third")
    run = strict.run("third")

    sentence = lifted_too_late(run, (Allow.EMPTIES,))

    assert sentence is not None
    assert "Start a new run with allow=empties" in sentence
    assert lifted_too_late(run, (Allow.DELETES,)) is None


@pytest.mark.longer
def test_a_resource_that_is_gone_from_openimis_stays_and_what_is_new_comes(
    strict: GuardedScheme,
) -> None:
    held = len(strict.sandbox.tracked_entities())
    in_openimis(strict, 'DELETE FROM "tblClaimServices"')
    in_openimis(strict, 'UPDATE "tblInsuree" SET "OtherNames" = \'Another\'')

    strict.bring("third")

    kinds = {(each.resource, each.kind) for each in findings_of(strict.job("third").run)}
    assert ("claim_services", MagnitudeKind.DELETES) in kinds
    assert len(strict.sandbox.tracked_entities()) == held


def test_many_people_that_a_flag_deletes_at_once_stay_until_somebody_permits_it(
    strict: GuardedScheme,
) -> None:
    people = len(strict.sandbox.tracked_entities())
    in_openimis(strict, 'ALTER TABLE "tblInsuree" ADD "IsDeleted" BOOLEAN')
    in_openimis(strict, 'UPDATE "tblInsuree" SET "IsDeleted" = 1 WHERE "InsureeID" > 20')
    in_openimis(strict, 'UPDATE "tblClaim" SET "VisitType" = \'I\' WHERE "ClaimID" % 3 = 0')
    flags = {"not_current": {"tblInsuree": {"IsDeleted": True}}}
    flagged = strict.settings.model_copy(update=flags)

    strict.bring("third", country=flagged)

    run = strict.run("third")
    assert any("tracked_entities" in each for each in waiting_sentences(run))
    assert any("allow=deletes" in each for each in waiting_sentences(run))
    assert len(strict.sandbox.tracked_entities()) == people
    assert any(each.startswith("tblClaim.VisitType is I in ") for each in unmapped_values(run))


@pytest.mark.longer
def test_a_scheme_whose_covers_all_expire_on_one_day_is_told_and_not_stopped(
    empty: Scheme,
) -> None:
    empty.day = EVE
    empty.begin(sample(60, seed=7, level="1.4", as_of=EVE))
    in_openimis(empty, 'UPDATE "tblInsureePolicy" SET "ExpiryDate" = \'2026-06-30\'')
    in_openimis(empty, 'UPDATE "tblPolicy" SET "ExpiryDate" = \'2026-06-30\'')
    empty.bring("before")
    empty.day = date(2026, 7, 1)

    empty.plan("after")

    run = empty.job("after").run
    assert waiting_sentences(run) == []
    assert any("due by date" in each for each in other_sentences(run))


def rename_places(scheme: Scheme) -> None:
    in_openimis(
        scheme, """UPDATE "tblLocations" SET "LocationName" = 'Renamed ' || "LocationId" """
    )


def add_a_region(scheme: Scheme) -> None:
    """Add a region with one district below it."""
    row = """INSERT INTO "tblLocations" ("LocationId", "LocationUUID", "LocationCode",
        "LocationName", "LocationType", "ParentLocationId", "ValidityFrom", "AuditUserId")
        VALUES ({0}, '{1}', 'New{0}', 'Added', '{2}', {3}, '2020-01-01', 1)"""
    region = row.format(9001, "c0ffee01-1a2b-4c3d-8e4f-0123456789ab", "R", "NULL")
    district = row.format(9002, "deadbe02-9f8e-4d7c-8b6a-ba9876543210", "D", 9001)
    in_openimis(scheme, region, district)


def places_called(scheme: Scheme, word: str) -> int:
    units = scheme.sandbox.metadata("organisationUnits").values()
    return sum(word in each["name"] for each in units)


@pytest.mark.large
def test_places_that_are_all_renamed_wait_for_a_permission_and_a_new_region_goes(
    strict: GuardedScheme,
) -> None:
    strict.guards = strict.guards.model_copy(update={"metadata_count": 6})
    rename_places(strict)
    add_a_region(strict)

    strict.bring("third")

    run = strict.run("third")
    [sentence] = waiting_sentences(run)
    assert sentence.startswith("Name becomes another for 24 of 48 org_units")
    assert "allow=changes" in sentence
    assert (places_called(strict, "Renamed"), places_called(strict, "Added")) == (0, 2)
    [row] = read_rejects(run).filter(stage=GUARD).collect().to_dicts()
    assert (row["resource"], row["table"], row["id"]) == (
        "org_units",
        "tblLocations or tblHF",
        "name",
    )
    mark = strict.writes()
    strict.bring("fourth")
    assert strict.writes() == mark
    [again] = waiting_sentences(strict.run("fourth"))
    assert again.startswith("Name becomes another for 24 of 50 org_units")

    strict.bring("fifth", allow=(Allow.CHANGES,))
    assert places_called(strict, "Renamed") > 6
    mark = strict.writes()
    strict.bring("sixth")

    assert strict.writes() == mark
    assert findings_of(strict.run("sixth")) == []


@pytest.mark.large
def test_items_that_openimis_has_no_more_are_told_on_the_night_they_go_and_not_on_every_night(
    scheme: GuardedScheme,
) -> None:
    scheme.guards = Guards(metadata_count=5)
    in_openimis(
        scheme,
        """DELETE FROM "tblItems" WHERE "ItemID" > 1 AND "ItemID" NOT IN
           (SELECT "ItemID" FROM "tblClaimItems" WHERE "ItemID" IS NOT NULL)""",
    )

    scheme.plan("compared")  # nothing of it is posted, so it is told again
    scheme.bring("third")
    marry(scheme, "W")
    scheme.bring("fourth")
    scheme.bring("fifth")

    told = {name: other_sentences(scheme.run(name)) for name in ("compared", "third", "fourth")}
    assert "options of Item: DHIS2 keeps them" in str(told["third"])
    assert told["compared"] == told["third"]
    assert "options of Item" not in str(told["fourth"])
    assert other_sentences(scheme.run("fifth")) == []


def test_the_state_remembers_the_release_and_which_resources_were_loaded_whole(
    scheme: GuardedScheme,
) -> None:
    current = read_current(scheme.target)

    assert current is not None
    assert current.package
    assert len(current.loaded) == 7
