"""A monitoring system reads when the last load was, what waits, and why."""

import re
from typing import Any

import pytest

from tests.unit.transforms.reports.test_run_result import FAILED, LOADED, NO_PLACE, NOTED, summary
from transforms.reports.run_metrics import Pace, run_metrics
from transforms.reports.run_result import RunResult

NOW = 1_800_000_000.0
UNKNOWN = Pace()
SAMPLE = re.compile(r"openimis_dhis2_([a-z_]+)\{(.*)\} (\S+)")


def metrics(own: dict[str, Any] | None, pace: Pace = UNKNOWN, **more: Any) -> str:
    usual: dict[str, Any] = {"stages": LOADED, "failure": None, "earlier": ()}
    result = RunResult("last-night", "ministry", summary=own, **{**usual, **more})
    return run_metrics(result, pace, NOW)


def value(text: str, name: str, labels: str = 'target="ministry"') -> float | None:
    samples = {(found[1], found[2]): float(found[3]) for found in SAMPLE.finditer(text)}
    return samples.get((name, labels))


def test_the_text_is_open_metrics() -> None:
    text = metrics(summary(rejects=[NO_PLACE]), Pace(352, 4.0))

    assert text.endswith("\n# EOF\n")
    for line in text.splitlines():
        assert line.startswith("# ") or SAMPLE.fullmatch(line), line
    types = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(types) == len(set(types))


def test_a_success_is_of_now_and_a_failure_leaves_the_one_before() -> None:
    before = summary("before") | {"ended_at": NOW - 86_400}
    failed = metrics(None, stages=FAILED, failure="DHIS2 is away.", earlier=(before,))

    assert value(metrics(summary()), "last_success_timestamp_seconds") == NOW
    assert value(failed, "last_success_timestamp_seconds") == NOW - 86_400
    assert value(failed, "last_run_timestamp_seconds") == NOW
    assert value(failed, "last_run_succeeded") == 0
    assert value(metrics(summary()), "last_run_succeeded") == 1


@pytest.mark.parametrize(
    ("own", "stages"),
    [(summary(is_whole=False), LOADED), (summary(state="stopped"), FAILED)],
    ids=["a part", "a load that stopped"],
)
def test_what_did_not_load_everything_is_no_success(own: dict[str, Any], stages: Any) -> None:
    assert value(metrics(own, stages=stages), "last_success_timestamp_seconds") is None


def test_the_backlog_is_what_was_planned_and_not_done_and_what_a_rule_holds_back() -> None:
    text = metrics(summary(rejects=[NO_PLACE, NOTED]))

    assert value(text, "backlog_objects") == 352 - 350 + 33


def test_rejects_are_told_by_reason_and_notes_are_none() -> None:
    text = metrics(summary(rejects=[NO_PLACE, NOTED]))
    labels = 'target="ministry",resource="tracked_entities",stage="rule",reason="no_place"'

    assert value(text, "rejects", labels) == 33
    assert "gender_unknown" not in text


def test_objects_a_second_are_those_of_the_posting() -> None:
    assert value(metrics(summary(), Pace(352, 4.0)), "objects_per_second") == 88
    assert "objects_per_second" not in metrics(summary(), Pace())
