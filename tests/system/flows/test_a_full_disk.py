"""A disk that old runs fill heals by itself: they are thinned out before anything is written."""

import os
import time
from datetime import timedelta

import pytest

from tests.support.scheme.by_flows import FlowScheme
from tests.system.crashes.disk import small_disk
from tests.system.flows.test_what_a_cut_short_run_leaves import QUICK

A_LITTLE, A_DAY = 100_000, timedelta(days=1).total_seconds()


def a_day_passes(scheme: FlowScheme) -> None:
    """Let all that lies there be a day older, and openIMIS live on."""
    now = time.time()
    for path in (scheme.staging_root / "runs").rglob("*"):
        before = min(path.stat().st_mtime, now) - A_DAY
        os.utime(path, (before, before))
    scheme.next_day()


@pytest.mark.large
@pytest.mark.ci
def test_where_old_runs_fill_the_disk_the_next_nights_settle_load_and_go_on(
    scheme: FlowScheme,
) -> None:
    scheme.country = QUICK
    for night in ("first", "second"):
        assert scheme.sync(run_id=night).is_completed()
        a_day_passes(scheme)
    cue = scheme.sandbox.cues.add(path="/api/tracker", method="POST", drop="before")
    assert scheme.sync(run_id="cut-short").is_failed()
    assert cue.has_come
    scheme.sandbox.cues.clear()
    a_day_passes(scheme)

    with small_disk(scheme.staging_root, A_LITTLE):
        for night in ("fourth", "fifth"):
            state = scheme.sync(run_id=night)
            assert state.is_completed(), state.message
            assert scheme.current.last_run == night
            a_day_passes(scheme)
