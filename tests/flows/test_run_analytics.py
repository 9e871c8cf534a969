"""Analytics after a load, as a data manager runs it."""

from flows.run_analytics import run_analytics
from tests.flows.scheme import COUNTRY, Scheme
from transforms.tables.metadata_classes import OUTPUT_PERIOD_TYPES

QUICKLY = f"{COUNTRY}\n[analytics]\npoll_seconds = 0\n"


def test_a_failure_of_analytics_leaves_the_load_done(scheme: Scheme) -> None:
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


def test_analytics_alone_say_how_they_ended(scheme: Scheme) -> None:
    scheme.country = QUICKLY
    scheme.sandbox.state.output_period_types = list(OUTPUT_PERIOD_TYPES)

    state = run_analytics("ministry", scheme.country_file, return_state=True)

    assert state.is_completed()
    assert "are built, after" in str(state.message)
