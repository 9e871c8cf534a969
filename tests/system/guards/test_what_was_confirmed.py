"""What DHIS2 has confirmed is believed of that DHIS2, and stays readable whatever happens."""

import shutil
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from flows.steps.load.push_metadata import remember_confirmed
from staging.acknowledged import scan
from staging.current import Current
from staging.frames import scan_frame
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.support.scheme.contents import tracker
from tests.system.guards.guarded import GuardedScheme
from transforms.changes.answers.metadata_changes import CONFIRMED, confirmed_after, mark_in_doubt
from transforms.core.errors import StagingError
from transforms.model.resources import OPTIONS
from transforms.model.tables.option_sets import PRODUCT

pytestmark = pytest.mark.large


def remove_options(metadata: Mapping[str, dict[str, Any]], option_set: str) -> None:
    """Remove all options of a set, as an administrator of DHIS2 can."""
    for option in metadata["optionSets"][option_set]["options"]:
        metadata["options"].pop(option["id"])
    metadata["optionSets"][option_set]["options"] = []


def _confirmed(scheme: GuardedScheme, current: Current) -> list[str]:
    """Return the keys of the options that a state says DHIS2 holds as they are wanted."""
    rows = scan(scheme.target, current, OPTIONS, 0, CONFIRMED).collect()
    return rows.filter(~pl.col("content").str.starts_with(" "))["key"].to_list()


@pytest.mark.ci
def test_a_run_that_was_posted_before_dhis2_began_anew_is_not_taken_for_posted_now(
    scheme: GuardedScheme,
) -> None:
    scheme.restore_dhis2(scheme.before_first)
    shutil.rmtree(scheme.target.folder)

    with pytest.raises(StagingError, match=r"Run first has posted before.*Nothing was posted\.$"):
        scheme.bring("first")
    scheme.bring("another")

    assert len(tracker(scheme.sandbox)["trackedEntities"]) > 50
    assert_acknowledged_is_held(scheme)


def test_options_that_were_removed_in_dhis2_are_made_again_by_the_load(
    scheme: GuardedScheme,
) -> None:
    with scheme.sandbox.state.lock:
        remove_options(scheme.sandbox.state.metadata, PRODUCT.uid)
        scheme.sandbox.state.metadata_changed()
    scheme.next_day(seed=2)

    scheme.bring("third")

    assert scheme.current.last_run == "third"
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
        scheme.bring("third")
    backup.rename(scheme.target.current)
    scheme.bring("fourth")

    assert scheme.writes() == writes
    assert scheme.current.last_run == "second"


def test_org_units_and_options_that_are_pushed_once_more_leave_the_state_whole_until_it_is_switched(
    scheme: GuardedScheme,
) -> None:
    run = scheme.job("first").run
    changed = scan_frame(run.changes(OPTIONS, 0))
    pushed = changed.collect()["key"].to_list()
    nothing = scheme.current.model_copy(update={"versions": {}})
    states = [nothing]
    for accepted in (pushed[:1], pushed):
        before = scan(scheme.target, states[-1], OPTIONS, 0, CONFIRMED)
        keys = pl.Series("key", accepted, pl.String)
        for rows in (
            mark_in_doubt(before, changed, run.run_id),
            confirmed_after(before, changed, keys, run.run_id),
        ):
            states.append(remember_confirmed(run, scheme.target, states[-1], OPTIONS, rows))
        readable = [_confirmed(scheme, current) for current in states[-2:]]

    assert readable == [[], sorted(pushed)]
