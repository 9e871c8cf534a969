"""Analytics after a load, as a data manager runs it."""

from datetime import date
from typing import Any

import pytest
from prefect.client.schemas.objects import State

from flows.run_analytics import run_analytics
from tests.support.scheme.by_flows import COUNTRY, FlowScheme
from transforms.dhis2.tables.metadata_classes import OUTPUT_PERIOD_TYPES

QUICKLY = f"{COUNTRY}\n[analytics]\npoll_seconds = 0\n"


@pytest.mark.large
def test_a_failure_of_analytics_leaves_the_load_done(scheme: FlowScheme) -> None:
    scheme.country = QUICKLY
    scheme.sandbox.analytics.fails = True

    state = scheme.sync(run_id="first", analytics=True)

    assert state.is_failed()
    assert "What was loaded stays" in str(state.message)
    assert scheme.sandbox.tracked_entities()
    mark = len(scheme.sandbox.posted("/api/tracker"))
    scheme.sandbox.analytics.fails = False
    again = scheme.sync(run_id="second", analytics=True)
    assert again.is_completed(), again.message
    assert len(scheme.sandbox.posted("/api/tracker")) == mark


def test_analytics_before_the_first_load_say_how_they_ended(scheme: FlowScheme) -> None:
    scheme.country = QUICKLY
    scheme.sandbox.state.output_period_types = list(OUTPUT_PERIOD_TYPES)

    state = analytics_of(scheme)

    assert state.is_completed()
    assert "are built, after" in str(state.message)
    assert "was not judged" in str(state.message)


@pytest.mark.large
def test_analytics_after_a_load_hold_all_that_dhis2_has_confirmed(scheme: FlowScheme) -> None:
    loaded(scheme)

    state = analytics_of(scheme)

    assert state.is_completed(), state.message
    events = sum(not event.deleted for event in scheme.sandbox.state.tracker.events.values())
    assert f"They hold all {events:,} events that DHIS2 has confirmed" in str(state.message)


@pytest.mark.large
def test_tables_that_dhis2_calls_built_and_are_old_fail_in_one_sentence(scheme: FlowScheme) -> None:
    loaded(scheme)
    assert analytics_of(scheme).is_completed()
    scheme.next_day(day=date(2026, 1, 2))
    assert scheme.sync(run_id="second").is_completed()
    scheme.sandbox.analytics.leaves_old = True

    state = analytics_of(scheme)

    assert state.is_failed()
    assert "says that its analytics tables are built, and they are old" in str(state.message)
    assert "What was loaded stays" in str(state.message)


@pytest.mark.longer
def test_events_of_others_in_the_tables_are_told_and_fail_nothing(scheme: FlowScheme) -> None:
    loaded(scheme)
    with scheme.sandbox.state.lock:
        tracker = scheme.sandbox.state.tracker
        [*_, newest] = [event for event in tracker.events.values() if not event.deleted]
        tracker.events["StrangerEv1"] = newest

    state = analytics_of(scheme)

    assert state.is_completed()
    assert "more events than DHIS2 has confirmed" in str(state.message)
    assert "Run reconcile" in str(state.message)


@pytest.mark.large
def test_a_user_who_may_not_count_events_is_told_so(scheme: FlowScheme) -> None:
    loaded(scheme)
    with scheme.sandbox.state.lock:
        for role in scheme.sandbox.state.metadata["userRoles"].values():
            role["authorities"] = [
                each for each in role["authorities"] if each != "F_VIEW_EVENT_ANALYTICS"
            ]

    state = analytics_of(scheme)

    assert state.is_completed()
    assert "was not judged: DHIS2 does not let this user count events" in str(state.message)


def loaded(scheme: FlowScheme) -> None:
    """Bring the scheme in, on a server that has its period types."""
    scheme.country = QUICKLY
    scheme.sandbox.state.output_period_types = list(OUTPUT_PERIOD_TYPES)
    assert scheme.sync(run_id="first").is_completed()


def analytics_of(scheme: FlowScheme) -> State[Any]:
    """Build the analytics tables of the target."""
    return run_analytics("ministry", scheme.country_file, scheme.staging_root, return_state=True)
