"""Rejects that were written are found again, or their file is named; a kill leaves no riddle."""

from pathlib import Path

import polars as pl
import pytest

from staging.layout import Run
from staging.rejects import REJECTS, read_rejects, write_rejects
from tests.system.crashes.driver import KILLED, forks
from tests.system.crashes.points import Point, Points
from transforms.core.errors import StagingError

EVENTS = "claim_events"
POINTS = [
    Point(f"{when} {what}", number)
    for what, number in (
        ("rejects manifest", 1),
        ("rejects of rules", 1),
        ("rejects of rules", 2),
        ("rejects manifest", 2),
    )
    for when in ("before", "after")
]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path, "monday")


def rows(*reasons: str) -> pl.DataFrame:
    return pl.DataFrame([{"reason": each} for each in reasons], schema=REJECTS)


def reasons(run: Run) -> list[str]:
    return sorted(read_rejects(run).collect()["reason"])


def written(root: Path, deadly: Point | None, *told: str) -> None:
    Points(root, deadly).install()
    write_rejects(Run(root, "monday"), {EVENTS: rows(*told), "policy_events": rows(*told)})


def written_in_a_process(root: Path, deadly: Point | None, *told: str) -> int | None:
    process = forks.Process(target=written, args=(root, deadly, *told))
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.parametrize("name", [EVENTS, "policy_events"])
def test_a_file_of_rejects_that_is_missing_is_no_empty_one(run: Run, name: str) -> None:
    write_rejects(run, {EVENTS: rows("no_place"), "policy_events": rows()})
    run.rejects(name).unlink()

    with pytest.raises(StagingError, match=r"is damaged: it is missing.*Remove the folder") as said:
        read_rejects(run)

    assert str(run.rejects(name)) in str(said.value)


def test_a_run_that_wrote_no_rejects_has_none(run: Run) -> None:
    assert reasons(run) == []


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_rejects_that_were_cut_short_when_they_were_first_written_are_written_once_more(
    run: Run, point: Point
) -> None:
    assert written_in_a_process(run.root, point, "no_place") == KILLED

    assert set(reasons(run)) <= {"no_place"}
    write_rejects(run, {EVENTS: rows("no_place"), "policy_events": rows("no_place")})
    assert reasons(run) == ["no_place", "no_place"]


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_rejects_that_were_cut_short_when_they_were_replaced_are_those_of_before_or_after(
    run: Run, point: Point
) -> None:
    write_rejects(run, {EVENTS: rows("before"), "policy_events": rows("before")})

    assert written_in_a_process(run.root, point, "after") == KILLED

    assert len(reasons(run)) == 2
    assert set(reasons(run)) <= {"before", "after"}
    write_rejects(run, {EVENTS: rows("after"), "policy_events": rows("after")})
    run.rejects(EVENTS).unlink()
    with pytest.raises(StagingError, match="it is missing"):
        read_rejects(run)
