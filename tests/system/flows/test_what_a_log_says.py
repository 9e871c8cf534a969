"""The log of a run is read by a person: each step once with its counts, each failure once."""

import logging
from collections import Counter
from pathlib import Path

import prefect.logging
import pytest
import yaml
from prefect import flow
from prefect.flow_engine import run_flow

from flows.prefect_support.echoes import WithoutStarts
from flows.prefect_support.endings import in_one_sentence, step
from flows.prefect_support.service.home import LOGGING
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
    assert len(told) <= 16, told
    for step_told in (
        r"Snapshot of scheme: 2173 rows of 20 tables",
        "DHIS2 should hold: ",
        "To be posted: tracked_entities ",
        "DHIS2 2.42",
        "5-people: 1 bundles, 352 objects settled",
        "Posted to DHIS2: tracked_entities ",
        "33 objects were held back or refused",
        "extract: Completed http://",
        "load: CompletedWithRejects http://",
        "ministry is up to date: http://",
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


def test_the_service_logs_as_prefect_does_but_for_how_a_worker_starts_a_run() -> None:
    of_prefect = yaml.safe_load(Path(prefect.logging.__file__).with_name("logging.yml").read_text())
    ours = yaml.safe_load(LOGGING.read_text())

    assert ours.pop("filters") == {
        "without_starts": {"()": "flows.prefect_support.echoes.WithoutStarts"}
    }
    for name in ("api", "console"):
        assert ours["handlers"][name].pop("filters") == ["without_starts"]
    assert ours == of_prefect


def test_how_a_worker_starts_a_run_is_left_out_and_a_warning_is_not() -> None:
    kept = WithoutStarts().filter
    start = "Running 1 deployment pull step(s)"

    assert not kept(logging.makeLogRecord({"msg": start, "levelno": logging.INFO}))
    assert kept(logging.makeLogRecord({"msg": start, "levelno": logging.WARNING}))
    assert kept(logging.makeLogRecord({"msg": "Running late", "levelno": logging.INFO}))


def test_a_worker_tells_no_traceback_of_an_error_that_was_told(
    prefect_server: None, caplog: pytest.LogCaptureFixture
) -> None:
    @flow(name="away")
    @in_one_sentence
    def away() -> None:
        raise TargetError("DHIS2 is away.")

    with pytest.raises(TargetError):
        run_flow(away, error_logger=logging.getLogger("prefect.flow_runs"))

    text = "\n".join(said(caplog))
    assert text.count("DHIS2 is away.") == 1
    assert "Traceback" not in text


def test_a_worker_tells_the_traceback_of_what_happened_outside_of_a_flow() -> None:
    ended = "Engine execution exited with unexpected exception"
    kept = logging.getLogger("prefect.flow_runs").filter

    for error, is_kept in ((ImportError("no such module"), True), (TargetError("away"), False)):
        record = {"msg": ended, "exc_info": (type(error), error, None)}
        assert bool(kept(logging.makeLogRecord(record))) is is_kept
