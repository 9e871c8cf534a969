"""A person whom a clinic has in its own program stays in DHIS2 when openIMIS deletes it."""

import sqlite3
from contextlib import closing
from typing import Any

import polars as pl
import pytest

from staging.outbox import begin, bundles
from staging.rejects import read_rejects
from tests.support.sandbox import ADMIN
from tests.system.reconcile.clinic import Immunisation, immunised
from tests.system.reconcile.reconciled import ReconciledScheme
from transforms.changes.guards.permissions import Allow
from transforms.changes.objects.phases import Phase
from transforms.core.uids import uid_of_uuid
from transforms.model.tables.programs import PROGRAMS

WITHOUT_CLAIMS = """
    SELECT InsureeID, InsureeUUID FROM tblInsuree WHERE ValidityTo IS NULL AND InsureeID NOT IN (
        SELECT InsureeID FROM tblClaim WHERE ValidityTo IS NULL) AND InsureeID IN (
        SELECT InsureeID FROM tblInsureePolicy WHERE ValidityTo IS NULL)
"""
DELETE = "UPDATE tblInsuree SET ValidityTo = '2026-01-01' WHERE InsureeID = ?"


def deleted_in_openimis(scheme: ReconciledScheme) -> tuple[Immunisation, str]:
    """Let a clinic enrol a person, and openIMIS delete the insuree; return its UID too."""
    with closing(sqlite3.connect(scheme.database)) as openimis, openimis:
        people = openimis.execute(WITHOUT_CLAIMS).fetchall()
        uids = {uid_of(uuid): key for key, uuid in people}
        uid = next(uid for uid in uids if uid in scheme.sandbox.tracked_entities())
        openimis.execute(DELETE, (uids[uid],))
    return immunised(scheme.sandbox, uid), uid


def uid_of(uuid: str) -> str:
    return str(pl.select(uid_of_uuid(pl.lit(uuid.lower()))).item())


def of_ours(scheme: ReconciledScheme, uid: str) -> list[dict[str, Any]]:
    """Our enrollments of a person, and their events."""
    ours = [program.uid for program in PROGRAMS]
    enrollments = [
        row
        for row in scheme.sandbox.enrollments().values()
        if row["trackedEntity"] == uid and row["program"] in ours
    ]
    known = {row["enrollment"] for row in enrollments}
    events = scheme.sandbox.events().values()
    return [*enrollments, *(row for row in events if row["enrollment"] in known)]


def refused(scheme: ReconciledScheme, run_id: str) -> list[dict[str, Any]]:
    rows = read_rejects(scheme.job(run_id).run).filter(stage="dhis2")
    return rows.collect().to_dicts()


@pytest.mark.large
def test_what_the_clinic_has_of_a_person_stays_and_ours_goes(scheme: ReconciledScheme) -> None:
    clinic, uid = deleted_in_openimis(scheme)
    assert of_ours(scheme, uid)

    scheme.bring("second")

    assert clinic.is_whole
    assert of_ours(scheme, uid) == []
    [reject] = refused(scheme, "second")
    assert reject["reason"] == "person_in_another_program"
    assert "the values that we sent of it stay" in reject["hint"]


@pytest.mark.large
def test_it_is_tried_again_by_itself_and_goes_once_the_clinic_has_ended(
    scheme: ReconciledScheme,
) -> None:
    clinic, _ = deleted_in_openimis(scheme)
    scheme.bring("second")
    scheme.count_objects_from_now()

    scheme.bring("third")
    assert clinic.is_whole
    assert [row["reason"] for row in refused(scheme, "third")] == ["person_in_another_program"]
    assert scheme.objects_posted() == 1  # DHIS2 itself refuses to delete the person

    clinic.end()
    scheme.bring("fourth")
    assert clinic.person.deleted
    assert refused(scheme, "fourth") == []
    assert scheme.is_known()


@pytest.mark.longer
def test_it_stays_when_a_run_is_killed_while_it_deletes_and_the_next_one_settles_it(
    scheme: ReconciledScheme,
) -> None:
    clinic, _ = deleted_in_openimis(scheme)
    scheme.cut_short("second", Phase.DELETE_ENROLLMENTS)
    for bundle in bundles(scheme.job("second").run):
        if bundle.phase == Phase.DELETE_TRACKED_ENTITIES:
            begin(bundle)

    scheme.bring("third")

    assert clinic.is_whole
    reasons = [row["reason"] for row in refused(scheme, "third")]
    assert reasons == ["person_in_another_program"]


@pytest.mark.longer
def test_a_superuser_deletes_nobody_of_whom_dhis2_names_no_program(
    scheme: ReconciledScheme,
) -> None:
    clinic, _ = deleted_in_openimis(scheme)
    clinic.person.owners = ()

    for run_id in ("second", "third"):
        scheme.bring(run_id, login=ADMIN, allow=(Allow.DELETES, Allow.SUPERUSER))

        assert clinic.is_whole
        reasons = [row["reason"] for row in refused(scheme, run_id)]
        assert reasons == ["person_in_another_program"]
