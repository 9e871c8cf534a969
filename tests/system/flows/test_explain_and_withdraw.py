"""Ask what is known of one object; take everything back at the end of a pilot."""

import sqlite3
from contextlib import closing

import polars as pl
import pytest

from flows.explain import explain
from flows.withdraw import withdraw
from staging.layout import Run
from staging.rejects import read_rejects
from tests.support.scheme.by_flows import FlowScheme, save_servers
from tests.system.reconcile.clinic import immunised
from transforms.core.errors import GuardError, StagingError

pytestmark = pytest.mark.large


def acknowledged(scheme: FlowScheme, resource: str) -> pl.DataFrame:
    files = scheme.staging_root.glob(f"acknowledged/ministry/first/{resource}/*.parquet")
    return pl.concat(pl.read_parquet(file) for file in files)


@pytest.mark.ci
def test_an_openimis_uuid_and_a_dhis2_uid_explain_the_same_person(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    person = acknowledged(scheme, "tracked_entities").row(0, named=True)

    by_uuid = explain(person["key"], "ministry", scheme.staging_root)
    by_uid = explain(person["uid"], "ministry", scheme.staging_root)

    assert person["uid"] in by_uuid
    assert person["key"] in by_uid
    assert "insuree_enrollments" in by_uuid


def test_an_explanation_shows_no_value(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    frame = acknowledged(scheme, "tracked_entities").filter(
        pl.col("insurance_number").is_not_null()
    )
    person = frame.row(0, named=True)

    text = explain(person["key"], "ministry", scheme.staging_root)

    assert person["insurance_number"] not in text
    assert "Insurance number" in text


def test_an_explanation_shows_neither_where_nor_when_anything_was(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    claims = acknowledged(scheme, "claim_enrollments")
    person = claims["person"][0]
    rows = claims.filter(person=person).to_dicts()

    text = explain(person, "ministry", scheme.staging_root)

    kept = {row[name] for row in rows for name in ("orgUnit", "occurredAt", "status")}
    assert kept
    assert not [value for value in kept if value in text]
    assert "orgUnit, status, occurredAt" in text


def test_an_explanation_names_what_openimis_has_otherwise_than_dhis2(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    person = acknowledged(scheme, "claim_enrollments")["person"][0]
    assert "differs" not in explain(person, "ministry", scheme.staging_root)
    with closing(sqlite3.connect(scheme.database)) as openimis, openimis:
        openimis.execute("UPDATE tblClaim SET DateClaimed = '2001-02-03'")
    scheme.sync(run_id="plan", until="transform")

    text = explain(person, "ministry", scheme.staging_root, "plan")

    assert "differs" in text
    assert "occurredAt |" in text
    assert "2001" not in text


def test_an_explanation_says_why_an_object_was_held_back(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    rejects = pl.read_csv(scheme.staging_root / "runs/first/rejects/claim_enrollments.csv")
    reject = rejects.filter(stage="rule").row(0, named=True)

    text = explain(reject["id"], "ministry", scheme.staging_root)

    assert reject["reason"] in text
    assert reject["hint"] in text


def test_withdrawing_leaves_none_of_our_objects(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")

    withdraw("ministry", scheme.country_file, scheme.staging_root, "ministry", run_id="end")

    sandbox = scheme.sandbox
    assert list(sandbox.tracked_entities()) == []
    assert list(sandbox.enrollments()) == []
    assert list(sandbox.events()) == []
    told = sandbox.state.data_store["openimis-as-of"]["data"]
    assert told == {"as_of": None, "run": "end"}


def test_withdrawing_leaves_a_person_whom_a_clinic_has_in_its_own_program(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="first")
    clinic = immunised(scheme.sandbox, next(iter(scheme.sandbox.tracked_entities())))

    ended = withdraw(
        "ministry",
        scheme.country_file,
        scheme.staging_root,
        "ministry",
        run_id="end",
        return_state=True,
    )

    rejects = read_rejects(Run(scheme.staging_root, "end")).collect()
    assert clinic.is_whole
    assert list(scheme.sandbox.tracked_entities()) == [clinic.person.uid]
    assert list(scheme.sandbox.enrollments()) == [clinic.enrollment.uid]
    assert list(scheme.sandbox.events()) == [clinic.event.uid]
    assert rejects["reason"].to_list() == ["person_in_another_program"]
    assert ended.name == "CompletedWithRejects"


def test_nothing_is_withdrawn_without_the_targets_name(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    mark = len(scheme.written())

    with pytest.raises(GuardError, match="Nothing was deleted"):
        withdraw("ministry", scheme.country_file, scheme.staging_root, "yes", run_id="end")

    assert scheme.written()[mark:] == []


def test_after_a_withdrawal_nothing_comes_again_until_somebody_says_so(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    people = len(list(scheme.sandbox.tracked_entities()))
    withdraw("ministry", scheme.country_file, scheme.staging_root, "ministry", run_id="end")
    mark = len(scheme.written())

    nightly = [scheme.sync(run_id=night) for night in ("night-1", "night-2")]
    posted = scheme.written()[mark:]
    scheme.sync(run_id="again", allow=["begin_again"])
    afterwards = scheme.sync(run_id="night-3")

    assert all("allow=begin_again" in str(state.message) for state in nightly)
    assert posted == []
    assert not (scheme.staging_root / "runs/night-1/snapshot").exists()
    assert len(list(scheme.sandbox.tracked_entities())) == people
    assert afterwards.is_completed()


def test_a_withdrawal_from_a_dhis2_that_was_moved_settles_what_was_cut_short_there(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="first")
    scheme.country += "[load]\nattempts = 1\nlongest_wait_seconds = 0\n"
    scheme.next_day()
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", drop="before")
    assert scheme.sync(run_id="cut-short").is_failed()
    scheme.sandbox.cues.clear()
    save_servers(scheme.sandbox.url.replace("127.0.0.1", "localhost"))
    where = ("ministry", scheme.country_file, scheme.staging_root, "ministry")

    refused = withdraw(*where, run_id="end", return_state=True)
    ended = withdraw(*where, run_id="end-of-it", allow=["moved_target"], return_state=True)

    assert "allow=moved_target" in str(refused.message)
    assert ended.is_completed(), ended.message
    assert list(scheme.sandbox.tracked_entities()) == []


def test_a_withdrawal_does_not_go_on_with_the_run_of_a_sync(scheme: FlowScheme) -> None:
    scheme.sync(run_id="plan", until="transform")
    mark = len(scheme.written())

    with pytest.raises(StagingError, match="was begun with kind"):
        withdraw("ministry", scheme.country_file, scheme.staging_root, "ministry", run_id="plan")

    assert scheme.written()[mark:] == []
