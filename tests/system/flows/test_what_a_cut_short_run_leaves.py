"""A policy that was tightened, or a key that was replaced, holds at once."""

import sqlite3
from contextlib import closing

import pytest

from flows.load import load
from flows.prefect_support.pseudonym_key import PseudonymKey
from tests.support.scheme.by_flows import COUNTRY, FlowScheme

QUICK = COUNTRY + "\n[load]\nattempts = 1\nlongest_wait_seconds = 0\n"
WITH_NAMES = QUICK + '\n[privacy]\n"Last name" = "send"\n'
NAME = "SECRETNAME"


def cut_short(scheme: FlowScheme, country: str) -> None:
    """Let the first load be cut off before DHIS2 accepts anything."""
    scheme.country = country
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", drop="before")
    assert scheme.sync(run_id="first").is_failed()
    scheme.sandbox.cues.clear()


@pytest.mark.large
@pytest.mark.ci
def test_what_the_privacy_policy_forbids_since_is_not_posted_by_the_next_run(
    scheme: FlowScheme,
) -> None:
    with closing(sqlite3.connect(scheme.database)) as database:
        database.execute('UPDATE "tblInsuree" SET "LastName" = ?', (NAME,))
        database.commit()
    cut_short(scheme, WITH_NAMES)
    scheme.country = QUICK
    forbidden = scheme.sandbox.cues.add(path="/api/tracker", holds=NAME, delay=0)

    second = scheme.sync(run_id="second")

    assert second.is_completed(), second.message
    assert forbidden.met == 0
    assert NAME not in str(scheme.sandbox.tracked_entities())


@pytest.mark.large
def test_the_run_itself_does_not_go_on_under_another_policy(scheme: FlowScheme) -> None:
    cut_short(scheme, WITH_NAMES)
    scheme.country = QUICK
    mark = len(scheme.written())

    again = load("ministry", scheme.country_file, scheme.staging_root, "first", return_state=True)

    assert again.is_failed()
    assert "begun with privacy" in str(again.message)
    assert scheme.written()[mark:] == []


@pytest.mark.large
def test_the_run_itself_does_not_go_on_with_numbers_of_a_key_that_was_replaced(
    scheme: FlowScheme,
) -> None:
    cut_short(scheme, QUICK)
    PseudonymKey(key="another key that is made for tests and for nothing else").save(
        "scheme", overwrite=True
    )
    mark = len(scheme.written())

    again = load("ministry", scheme.country_file, scheme.staging_root, "first", return_state=True)

    assert again.is_failed()
    assert "is now another" in str(again.message)
    assert scheme.written()[mark:] == []
