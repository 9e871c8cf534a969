"""Guards as the operator of the daily flow meets them: a sentence, and a parameter to go on."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest

from flows.reconcile import reconcile
from flows.withdraw import withdraw
from staging.files import read_json
from staging.layout import Run
from tests.support.scheme.by_flows import COUNTRY, FlowScheme

pytestmark = pytest.mark.large

FEW = """
[guards]
change_count = 100
change_share = 0.5
delete_count = 10
create_count = 10
empty_count = 10
"""
FAMILY = ("FamilyID", "FamilyUUID")
LATER = COUNTRY + FEW + '[privacy]\n"Date of birth" = "send"\n'


def reconciled(scheme: FlowScheme) -> str | None:
    return reconcile("ministry", scheme.country_file, scheme.staging_root, return_state=True).name


def test_a_value_that_would_become_another_for_nearly_all_waits_until_that_is_permitted(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="first")
    scheme.country = LATER
    scheme.next_day(day=date(2026, 7, 1))

    held = scheme.sync(run_id="second")
    mark = len(scheme.written())
    again = scheme.sync(run_id="third")
    quiet = scheme.written()[mark:]
    compared = reconciled(scheme)
    permitted = scheme.sync(run_id="fourth", allow=["changes"])
    mark = len(scheme.written())
    last = scheme.sync(run_id="fifth")

    assert held.is_completed()
    assert held.name == again.name == "CompletedHeldBack"
    assert "Date of birth becomes another for" in str(held.message)
    assert "allow=changes" in str(held.message)
    assert quiet == []
    assert compared == "Completed"
    assert permitted.name == last.name == "CompletedWithRejects"
    assert scheme.written()[mark:] == []


@pytest.mark.ci
def test_of_a_run_that_holds_something_back_the_rest_is_loaded(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    before = len(scheme.sandbox.events())
    scheme.country = LATER
    scheme.next_day(day=date(2026, 7, 1))

    scheme.sync(run_id="second")

    summary = read_json(Run(scheme.staging_root, "second").summary)
    assert len(scheme.sandbox.events()) > before
    assert sum(each["created"] for each in summary["changes"].values() if "created" in each) > 0
    [sentence] = summary["held_back"]
    assert "Of this, nothing was posted" in sentence


def test_a_repair_and_a_withdrawal_are_held_back_by_nothing(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    scheme.country = LATER

    repaired = reconcile(
        "ministry", scheme.country_file, scheme.staging_root, repair=True, return_state=True
    )
    withdrawn = withdraw(
        "ministry",
        scheme.country_file,
        scheme.staging_root,
        confirm="ministry",
        return_state=True,
    )

    assert repaired.is_completed()
    assert withdrawn.is_completed()
    assert scheme.sandbox.tracked_entities() == {}


def test_of_an_openimis_that_lost_its_claims_the_deletions_are_held_back(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="first")
    mark = len(scheme.written())
    events = len(scheme.sandbox.events())
    with closing(sqlite3.connect(scheme.database)) as connection:
        connection.execute('DELETE FROM "tblClaim"')
        connection.commit()

    held = scheme.sync(run_id="second")
    posted = scheme.written()[mark:]
    permitted = scheme.sync(run_id="third", allow=["deletes"])

    assert held.name == "CompletedHeldBack"
    assert "would delete" in str(held.message)
    assert "allow=deletes" in str(held.message)
    assert posted == []
    assert permitted.is_completed()
    assert len(scheme.sandbox.events()) < events


def test_another_openimis_stops_the_run_until_it_is_meant(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    mark = len(scheme.written())
    with closing(sqlite3.connect(scheme.database)) as connection:
        for table, key, uuid in (("tblHF", "HfID", "HfUUID"), ("tblFamilies", *FAMILY)):
            connection.execute(
                f'UPDATE "{table}" SET "{uuid}" = ? '
                f'WHERE "{key}" = (SELECT MIN("{key}") FROM "{table}")',
                ("00000000-0000-4000-8000-000000000000",),
            )
        connection.commit()

    stopped = scheme.sync(run_id="second")
    posted = scheme.written()[mark:]
    meant = scheme.sync(run_id="third", allow=["new_source"], until="transform")

    assert "oldest rows of tblFamilies, tblHF are others" in str(stopped.message)
    assert posted == []
    assert meant.is_completed()
