"""Reconcile, as a data manager runs it: what is found is told, and nothing is posted."""

import polars as pl
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.reconcile import reconcile
from staging.current import read_current, switch
from staging.layout import Target
from tests.support.scheme.by_flows import FlowScheme
from transforms.core.errors import StagingError

pytestmark = pytest.mark.large


def deleted_by_hand(scheme: FlowScheme) -> str:
    """Delete an event as somebody in DHIS2 does; return its UID."""
    state = scheme.sandbox.state
    with state.lock:
        event = next(row for row in state.tracker.events.values() if not row.deleted)
        event.deleted = True
        state.tracker.revision += 1
    return event.uid


def artifacts() -> list[str]:
    by_key = ArtifactFilter(key=ArtifactFilterKey(any_=["reconciliation"]))
    with get_client(sync_client=True) as client:
        return [str(each.data) for each in client.read_artifacts(artifact_filter=by_key)]


@pytest.mark.ci
def test_what_was_deleted_by_hand_is_told_and_comes_again(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    uid, mark = deleted_by_hand(scheme), len(scheme.written())
    events = len(scheme.sandbox.events())

    look = (("ministry", scheme.country_file, scheme.staging_root), {"return_state": True})
    state = reconcile(*look[0], run_id="look", repair=True, **look[1])
    again = reconcile(*look[0], run_id="look", repair=True, **look[1])

    assert state.name == "CompletedWithDifferences"
    assert again.is_completed()
    assert scheme.written()[mark:] == []
    found = pl.read_csv(scheme.staging_root / "runs/look/reconciliation/findings.csv")
    assert found["uid"].to_list() == [uid]
    assert any("| missing |" in text and "deleted in DHIS2" in text for text in artifacts())
    scheme.sync(run_id="second")
    assert len(scheme.sandbox.events()) == events + 1
    assert reconcile(*look[0], run_id="after", **look[1]).name == "Completed"


def test_while_a_run_is_open_nothing_is_compared(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    target = Target(scheme.staging_root, "ministry")
    current = read_current(target)
    assert current is not None
    switch(target, current.model_copy(update={"open_run": "second"}))

    with pytest.raises(StagingError, match="second was begun and has not ended"):
        reconcile("ministry", scheme.country_file, scheme.staging_root, repair=True)


def test_without_any_load_adopting_is_named_as_the_way(scheme: FlowScheme) -> None:
    with pytest.raises(StagingError, match="use adopt"):
        reconcile("ministry", scheme.country_file, scheme.staging_root)


def test_nothing_is_repaired_while_it_is_not_known_what_openimis_has(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    (scheme.staging_root / "runs/first/desired/manifest.json").unlink()

    with pytest.raises(StagingError, match="desired_run"):
        reconcile("ministry", scheme.country_file, scheme.staging_root, repair=True)
