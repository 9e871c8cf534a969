"""A DHIS2 that another tool filled with the same UIDs becomes ours without a post."""

import polars as pl

from tests.crashes.contents import as_claimed
from tests.reconcile.scheme import ReconciledScheme, today
from transforms.tables.programs import CLAIM_DETAILS_STAGE, CLAIM_PROGRAM

MARKER = "openimis-to-dhis2"


def planned(scheme: ReconciledScheme) -> None:
    """Say what openIMIS has, without posting; DHIS2 has no marker of ours."""
    scheme.sandbox.state.data_store.pop(MARKER, None)
    state = scheme.sync(run_id="plan", until="transform")
    assert state.is_completed(), state.message


def test_an_adopted_dhis2_is_sent_nothing_that_it_has(new_scheme: ReconciledScheme) -> None:
    planned(new_scheme)
    before, mark = new_scheme.held(), len(new_scheme.posted_bundles())

    state = new_scheme.reconcile(run_id="adopt", desired_run="plan", adopt=True)
    assert state.is_completed(), state.message
    state = new_scheme.sync(run_id="second")

    assert state.is_completed(), state.message
    assert new_scheme.posted_bundles()[mark:] == []
    assert new_scheme.held() == before
    assert as_claimed(new_scheme.held()) == new_scheme.acknowledged()


def test_only_what_differs_is_sent_after_adopting(new_scheme: ReconciledScheme) -> None:
    planned(new_scheme)
    before = new_scheme.held()
    event = next(iter(new_scheme.sandbox.events().values()))
    moved = event | {"occurredAt": "2001-02-03", "dataValues": []}
    new_scheme.post("CREATE_AND_UPDATE", events=[moved])
    mark = len(new_scheme.posted_bundles())

    new_scheme.reconcile(run_id="adopt", desired_run="plan", adopt=True)
    new_scheme.sync(run_id="second")

    assert sum(row["objects"] for row in new_scheme.posted_bundles()[mark:]) == 1
    assert new_scheme.held() == before


def test_the_single_events_of_the_earlier_tool_are_deleted(new_scheme: ReconciledScheme) -> None:
    planned(new_scheme)
    before = new_scheme.held()
    claims = [
        row
        for row in new_scheme.sandbox.enrollments().values()
        if row["program"] == CLAIM_PROGRAM.uid
    ]
    single = [
        {
            "event": claim["enrollment"],
            "enrollment": claim["enrollment"],
            "program": CLAIM_PROGRAM.uid,
            "programStage": CLAIM_DETAILS_STAGE.uid,
            "orgUnit": claim["orgUnit"],
            "status": "ACTIVE",
            "occurredAt": today(),
        }
        for claim in claims
    ]
    new_scheme.post("CREATE_AND_UPDATE", events=single)

    new_scheme.reconcile(run_id="adopt", desired_run="plan", adopt=True)
    state = new_scheme.sync(run_id="second", allow_deletes=True)

    assert state.is_completed(), state.message
    assert new_scheme.held() == before
    found = new_scheme.findings("adopt").filter(detail="openIMIS does not have it")
    assert set(found["uid"]) == {row["event"] for row in single}


def test_the_plan_that_was_adopted_with_cannot_be_loaded_any_more(
    new_scheme: ReconciledScheme,
) -> None:
    planned(new_scheme)
    new_scheme.reconcile(run_id="adopt", desired_run="plan", adopt=True)
    mark = len(new_scheme.posted_bundles())

    state = new_scheme.sync(run_id="plan", until="load")

    assert "repaired since" in str(state.message)
    assert new_scheme.posted_bundles()[mark:] == []


def test_an_acknowledged_state_is_not_overwritten(scheme: ReconciledScheme) -> None:
    state = scheme.reconcile(run_id="adopt", desired_run="first", adopt=True)

    assert state.is_failed()
    assert "Nothing was changed" in str(state.message)


def test_adopting_keeps_the_state_of_every_object(new_scheme: ReconciledScheme) -> None:
    planned(new_scheme)

    new_scheme.reconcile(run_id="adopt", desired_run="plan", adopt=True)

    totals = new_scheme.totals("adopt").sum()
    assert totals["acknowledged"].item() == 0
    assert totals["unexpected"].item() == totals["DHIS2"].item() > 0
    details = new_scheme.findings("adopt")["detail"].unique()
    assert details.to_list() == ["openIMIS has it"]
    assert isinstance(totals, pl.DataFrame)
