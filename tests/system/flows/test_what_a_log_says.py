"""The log of a run is read by a person: each step once with its counts, each failure once."""

import logging
from collections import Counter

import pytest
from prefect import flow

from flows.prefect_support.endings import in_one_sentence, step
from tests.support.scheme.by_flows import FlowScheme
from transforms.core.errors import TargetError

FLOWS_AND_STEPS = {"prefect.flow_runs", "prefect.task_runs"}


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what flows and steps have said, as it stands on a screen."""
    form = logging.Formatter("%(levelname)s %(message)s")
    return [form.format(each) for each in caplog.records if each.name in FLOWS_AND_STEPS]


def test_a_good_run_tells_each_step_once_with_its_counts(
    scheme: FlowScheme, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    scheme.sync(run_id="first")

    lines = said(caplog)
    begun = [line for line in lines if "Beginning" in line or "View at" in line]
    told = [line for line in lines if line not in begun]
    assert not [line for line in lines if "Finished in state" in line]
    assert max(Counter(lines).values()) == 1
    assert len(told) <= 12, told
    for step_told in (
        r"Snapshot of scheme: 2173 rows of 20 tables",
        "DHIS2 should hold: ",
        "To be posted: tracked_entities ",
        "DHIS2 2.42",
        "5-people: 1 bundles, 352 objects settled",
        "Posted to DHIS2: tracked_entities ",
        "33 objects were held back or refused",
    ):
        assert len([line for line in told if step_told in line]) == 1, (step_told, told)


@pytest.mark.large
def test_a_run_without_changes_says_that_there_are_none(
    scheme: FlowScheme, caplog: pytest.LogCaptureFixture
) -> None:
    scheme.sync(run_id="first")
    caplog.clear()
    caplog.set_level(logging.INFO)

    scheme.sync(run_id="again")

    assert any("To be posted: nothing" in line for line in said(caplog))


@pytest.mark.longer
def test_a_failure_is_told_once_in_one_sentence(
    scheme: FlowScheme, caplog: pytest.LogCaptureFixture
) -> None:
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", status=401)
    caplog.set_level(logging.INFO)

    state = scheme.sync(run_id="first")

    assert state.is_failed()
    text = "\n".join(said(caplog))
    assert text.count("DHIS2 does not know the login") == 1
    assert text.count("ERROR") == 1
    assert "NoneType" not in text


def test_an_error_of_a_step_that_a_flow_gets_over_is_not_told_as_its_failure(
    prefect_server: None, caplog: pytest.LogCaptureFixture
) -> None:
    @step
    def refused() -> None:
        raise TargetError("DHIS2 is closed.")

    @flow(name="patient")
    @in_one_sentence
    def patient() -> str:
        try:
            refused()
        except TargetError:
            return "went on"
        return "never"

    caplog.set_level(logging.INFO)

    assert patient() == "went on"
    assert "ERROR" not in "\n".join(said(caplog))


def test_two_failures_with_the_same_sentence_are_told_twice(
    prefect_server: None, caplog: pytest.LogCaptureFixture
) -> None:
    @flow(name="closed")
    @in_one_sentence
    def closed() -> None:
        raise TargetError("DHIS2 is closed.")

    caplog.set_level(logging.INFO)

    closed(return_state=True)
    closed(return_state=True)

    assert "\n".join(said(caplog)).count("DHIS2 is closed.") == 2
