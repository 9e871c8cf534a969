"""One run at a time writes to a target."""

import multiprocessing
from contextlib import ExitStack
from pathlib import Path

import pytest

from staging.layout import Target
from staging.target_lock import locked
from tests.support.processes import answer_of_another_process
from transforms.core.errors import StagingError


def _try_to_hold(root: str, run_id: str, answers: "multiprocessing.Queue[str]") -> None:
    try:
        with locked(Target(Path(root), "ministry"), run_id):
            answers.put("held")
    except StagingError as error:
        answers.put(str(error))


def held_by_another_process(root: Path, run_id: str) -> str:
    return answer_of_another_process(_try_to_hold, root, run_id)


def test_a_second_run_against_the_same_target_is_refused(tmp_path: Path):
    with locked(Target(tmp_path, "ministry"), "first"):
        answer = held_by_another_process(tmp_path, "second")

    assert "Run first is writing to this target" in answer


def test_a_stage_that_the_holder_started_passes(tmp_path: Path):
    with locked(Target(tmp_path, "ministry"), "first", for_stages=True):
        answer = held_by_another_process(tmp_path, "first")

    assert answer == "held"


def test_a_stage_in_the_process_of_the_holder_passes(tmp_path: Path):
    target = Target(tmp_path, "ministry")

    with locked(target, "first", for_stages=True), locked(target, "first"):
        answer = held_by_another_process(tmp_path, "first")

    assert "Run first is writing to this target" in answer


def test_a_load_that_is_started_twice_is_refused_the_second_time(tmp_path: Path):
    with locked(Target(tmp_path, "ministry"), "first"):
        answer = held_by_another_process(tmp_path, "first")

    assert "Run first is writing to this target" in answer


def test_a_sync_that_is_started_twice_is_refused_the_second_time(tmp_path: Path):
    target = Target(tmp_path, "ministry")

    with (
        locked(target, "first", for_stages=True),
        pytest.raises(StagingError, match="Run first is writing"),
        locked(target, "first", for_stages=True),
    ):
        pass


def test_a_stage_whose_parent_was_killed_keeps_other_runs_out(tmp_path: Path):
    target = Target(tmp_path, "ministry")
    with ExitStack() as parent, ExitStack() as stage:
        parent.enter_context(locked(target, "first", for_stages=True))
        stage.enter_context(locked(target, "first"))
        parent.close()

        answer = held_by_another_process(tmp_path, "second")
        with locked(target, "first", for_stages=True):
            pass

    assert "Run first is writing to this target" in answer
    assert held_by_another_process(tmp_path, "second") == "held"


def test_a_target_is_free_again_when_its_run_has_ended(tmp_path: Path):
    with locked(Target(tmp_path, "ministry"), "first"):
        pass

    assert held_by_another_process(tmp_path, "second") == "held"
