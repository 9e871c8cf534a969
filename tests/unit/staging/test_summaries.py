"""Earlier runs of a target are read by their summaries, the newest first."""

import os
from pathlib import Path

from staging.files import write_json
from staging.layout import Run
from staging.summaries import read_summary, summaries_before


def written(root: Path, run_id: str, target: str, seconds: int) -> Run:
    run = Run(root, run_id)
    run.folder.mkdir(parents=True)
    write_json(run.summary, {"run_id": run_id, "target": target})
    os.utime(run.summary, (seconds, seconds))
    return run


def test_the_newest_comes_first_and_other_targets_and_the_run_itself_are_not_among_them(
    tmp_path: Path,
) -> None:
    for number, (run_id, target) in enumerate(
        [("old", "ministry"), ("others", "region"), ("new", "ministry"), ("own", "ministry")]
    ):
        written(tmp_path, run_id, target, 1_000 + number)

    found = summaries_before(Run(tmp_path, "own"), "ministry")

    assert [each["run_id"] for each in found] == ["new", "old"]


def test_a_damaged_summary_of_another_run_is_passed_over(tmp_path: Path) -> None:
    damaged = written(tmp_path, "damaged", "ministry", 2_000)
    damaged.summary.write_text("{")
    written(tmp_path, "whole", "ministry", 1_000)

    found = summaries_before(Run(tmp_path, "own"), "ministry")

    assert [each["run_id"] for each in found] == ["whole"]


def test_a_run_has_no_summary_before_it_has_come_to_anything(tmp_path: Path) -> None:
    assert read_summary(Run(tmp_path, "own")) is None
    assert list(summaries_before(Run(tmp_path, "own"), "ministry")) == []
