"""Report and metrics of a run are whole files, and the pace is told by the files of its bundles."""

import os
from pathlib import Path

from staging.files import make_folder
from staging.layout import Run, Target
from staging.outbox import begin, put, seal, settle
from staging.reports import pace_of, write_metrics, write_report
from transforms.reports.run_metrics import Pace


def test_a_report_lies_in_the_folder_of_its_run_also_of_one_that_came_to_nothing(
    tmp_path: Path,
) -> None:
    run = Run(tmp_path, "last-night")

    write_report(run, "<p>é</p>")

    assert (tmp_path / "runs" / "last-night" / "report.html").read_bytes() == "<p>é</p>".encode()


def test_metrics_of_a_target_take_the_place_of_those_before(tmp_path: Path) -> None:
    target = Target(tmp_path, "ministry")

    for text in ("first\n", "second\n"):
        write_metrics(target, text)

    assert [each.name for each in (tmp_path / "metrics").iterdir()] == ["ministry.prom"]
    assert target.metrics.read_text() == "second\n"


def test_the_pace_is_from_the_first_request_to_the_last_answer(tmp_path: Path) -> None:
    run = Run(tmp_path, "last-night")
    put_bundles = [put(run, "10", number, "{}", objects=50, partition=0) for number in (1, 2, 3)]
    seal(run, put_bundles)
    for second, bundle in enumerate(put_bundles[:2]):
        begin(bundle)
        settle(bundle, {"answered": True})
        os.utime(bundle.sent, (1_000 + second, 1_000 + second))
        os.utime(bundle.receipt, (1_002 + second, 1_002 + second))

    assert pace_of(run) == Pace(objects=100, seconds=3.0)


def test_a_run_that_posted_nothing_has_no_pace(tmp_path: Path) -> None:
    run = Run(tmp_path, "quiet")
    make_folder(run.folder)
    assert pace_of(run) == Pace()

    seal(run, [])
    assert pace_of(run) == Pace()
