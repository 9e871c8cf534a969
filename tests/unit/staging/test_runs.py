"""A run is resumed only as what it was begun as, and by one process at a time."""

import multiprocessing
from pathlib import Path

import pytest

from staging.files import read_json, write_json
from staging.layout import Run
from staging.runs import RunRecord, at_work, recall, remember, remember_first
from tests.support.processes import answer_of_another_process
from transforms import VERSION
from transforms.core.errors import StagingError
from transforms.model.resources import Scope


def _try_to_work(root: str, run_id: str, answers: "multiprocessing.Queue[str]") -> None:
    try:
        with at_work(Run(Path(root), run_id)):
            answers.put("worked")
    except StagingError as error:
        answers.put(str(error))


def worked_in_another_process(root: Path, run_id: str) -> str:
    return answer_of_another_process(_try_to_work, root, run_id)


def test_one_stage_at_a_time_writes_to_a_run(tmp_path: Path) -> None:
    with at_work(Run(tmp_path, "first")):
        same = worked_in_another_process(tmp_path, "first")
        another = worked_in_another_process(tmp_path, "second")

    assert "Run first is at work already" in same
    assert same.endswith("Nothing was changed.")
    assert another == "worked"
    assert worked_in_another_process(tmp_path, "first") == "worked"


def test_a_run_is_resumed_only_as_what_it_was_begun_as(tmp_path: Path):
    run = Run(tmp_path, "run")
    remember(run, RunRecord(target="ministry", scopes=(Scope.ALL,)))
    remember(run, RunRecord(target="ministry", scopes=(Scope.ALL,)))

    with pytest.raises(StagingError, match="was begun with target"):
        remember(run, RunRecord(target="another"))

    assert recall(run) == RunRecord(target="ministry", scopes=(Scope.ALL,), package=VERSION)
    assert read_json(run.run_file) == {"target": "ministry", "scopes": ["all"], "package": VERSION}


def test_how_large_bundles_are_is_recorded_once_and_for_all(tmp_path: Path):
    run = Run(tmp_path, "run")

    assert remember_first(run, RunRecord(bundle_size=20, joined_up_to=20)).bundle_size == 20
    assert remember_first(run, RunRecord(bundle_size=50, joined_up_to=0)).joined_up_to == 20

    assert read_json(run.run_file) == {"bundle_size": 20, "joined_up_to": 20, "package": VERSION}


def test_a_run_json_that_no_release_wrote_is_damaged(tmp_path: Path):
    run = Run(tmp_path, "run")
    write_json(run.run_file, {"bundle_size": "many"})

    with pytest.raises(StagingError, match=r"run.json is damaged: 1 of its entries"):
        recall(run)
