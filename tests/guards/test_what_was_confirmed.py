"""What DHIS2 has confirmed is believed of that DHIS2, and stays readable whatever happens."""

import shutil

import pytest

from flows.tasks.fold import fold_metadata
from staging.acknowledged import scan
from staging.frames import scan_frame
from tests.crashes.comparisons import assert_acknowledged_is_held
from tests.crashes.contents import tracker
from tests.guards.scheme import GuardedScheme
from transforms.errors import StagingError
from transforms.metadata_changes import CONFIRMED, OPTIONS


def test_a_run_that_was_posted_before_dhis2_began_anew_is_not_taken_for_posted_now(
    scheme: GuardedScheme,
) -> None:
    scheme.restore_dhis2(scheme.before_first)
    shutil.rmtree(scheme.target.folder)

    with pytest.raises(StagingError, match=r"Run first has posted before.*Nothing was posted\.$"):
        scheme.load("first")
    scheme.load("another")

    assert len(tracker(scheme.sandbox)["trackedEntities"]) > 50
    assert_acknowledged_is_held(scheme)


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_state_that_is_missing_is_not_taken_for_a_first_load(
    scheme: GuardedScheme, *, is_closed: bool
) -> None:
    if is_closed:
        scheme.close_data_store()
    backup = scheme.target.current.rename(scheme.folder / "current.json")
    writes = scheme.writes()

    with pytest.raises(StagingError, match=r"current.json is damaged: it is missing.*backup"):
        scheme.load("third")
    backup.rename(scheme.target.current)
    scheme.load("fourth")

    assert scheme.writes() == writes
    assert scheme.current.last_run == "second"


def test_org_units_and_options_that_are_pushed_once_more_leave_the_state_whole_until_it_is_switched(
    scheme: GuardedScheme,
) -> None:
    run = scheme.job("first").run
    pushed = scan_frame(run.changes(OPTIONS, 0)).collect()["key"].to_list()
    nothing = scheme.current.model_copy(update={"versions": {}})
    before = fold_metadata(run, scheme.target, nothing, OPTIONS, pushed[:1])

    after = fold_metadata(run, scheme.target, before, OPTIONS, pushed)

    readable = [
        scan(scheme.target, current, OPTIONS, 0, CONFIRMED).collect() for current in (before, after)
    ]
    assert [len(rows) for rows in readable] == [1, len(pushed)]
