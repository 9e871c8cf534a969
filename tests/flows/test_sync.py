"""The daily flow, as a data manager runs it, against the stand-in."""

from datetime import date

from tests.flows.scheme import Scheme


def test_the_first_run_brings_everything_and_says_what_was_held_back(scheme: Scheme) -> None:
    state = scheme.sync(run_id="first")

    assert state.is_completed(), state.message
    assert state.name == "CompletedWithRejects"
    assert (scheme.staging_root / "runs/first/summary.json").exists()


def test_a_second_run_posts_nothing(scheme: Scheme) -> None:
    scheme.sync(run_id="first")
    mark = len(scheme.written())

    state = scheme.sync(run_id="second")

    assert state.is_completed(), state.message
    assert scheme.written()[mark:] == []


def test_after_a_day_of_changes_a_second_run_posts_nothing_either(scheme: Scheme) -> None:
    scheme.sync(run_id="first")
    scheme.next_day(date(2026, 1, 2))
    scheme.sync(run_id="second")
    mark = len(scheme.written())

    scheme.sync(run_id="third")

    assert scheme.written()[mark:] == []
