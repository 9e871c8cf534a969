"""openIMIS was migrated, and its rows have other numbers: DHIS2 keeps its objects."""

import sqlite3
from contextlib import closing
from datetime import date
from typing import Any

import polars as pl
import pytest
from prefect.client.schemas.objects import State

from flows.reconcile import reconcile
from flows.renumber import renumber
from staging.current import read_current
from staging.layout import Run, Target
from staging.rejects import read_rejects
from tests.support.scheme.by_flows import FlowScheme

NUMBERED = {
    "tblInsureePolicy": "InsureePolicyID",
    "tblClaimItems": "ClaimItemID",
    "tblClaimServices": "ClaimServiceID",
}


def migrate(scheme: FlowScheme, by: int = 1) -> None:
    """Every row gets the number that another one had: the next, or one further on."""
    with closing(sqlite3.connect(scheme.database)) as database:
        for table, key in NUMBERED.items():
            for new in (f'-("{{}}" + {by})', '-"{}"'):
                changes = ", ".join(f'"{each}" = {new.format(each)}' for each in (key, "LegacyID"))
                database.execute(f'UPDATE "{table}" SET {changes}')
        database.commit()


def events_in_dhis2(scheme: FlowScheme) -> dict[str, Any]:
    store = scheme.sandbox.state.tracker
    return {uid: row for uid, row in store.events.items() if not row.deleted}


def posted(scheme: FlowScheme) -> list[str]:
    return [each["path"] for each in scheme.written() if each["path"].startswith("/api/tracker")]


def carried_over(scheme: FlowScheme, run_id: str = "renumbered", of: str = "plan") -> State[Any]:
    scheme.sync(run_id=of, until="transform")
    return renumber(
        "ministry",
        scheme.country_file,
        scheme.staging_root,
        of,
        run_id=run_id,
        return_state=True,
    )


def changes(scheme: FlowScheme, run_id: str) -> dict[str, int]:
    run = Run(scheme.staging_root, run_id)
    return {
        path.parent.name: pl.read_parquet(path).height
        for path in sorted((run.folder / "changes").glob("*/*.parquet"))
        if "change" in pl.read_parquet_schema(path)
    }


@pytest.fixture
def loaded(scheme: FlowScheme) -> FlowScheme:
    """A scheme whose openIMIS was loaded, and is migrated after that."""
    assert scheme.sync(run_id="first").is_completed()
    migrate(scheme)
    return scheme


@pytest.mark.large
def test_without_a_word_every_policy_event_and_line_would_be_sent_again(loaded: FlowScheme) -> None:
    loaded.sync(run_id="plan", until="transform")

    found = changes(loaded, "plan")
    assert all(found[name] > 50 for name in ("policy_events", "claim_items", "claim_services"))


@pytest.mark.large
@pytest.mark.ci
def test_after_a_migration_nothing_is_posted_of_what_is_equal(loaded: FlowScheme) -> None:
    before, sent = events_in_dhis2(loaded).keys(), len(posted(loaded))

    assert carried_over(loaded).is_completed()
    state = loaded.sync(run_id="second")

    assert state.is_completed(), state.message
    assert not any(changes(loaded, "second").values())
    assert len(posted(loaded)) == sent
    assert events_in_dhis2(loaded).keys() == before


@pytest.mark.large
def test_what_changed_with_the_migration_is_updated_under_the_uid_that_it_had(
    loaded: FlowScheme,
) -> None:
    before = events_in_dhis2(loaded).keys()
    with closing(sqlite3.connect(loaded.database)) as database:
        database.execute(
            'UPDATE "tblClaimItems" SET "PriceAsked" = 77.5 WHERE "ClaimItemID" = '
            '(SELECT max("ClaimItemID") FROM "tblClaimItems" WHERE "ValidityTo" IS NULL)'
        )
        database.commit()

    carried_over(loaded)
    assert loaded.sync(run_id="second").is_completed()

    assert changes(loaded, "second")["claim_items"] == 1
    assert events_in_dhis2(loaded).keys() == before


@pytest.mark.large
def test_days_that_follow_bring_new_rows_under_numbers_that_others_had_and_none_is_mixed_up(
    loaded: FlowScheme,
) -> None:
    carried_over(loaded)
    for number, day in enumerate((date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4))):
        loaded.next_day(day=day)
        run_id = f"day-{number}"
        assert loaded.sync(run_id=run_id, allow=["deletes"]).is_completed()
        reasons = read_rejects(Run(loaded.staging_root, run_id)).collect()["reason"]
        assert "uid_double" not in reasons

    where = ("ministry", loaded.country_file, loaded.staging_root)
    found = reconcile(*where, run_id="look", return_state=True)
    assert found.name == "Completed", found.message


@pytest.mark.large
def test_a_second_migration_is_no_other_than_the_first(loaded: FlowScheme) -> None:
    carried_over(loaded)
    loaded.sync(run_id="second")
    before = events_in_dhis2(loaded).keys()
    migrate(loaded, by=5)

    carried_over(loaded, run_id="renumbered-again", of="plan-again")
    loaded.sync(run_id="third")

    assert not any(changes(loaded, "third").values())
    assert events_in_dhis2(loaded).keys() == before


@pytest.mark.large
def test_without_a_run_of_the_migrated_openimis_nothing_is_changed(loaded: FlowScheme) -> None:
    target = Target(loaded.staging_root, "ministry")
    known = read_current(target)

    state = renumber(
        "ministry", loaded.country_file, loaded.staging_root, "nowhere", return_state=True
    )

    assert state.is_failed()
    assert "Nothing was changed" in str(state.message)
    assert read_current(target) == known
