"""What an earlier run left in doubt is compared again: its old requests are never made again."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from flows.steps.load.control_request import PARAMETERS
from staging.outbox import bundles, in_doubt
from tests.support.cases import one_by_default
from tests.support.sandbox import ADMIN
from tests.support.scheme.comparisons import assert_acknowledged_is_held, settle_what_is_in_doubt
from tests.support.scheme.contents import acknowledged
from tests.system.guards.guarded import GuardedScheme, leave_in_doubt
from transforms.changes.guards.permissions import Allow
from transforms.changes.objects.phases import Phase
from transforms.model.resources import TRACKED_ENTITIES


def name_claims(scheme: GuardedScheme, text: str) -> None:
    """Give 25 claims a number that begins with a text."""
    with closing(sqlite3.connect(scheme.database)) as database:
        keys = database.execute(
            'SELECT "ClaimID" FROM "tblClaim" WHERE "ValidityTo" IS NULL ORDER BY 1 LIMIT 25'
        ).fetchall()
        database.executemany(
            'UPDATE "tblClaim" SET "ClaimCode" = ? WHERE "ClaimID" = ?',
            [(f"{text}{number}", key) for number, (key,) in enumerate(keys)],
        )
        database.commit()


def cut_off(path: Path) -> None:
    """Let a file lack its last bytes."""
    path.write_bytes(path.read_bytes()[:-2])


@pytest.mark.longer
@pytest.mark.parametrize("drop", one_by_default(["before", "after"]))
def test_values_that_were_corrected_meanwhile_are_never_posted_again(
    scheme: GuardedScheme, drop: str
) -> None:
    name_claims(scheme, "WRONG-")
    leave_in_doubt(scheme, "third", "WRONG-", drop)
    name_claims(scheme, "RIGHT-")
    old = scheme.sandbox.cues.add(path="/api/tracker", holds="WRONG-", delay=0)

    scheme.bring("fourth")
    settle_what_is_in_doubt(scheme)

    assert old.met == 0
    assert scheme.current.open_run is None
    assert "WRONG-" not in str(scheme.sandbox.events())
    assert str(scheme.sandbox.events()).count("RIGHT-") >= 25
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_what_was_created_in_doubt_and_is_wanted_no_more_is_deleted(scheme: GuardedScheme) -> None:
    scheme.back_to(scheme.before_first)
    leave_in_doubt(scheme, "first", '"trackedEntities"', "after")
    assert scheme.sandbox.tracked_entities()
    with closing(sqlite3.connect(scheme.database)) as database:
        for table in ("tblInsuree", "tblClaim"):
            database.execute(f'UPDATE "{table}" SET "ValidityTo" = ?', ("2026-01-01 00:00:00",))
        database.commit()

    scheme.bring("second", allow=[Allow.DELETES])
    settle_what_is_in_doubt(scheme)

    assert scheme.sandbox.tracked_entities() == {}
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_run_whose_folder_is_lost_does_not_keep_the_next_ones_from_loading(
    scheme: GuardedScheme,
) -> None:
    name_claims(scheme, "THIRD-")
    scheme.cut_short("third", Phase.PEOPLE)
    shutil.rmtree(scheme.job("third").run.folder)
    name_claims(scheme, "FOURTH-")

    told = [scheme.bring("fourth"), scheme.bring("fifth")]

    assert all("Run third was begun" in str(each) for each in told)
    assert str(scheme.sandbox.events()).count("FOURTH-") >= 25
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_damaged_receipt_of_an_earlier_run_is_no_dead_end_and_posts_nothing_old(
    scheme: GuardedScheme,
) -> None:
    name_claims(scheme, "WRONG-")
    scheme.cut_short("third", Phase.EVENTS)
    name_claims(scheme, "RIGHT-")
    receipt = [each.receipt for each in bundles(scheme.job("third").run) if each.is_settled][-1]
    receipt.write_bytes(receipt.read_bytes()[:-1])
    old = scheme.sandbox.cues.add(path="/api/tracker", holds="WRONG-", delay=0)

    scheme.bring("fourth")
    settle_what_is_in_doubt(scheme)

    assert old.met == 0
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_damaged_request_in_doubt_is_made_once_more_and_the_run_is_not_given_up(
    scheme: GuardedScheme,
) -> None:
    name_claims(scheme, "WRONG-")
    leave_in_doubt(scheme, "third", "WRONG-", "after")
    damaged = in_doubt(scheme.job("third").run)
    for number, bundle in enumerate(damaged):
        bundle.path.unlink()
        if number:
            bundle.path.write_bytes(b"{}")
    name_claims(scheme, "RIGHT-")
    old = scheme.sandbox.cues.add(path="/api/tracker", method="POST", holds="WRONG-", delay=0)

    told = scheme.bring("fourth")
    settle_what_is_in_doubt(scheme)

    assert damaged
    assert told is None
    assert old.met == 0
    assert scheme.current.lost_run is None
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_damaged_rejects_of_an_earlier_run_are_no_reason_to_give_it_up(
    scheme: GuardedScheme,
) -> None:
    name_claims(scheme, "WRONG-")
    leave_in_doubt(scheme, "third", "WRONG-", "after")
    cut_off(scheme.job("third").run.manifest("rejects"))
    name_claims(scheme, "RIGHT-")

    told = scheme.bring("fourth")
    settle_what_is_in_doubt(scheme)

    assert told is None
    assert scheme.current.lost_run is None
    assert_acknowledged_is_held(scheme)


@pytest.mark.longer
@pytest.mark.parametrize("lost", one_by_default(["changes/manifest.json", "run.json"]))
def test_a_run_is_given_up_where_a_request_in_doubt_is_damaged_and_what_it_is_made_of_too(
    scheme: GuardedScheme, lost: str
) -> None:
    name_claims(scheme, "WRONG-")
    leave_in_doubt(scheme, "third", "WRONG-", "after")
    run = scheme.job("third").run
    cut_off(in_doubt(run)[0].path)
    (run.folder / lost).unlink()

    told = scheme.bring("fourth")

    assert "Run third was begun" in str(told)
    assert scheme.current.lost_run == "third"


def test_the_run_itself_goes_on_with_its_own_requests(scheme: GuardedScheme) -> None:
    name_claims(scheme, "THIRD-")
    leave_in_doubt(scheme, "third", "THIRD-", "after")
    job = scheme.job("third")

    scheme.bring("third")

    assert scheme.current.last_run == "third"
    assert all(bundle.is_settled for bundle in bundles(job.run))
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_person_whom_somebody_deleted_in_dhis2_comes_back_with_the_number_of_today(
    scheme: GuardedScheme,
) -> None:
    """The old number is given up first: that it was refused for a deleted person says enough."""
    people = acknowledged(scheme.target, TRACKED_ENTITIES).filter(state="held")
    key, uid = people.select("key", "uid").row(0)
    with scheme.job("by hand").client_of(ADMIN) as client:
        body = {"trackedEntities": [{"trackedEntity": uid}]}
        assert client.post("/api/tracker", PARAMETERS | {"importStrategy": "DELETE"}, body).ok
    with closing(sqlite3.connect(scheme.database)) as database:
        database.execute(
            """UPDATE "tblInsuree" SET "CHFID" = '977000001' WHERE LOWER("InsureeUUID") = ?""",
            (key,),
        )
        database.commit()

    for night in range(3):
        scheme.bring(f"night-{night}")

    again = acknowledged(scheme.target, TRACKED_ENTITIES).filter(state="held", key=key)["uid"][0]
    assert again != uid
    assert again in scheme.sandbox.tracked_entities()
    assert_acknowledged_is_held(scheme)
