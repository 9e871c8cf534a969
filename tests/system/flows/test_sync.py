"""The daily flow, as a data manager runs it, against the stand-in."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from staging.files import read_json
from tests.support.cases import one_by_default
from tests.support.scheme.by_flows import FlowScheme


def test_the_first_run_brings_everything_and_says_what_was_held_back(scheme: FlowScheme) -> None:
    state = scheme.sync(run_id="first")

    assert state.is_completed(), state.message
    assert state.name == "CompletedWithRejects"
    assert (scheme.staging_root / "runs/first/summary.json").exists()


def test_a_second_run_posts_nothing(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    mark = len(scheme.written())

    state = scheme.sync(run_id="second")

    assert state.is_completed(), state.message
    assert scheme.written()[mark:] == []


@pytest.mark.large
def test_after_a_day_of_changes_a_second_run_posts_nothing_either(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    scheme.next_day(day=date(2026, 1, 2))
    scheme.sync(run_id="second")
    mark = len(scheme.written())

    scheme.sync(run_id="third")

    assert scheme.written()[mark:] == []


@pytest.mark.large
@pytest.mark.parametrize(
    "lost",
    one_by_default(["outcomes/outcomes.parquet", "rejects/claim_events.parquet"]),
    ids=["answers", "rejects"],
)
def test_a_run_whose_report_lost_a_file_says_so_and_does_not_end_as_if_there_was_nothing(
    scheme: FlowScheme, lost: str
) -> None:
    scheme.sync(run_id="first")
    folder = scheme.staging_root / "runs/first"
    before = summary(folder)
    (folder / lost).unlink()

    said = scheme.sync(run_id="first")

    assert said.is_failed()
    assert f"{folder / lost} is damaged: it is missing" in str(said.message)
    assert summary(folder) == before


@pytest.mark.large
def test_what_dhis2_answered_is_gathered_again_when_one_does_what_is_said(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="first")
    folder = scheme.staging_root / "runs/first"
    before = summary(folder)
    shutil.rmtree(folder / "outcomes")

    state = scheme.sync(run_id="first")

    assert state.is_completed(), state.message
    assert summary(folder) == before


def summary(folder: Path) -> dict[str, Any]:
    """What a run says of itself, but when it ended."""
    found = read_json(folder / "summary.json")
    return {name: value for name, value in found.items() if name != "ended_at"}
