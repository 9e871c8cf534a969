"""A run of the schedule waits for its turn; one that is late says so, and reads nothing."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.steps.shared.turn import AlreadyLoadedError, GaveWayError, Turn, in_turn
from staging.current import Current, switch
from staging.files import make_folder, write_json
from staging.layout import Run, Target
from staging.snapshots import SnapshotManifest, write_manifest
from staging.target_lock import InUseError, locked

DUE = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
LATER = DUE + timedelta(hours=5)
AT_ONCE = Turn(DUE, look_seconds=0.01)


def target_after(root: Path, *, read_at: datetime = LATER, **more: Any) -> Target:
    """A target whose last run read openIMIS at some moment, and has loaded everything."""
    target, run = Target(root, "ministry"), Run(root, "newer")
    make_folder(run.folder)
    make_folder(target.folder)
    write_json(run.summary, {"state": "loaded", "is_whole": True} | more.pop("summary", {}))
    manifest = {"source": "s", "as_of": DUE, "taken_at": read_at, "database": "d"}
    content = {**manifest, "oldest_rows": {}, "tables": {}, **more.pop("manifest", {})}
    write_manifest(run, SnapshotManifest.model_validate(content))
    switch(target, Current(partitions=1, last_run="old", **{"last_ended": "newer", **more}))
    return target


def test_a_run_that_a_person_has_started_is_refused_at_once(tmp_path: Path) -> None:
    target = Target(tmp_path, "ministry")

    with locked(target, "first"), pytest.raises(InUseError), in_turn(target, "second", Turn()):
        pass


def test_a_run_of_the_schedule_waits_until_the_other_one_has_ended_and_says_so_once(
    tmp_path: Path,
) -> None:
    target, said = Target(tmp_path, "ministry"), list[str]()
    waits = threading.Event()

    def log(sentence: str) -> None:
        said.append(sentence)
        waits.set()

    def second() -> None:
        with in_turn(target, "second", Turn(DUE, log=log, look_seconds=0.01)):
            said.append("its turn")

    other = threading.Thread(target=second)
    with locked(target, "first"):
        other.start()
        assert waits.wait(30)
    other.join(30)

    assert "Run first is writing to this target" in said[0]
    assert said[1:] == ["its turn"]


def test_a_run_of_the_schedule_gives_way_to_a_newer_one_also_while_it_waits(tmp_path: Path) -> None:
    target, looks = Target(tmp_path, "ministry"), iter([False, False, True])
    turn = Turn(DUE, is_newer_due=lambda: next(looks), look_seconds=0.01)

    with locked(target, "first"), pytest.raises(GaveWayError), in_turn(target, "second", turn):
        pass


def test_a_late_run_finds_that_everything_was_loaded_since_it_was_due(tmp_path: Path) -> None:
    target = target_after(tmp_path)

    said = "Run newer read openIMIS at 2026-11-29 07:00 UTC"
    with pytest.raises(AlreadyLoadedError, match=said), in_turn(target, "late", AT_ONCE):
        pass


@pytest.mark.parametrize(
    "made",
    [
        lambda root: Target(root, "ministry"),
        lambda root: target_after(root, read_at=DUE - timedelta(hours=5)),
        lambda root: target_after(root, summary={"is_whole": False}),
        lambda root: target_after(root, summary={"state": "stopped"}),
        lambda root: target_after(root, manifest={"is_behind": True}),
        lambda root: target_after(root, manifest={"taken_at": None}),
        lambda root: target_after(root, open_run="cut-short"),
        lambda root: target_after(root, withdrawn="newer"),
        lambda root: target_after(root, lost_run="lost"),
    ],
    ids=[
        "nothing was loaded",
        "it read openIMIS before",
        "it loaded a part",
        "it stopped",
        "its replica was behind",
        "of an earlier release",
        "one after it was cut short",
        "all was withdrawn",
        "one was lost",
    ],
)
def test_a_late_run_goes_on_where(made: Callable[[Path], Target], tmp_path: Path) -> None:
    went_on = False

    with in_turn(made(tmp_path), "late", AT_ONCE):
        went_on = True

    assert went_on
