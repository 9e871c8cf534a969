"""Files are whole or absent; a target is held by one run; damage is found and named."""

import multiprocessing
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staging.acknowledged import sweep
from staging.current import Current, read_current, switch
from staging.files import (
    read_json,
    sealed_json,
    unseal,
    whole_or_absent,
    write_bytes,
    write_json,
)
from staging.layout import Run, Target
from staging.outbox import begin, bundles, put, seal, settle
from staging.runs import RunRecord, at_work, recall, remember, remember_first
from staging.target_lock import locked
from tests.system.crashes.disk import _lay_down_rights as lay_down_rights
from transforms import VERSION
from transforms.core.errors import StagingError
from transforms.model.resources import Scope

BODY = '{"events":[]}'
VALUES = st.none() | st.integers(-(2**53), 2**53) | st.text(max_size=9) | st.lists(st.booleans())
JSONS = st.dictionaries(
    st.text(min_size=1, max_size=9).filter(lambda name: name != "sha256"), VALUES
)


def fail_while_writing(path: Path) -> None:
    with whole_or_absent(path) as scratch:
        scratch.write_text("half")
        _ = 1 / 0


def test_a_file_whose_writing_fails_is_absent(tmp_path: Path):
    path = tmp_path / "folder" / "file.json"

    with pytest.raises(ZeroDivisionError):
        fail_while_writing(path)

    assert list(path.parent.iterdir()) == []


def test_a_file_whose_writing_fails_stays_as_it_was(tmp_path: Path):
    path = tmp_path / "file.json"
    write_bytes(path, b"before")

    with pytest.raises(ZeroDivisionError):
        fail_while_writing(path)

    assert path.read_bytes() == b"before"


def test_folders_are_for_their_owner_alone(tmp_path: Path):
    write_bytes(tmp_path / "a" / "b" / "file", b"x")

    assert [(tmp_path / each).stat().st_mode & 0o777 for each in ("a", "a/b")] == [0o700, 0o700]


@given(content=JSONS, at=st.integers(0), change=st.integers(1, 255), cut=st.booleans())
@settings(deadline=None)
def test_json_that_was_cut_or_changed_anywhere_is_refused(
    content: dict[str, object], at: int, change: int, cut: bool
) -> None:
    written = sealed_json(content, orjson.OPT_INDENT_2 if at % 2 else 0)
    at %= len(written)
    found = written[:at] + (b"" if cut else bytes([written[at] ^ change]) + written[at + 1 :])

    assert unseal(Path("run.json"), written) == content
    with pytest.raises(StagingError, match=r"run\.json is damaged"):
        unseal(Path("run.json"), found)


def test_what_a_person_has_changed_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "current.json"
    write_json(path, {"open_run": "run"})
    written = re.sub('"[0-9a-f]{64}"', '"by hand"', path.read_text())

    path.write_text(written.replace('"run"', "null"))

    assert read_json(path) == {"open_run": None}


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


def test_a_damaged_file_is_named(tmp_path: Path):
    path = tmp_path / "current.json"
    path.write_text("{")

    with pytest.raises(StagingError, match=r"current\.json is damaged"):
        read_json(path)


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "-x", "a b", "x" * 101])
def test_a_run_id_cannot_lead_out_of_the_staging_folder(tmp_path: Path, name: str):
    with pytest.raises(StagingError, match="cannot be a run_id"):
        Run(tmp_path, name)


def test_bundles_are_posted_in_the_order_they_were_sealed(tmp_path: Path):
    run = Run(tmp_path, "run")
    written = [
        put(run, phase, 1, BODY, objects=0, partition=0)
        for phase in ("1-delete-events", "6-events")
    ]

    seal(run, written)

    assert bundles(run) == written


def test_a_bundle_that_was_begun_and_has_no_receipt_is_in_doubt(tmp_path: Path):
    run = Run(tmp_path, "run")
    bundle = put(run, "6-events", 1, BODY, objects=0, partition=0)
    states = [(bundle.is_in_doubt, bundle.is_settled)]

    begin(bundle)
    states.append((bundle.is_in_doubt, bundle.is_settled))
    settle(bundle, {"accepted": {}})
    states.append((bundle.is_in_doubt, bundle.is_settled))

    assert states == [(False, False), (True, False), (False, True)]


def test_a_bundle_that_was_changed_on_disk_is_not_posted(tmp_path: Path):
    bundle = put(Run(tmp_path, "run"), "6-events", 1, BODY, objects=0, partition=0)
    bundle.path.write_text('{"events":[{}]}')

    with pytest.raises(
        StagingError, match=r"00001\.json is damaged: .* start the run again with run_id run"
    ):
        bundle.body()


def test_a_target_has_no_state_before_its_first_run(tmp_path: Path):
    assert read_current(Target(tmp_path, "ministry")) is None


def test_the_state_of_a_target_is_switched_at_once(tmp_path: Path):
    target = Target(tmp_path, "ministry")
    current = Current(partitions=2, counter=3, last_run="run")

    switch(target, current)

    assert read_current(target) == current


def test_versions_that_no_state_names_are_removed_and_nobody_elses_folders(tmp_path: Path):
    target = Target(tmp_path, "ministry")
    for version in ("old", "before", "now"):
        write_json(target.folder / version / "claim_items" / "x.json", {})
    write_json(target.folder / "an operator's copy" / "now" / "claim_items" / "x.json", {})
    (target.folder / "elsewhere").symlink_to(target.folder / "now")
    (target.folder / "lost+found").mkdir()
    states = [Current(partitions=1, versions={"claim_items": name}) for name in ("before", "now")]

    sweep(target, kept=states)

    assert {each.name for each in target.folder.iterdir()} == {
        "an operator's copy",
        "before",
        "elsewhere",
        "lost+found",
        "now",
    }


def _sweep_as_anybody(root: str, _: str, answers: "multiprocessing.Queue[str]") -> None:
    lay_down_rights()
    target = Target(Path(root), "ministry")
    sweep(target, kept=[Current(partitions=1, versions={"claim_items": "now"})])
    answers.put(", ".join(sorted(each.name for each in target.folder.iterdir())))


def test_what_cannot_be_read_or_removed_stays_and_no_load_fails_for_it(tmp_path: Path):
    target = Target(tmp_path, "ministry")
    for version in ("now", "old", "stuck"):
        write_json(target.folder / version / "claim_items" / "x.json", {})
    (target.folder / "lost+found").mkdir(mode=0o000)
    (target.folder / "stuck" / "claim_items").chmod(0o500)

    left = answer_of_another_process(_sweep_as_anybody, tmp_path, "now")

    assert left == "lost+found, now, stuck"


def _try_to_hold(root: str, run_id: str, answers: "multiprocessing.Queue[str]") -> None:
    try:
        with locked(Target(Path(root), "ministry"), run_id):
            answers.put("held")
    except StagingError as error:
        answers.put(str(error))


def held_by_another_process(root: Path, run_id: str) -> str:
    return answer_of_another_process(_try_to_hold, root, run_id)


def answer_of_another_process(
    attempt: Callable[[str, str, "multiprocessing.Queue[str]"], None], root: Path, run_id: str
) -> str:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=attempt, args=(str(root), run_id, answers))
    process.start()
    answer = answers.get(timeout=60)
    process.join()
    return answer


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


def test_receipts_are_one_line_each(tmp_path: Path):
    bundle = put(Run(tmp_path, "run"), "6-events", 1, BODY, objects=0, partition=0)

    settle(bundle, {"accepted": {"EVENT": ["a"]}})

    assert orjson.loads(bundle.receipt.read_bytes())["accepted"] == {"EVENT": ["a"]}
    assert bundle.receipt.read_bytes().count(b"\n") == 0
