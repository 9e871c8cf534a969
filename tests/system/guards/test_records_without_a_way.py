"""One record that the way to DHIS2 does not let through is a reject, and stops nobody else."""

import sqlite3
from contextlib import closing
from typing import Any

import polars as pl
import pytest

from staging.rejects import read_rejects
from tests.support.cases import one_by_default
from tests.support.scheme.comparisons import assert_acknowledged_is_held, settle_what_is_in_doubt
from tests.system.guards.guarded import GuardedScheme, in_openimis, marry
from transforms.core.errors import TransientError

BUNDLES = {"path": r"^/api/tracker\?", "method": "POST"}
PAGE = b"<html>Request blocked by the web application firewall</html>"
HTML = {"content-type": "text/html"}
THE_CLAIM = """(SELECT MIN("ClaimID") FROM "tblClaim" WHERE "ValidityTo" IS NULL)"""
WAYS: dict[str, dict[str, Any]] = {
    "a firewall that answers 403": {"status": 403, "body": PAGE, "headers": HTML},
    "a firewall that answers 405": {"status": 405, "body": PAGE, "headers": HTML},
    "a proxy that answers 504": {"status": 504},
    "a connection that is reset": {"drop": "before"},
}
DONE_ALL_THE_SAME: dict[str, dict[str, Any]] = {
    "a proxy that answers 504": {"status": 504, "commit": True},
    "a connection that is reset": {"drop": "after"},
}


def name_the_claim(scheme: GuardedScheme, number: str) -> None:
    in_openimis(
        scheme, f"""UPDATE "tblClaim" SET "ClaimCode" = '{number}' WHERE "ClaimID" = {THE_CLAIM}"""
    )


def rejected(scheme: GuardedScheme, run_id: str) -> list[tuple[str, str, str]]:
    """Return reason, table and UUID of what was refused on the way."""
    rows = read_rejects(scheme.job(run_id).run)
    of_the_way = rows.filter(pl.col("reason").is_in(["no_answer", "blocked_on_the_way"]))
    return of_the_way.select("reason", "table", "id").unique().collect().rows()


def number_of_the_claim(scheme: GuardedScheme) -> str:
    with closing(sqlite3.connect(scheme.database)) as database:
        found = database.execute(
            f"""SELECT "ClaimUUID" FROM "tblClaim" WHERE "ClaimID" = {THE_CLAIM}"""
        )
        return str(found.fetchone()[0]).lower()


@pytest.mark.longer
@pytest.mark.parametrize("way", one_by_default(WAYS))
def test_one_claim_that_does_not_get_through_stops_no_night_and_is_named(
    scheme: GuardedScheme, way: str
) -> None:
    name_the_claim(scheme, "POISON-1")
    scheme.sandbox.cues.add(**BUNDLES, holds="POISON-1", **WAYS[way])

    for night, status in enumerate("WDS"):
        marry(scheme, status)
        scheme.bring(f"night-{night}")

        ((reason, table, uuid),) = rejected(scheme, f"night-{night}")
        assert reason == ("blocked_on_the_way" if "firewall" in way else "no_answer")
        assert (table, uuid.lower()) == ("tblClaim", number_of_the_claim(scheme))
        assert scheme.current.last_run == f"night-{night}"
        assert scheme.current.open_run is None
    name_the_claim(scheme, "FINE-1")
    scheme.bring("corrected")

    assert rejected(scheme, "corrected") == []
    assert "FINE-1" in str(scheme.sandbox.events())
    settle_what_is_in_doubt(scheme)
    assert_acknowledged_is_held(scheme)


@pytest.mark.longer
@pytest.mark.parametrize("way", one_by_default(DONE_ALL_THE_SAME))
def test_what_dhis2_did_without_an_answer_is_unknown_and_made_good(
    scheme: GuardedScheme, way: str
) -> None:
    name_the_claim(scheme, "POISON-1")
    scheme.sandbox.cues.add(**BUNDLES, holds="POISON-1", **DONE_ALL_THE_SAME[way])
    scheme.bring("night-1")
    has_it = "POISON-1" in str(scheme.sandbox.events())
    name_the_claim(scheme, "BEFORE-1")

    scheme.bring("night-2")

    assert has_it
    assert "POISON-1" not in str(scheme.sandbox.events())
    settle_what_is_in_doubt(scheme)
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_claim_without_an_answer_that_openimis_deletes_leaves_nothing_in_dhis2(
    scheme: GuardedScheme,
) -> None:
    scheme.back_to(scheme.before_first)
    name_the_claim(scheme, "POISON-1")
    scheme.sandbox.cues.add(**BUNDLES, holds="POISON-1", status=504, commit=True)
    scheme.bring("night-1")
    has_it = "POISON-1" in str(scheme.sandbox.events())
    in_openimis(
        scheme,
        """UPDATE "tblClaim" SET "ValidityTo" = '2026-01-01' WHERE "ClaimCode" = 'POISON-1'""",
    )

    scheme.bring("night-2")

    assert has_it
    assert "POISON-1" not in str(scheme.sandbox.events())
    settle_what_is_in_doubt(scheme)
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_line_without_an_answer_that_openimis_deletes_leaves_nothing_in_dhis2(
    scheme: GuardedScheme,
) -> None:
    """Its claim stays, so nothing but its own deletion takes it away."""
    line = """WHERE "ClaimItemID" = (SELECT MAX("ClaimItemID") FROM "tblClaimItems"
        WHERE "ValidityTo" IS NULL)"""
    scheme.back_to(scheme.before_first)
    in_openimis(scheme, f"""UPDATE "tblClaimItems" SET "QtyProvided" = 4711.25 {line}""")
    scheme.sandbox.cues.add(**BUNDLES, holds="4711.25", status=504, commit=True)
    scheme.bring("night-1")
    has_it = "4711.25" in str(scheme.sandbox.events())
    in_openimis(scheme, f"""UPDATE "tblClaimItems" SET "ValidityTo" = '2026-01-01' {line}""")

    scheme.bring("night-2")

    assert has_it
    assert "4711.25" not in str(scheme.sandbox.events())
    settle_what_is_in_doubt(scheme)
    assert_acknowledged_is_held(scheme)


METADATA = {"path": r"^/api/metadata\?", "method": "POST"}
THE_VILLAGE = """(SELECT MIN("LocationId") FROM "tblLocations"
    WHERE "ValidityTo" IS NULL AND "LocationType" = 'V')"""
THE_ITEM = """(SELECT MIN("ItemID") FROM "tblItems" WHERE "ValidityTo" IS NULL)"""
ON_THE_WAY = {**WAYS, "a proxy that takes nothing so large": {"status": 413}}


def name_the_village(scheme: GuardedScheme, name: str) -> None:
    in_openimis(
        scheme,
        f"""UPDATE "tblLocations" SET "LocationName" = '{name}'
            WHERE "LocationId" = {THE_VILLAGE}""",
    )


def names_in_dhis2(scheme: GuardedScheme, kind: str) -> list[str]:
    return [str(each["name"]) for each in scheme.sandbox.metadata(kind).values()]


@pytest.mark.large
@pytest.mark.parametrize("way", one_by_default(ON_THE_WAY))
def test_one_village_whose_name_does_not_get_through_stops_no_night_and_is_named(
    scheme: GuardedScheme, way: str
) -> None:
    name_the_village(scheme, "POISON-V")
    scheme.sandbox.cues.add(**METADATA, holds="POISON-V", **ON_THE_WAY[way])

    for night, status in enumerate("WDS"):
        marry(scheme, status)
        scheme.bring(f"night-{night}")

        ((reason, table, _),) = rejected(scheme, f"night-{night}")
        is_answered = "firewall" in way or "large" in way
        assert reason == ("blocked_on_the_way" if is_answered else "no_answer")
        assert table == "tblLocations or tblHF"
        assert scheme.current.last_run == f"night-{night}"
        assert_acknowledged_is_held(scheme)
    name_the_village(scheme, "FINE-V")
    scheme.bring("corrected")

    assert rejected(scheme, "corrected") == []
    assert any(name.endswith("FINE-V") for name in names_in_dhis2(scheme, "organisationUnits"))


@pytest.mark.large
@pytest.mark.parametrize("way", one_by_default(ON_THE_WAY))
def test_one_option_that_does_not_get_through_stops_no_night_and_is_named(
    scheme: GuardedScheme, way: str
) -> None:
    in_openimis(
        scheme, f"""UPDATE "tblItems" SET "ItemName" = 'POISON-I' WHERE "ItemID" = {THE_ITEM}"""
    )
    scheme.sandbox.cues.add(**METADATA, holds="POISON-I", **ON_THE_WAY[way])

    for night, status in enumerate("WD"):
        marry(scheme, status)
        scheme.bring(f"night-{night}")

        ((_, table, _),) = rejected(scheme, f"night-{night}")
        assert table == "tblItems"
        assert scheme.current.last_run == f"night-{night}"
        assert_acknowledged_is_held(scheme)
    scheme.sandbox.cues.clear()
    scheme.bring("mended")

    assert rejected(scheme, "mended") == []
    assert any("POISON-I" in name for name in names_in_dhis2(scheme, "options"))


@pytest.mark.large
def test_the_name_of_a_village_that_arrives_after_it_was_corrected_is_set_right(
    scheme: GuardedScheme,
) -> None:
    """openIMIS says again what DHIS2 had confirmed, so only the doubt makes a run look."""
    name_the_village(scheme, "BEFORE-V")
    scheme.bring("night-1")
    [uid] = [
        uid
        for uid, each in scheme.sandbox.metadata("organisationUnits").items()
        if each["name"].endswith("BEFORE-V")
    ]
    name_the_village(scheme, "POISON-V")
    scheme.sandbox.cues.add(**METADATA, holds="POISON-V", status=504)
    scheme.bring("night-2")
    name_the_village(scheme, "BEFORE-V")
    scheme.bring("night-3")

    village = scheme.sandbox.state.metadata["organisationUnits"][uid]
    village["name"] = village["name"].replace("BEFORE-V", "POISON-V")  # it arrives
    scheme.bring("night-4")

    assert scheme.sandbox.metadata("organisationUnits")[uid]["name"].endswith("BEFORE-V")
    requests = len(scheme.written())
    scheme.bring("night-5")
    assert scheme.written()[requests:] == []


@pytest.mark.large
def test_a_change_of_owner_that_does_not_get_through_stops_no_night(scheme: GuardedScheme) -> None:
    scheme.next_day(seed=2)
    cue = scheme.sandbox.cues.add(path="/api/tracker/ownership.*trackedEntity", status=504)

    for night in ("third", "fourth"):
        scheme.bring(night)

        assert {table for _, table, _ in rejected(scheme, night)} == {"tblInsuree"}
        assert scheme.current.open_run is None
    assert cue.met > 0
    scheme.sandbox.cues.clear()
    scheme.bring("fifth")

    assert rejected(scheme, "fifth") == []
    settle_what_is_in_doubt(scheme)
    assert_acknowledged_is_held(scheme)


@pytest.mark.parametrize("status", [403, 504])
def test_a_way_that_is_closed_to_everything_is_no_fault_of_any_record(
    scheme: GuardedScheme, status: int
) -> None:
    name_the_claim(scheme, "FINE-1")
    scheme.sandbox.cues.add(**BUNDLES, status=status, body=PAGE, headers=HTML)

    with pytest.raises(Exception, match=str(status)) as stopped:
        scheme.bring("night-1")

    assert isinstance(stopped.value, TransientError) == (status == 504)
    assert rejected(scheme, "night-1") == []
