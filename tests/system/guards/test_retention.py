"""Old runs are thinned out by rule; what somebody may still need never is."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from staging.current import Current, switch
from staging.files import write_json
from staging.frames import write_frame
from staging.layout import Run, Target
from staging.outbox import begin, bundles, put, seal, settle
from staging.rejects import REJECTS, write_rejects
from staging.retention import Thinned, thin_runs
from staging.room import BLOCK, bytes_of_one_more_run
from staging.runs import RunRecord, at_work, remember
from staging.target_lock import locked
from tests.support.manifests import changes_manifest
from tests.system.crashes.driver import FINISHED, KILLED, forks

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
MINISTRY = "ministry"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "area"


def run_of(
    root: Path,
    run_id: str,
    *,
    days_ago: float,
    target: str = MINISTRY,
    compared: int = 0,
    begun: bool = True,
    settled: bool = True,
) -> Run:
    """Make a run with all that a run has, and one bundle."""
    run = Run(root, run_id)
    remember(run, RunRecord(target=target))
    write_json(run.manifest("snapshot"), {"rows": 1})
    for path in (run.snapshot("tblInsuree"), run.desired("any", 0), run.changes("any", 0)):
        write_frame(path, pl.LazyFrame({"name": ["a personal datum"]}))
    changes_manifest(1, ended=compared).declare_done(run)
    seal(run, [put(run, "6-events", 1, "{}", objects=1, partition=0)])
    for bundle in bundles(run):
        if begun:
            begin(bundle)
        if begun and settled:
            settle(bundle, {"accepted": {}, "refused": []})
    write_rejects(run, {"any": pl.DataFrame(schema=REJECTS)})
    write_json(run.summary, {"changes": {}})
    moment = (NOW - timedelta(days=days_ago)).timestamp()
    for path in [run.folder, *run.folder.rglob("*")]:
        os.utime(path, (moment, moment))
    return run


def target_at(root: Path, ended: int, **state: str) -> Target:
    target = Target(root, MINISTRY)
    switch(target, Current(partitions=1, ended=ended, **state))
    return target


def thin(root: Path, *, whole_runs: int = 1, reject_days: int = 90) -> Thinned:
    return thin_runs(root, NOW, whole_runs=whole_runs, reject_days=reject_days)


def thin_on_a_disk(root: Path, *, runs: float) -> Thinned:
    """Thin out on a disk that has room for so many runs of one size, and no more."""
    size = bytes_of_one_more_run(root)
    disk = int(runs * size)

    def free(folder: Path) -> int:
        return disk - sum(path.lstat().st_blocks * BLOCK for path in folder.rglob("*"))

    return thin_runs(root, NOW, whole_runs=7, reject_days=90, free=free)


def files_of(run: Run) -> set[str]:
    """Return the files of a run but for what its snapshot holds of people, which goes first."""
    files = {path for path in run.folder.rglob("*") if path.is_file()} - {
        run.snapshot("tblInsuree")
    }
    return {str(path.relative_to(run.folder)) for path in files}


def test_the_newest_runs_stay_whole_and_older_ones_are_thinned(root: Path) -> None:
    newest, second, third = (
        run_of(root, name, days_ago=age) for name, age in (("c", 2), ("b", 3), ("a", 4))
    )
    whole = files_of(newest)
    target_at(root, ended=9)

    done = thin(root, whole_runs=2)

    assert done == Thinned(thinned=["a"], removed=[])
    assert files_of(newest) == files_of(second) == whole
    assert files_of(third) < whole


def test_summary_rejects_and_manifests_of_a_thinned_run_stay_and_no_value_does(
    root: Path,
) -> None:
    run_of(root, "newer", days_ago=2)
    older = run_of(root, "older", days_ago=3)
    target_at(root, ended=9)

    thin(root)

    assert files_of(older) == {
        "run.json",
        "summary.json",
        "rejects/any.parquet",
        "rejects/any.csv",
        "rejects/manifest.json",
        "snapshot/manifest.json",
        "changes/manifest.json",
        "outbox/manifest.json",
    }


def test_where_the_disk_lacks_room_the_oldest_runs_go_first_until_there_is_some(
    root: Path,
) -> None:
    for days_ago in range(6, 0, -1):
        run_of(root, f"night-{days_ago}", days_ago=days_ago - 0.5)
    target_at(root, ended=9, last_run="night-1")

    assert thin_on_a_disk(root, runs=9) == Thinned([], [])
    few = thin_on_a_disk(root, runs=6.5)
    many = thin_on_a_disk(root, runs=1)

    assert few.thinned == [f"night-{days}" for days in range(6, 6 - len(few.thinned), -1)]
    assert 0 < len(few.thinned) < 5
    assert [*few.thinned, *many.thinned] == [f"night-{days}" for days in (6, 5, 4, 3, 2)]


def test_without_room_what_is_at_work_or_was_within_the_hour_stays_and_so_does_what_is_needed(
    root: Path,
) -> None:
    for name, days_ago in (("old", 2), ("needed", 3), ("at-work", 4), ("just-now", 0.02)):
        run_of(root, name, days_ago=days_ago)
    target_at(root, ended=9, last_run="needed")

    with at_work(Run(root, "at-work")):
        done = thin_on_a_disk(root, runs=1)

    assert done == Thinned(["old"], [])


def test_the_run_that_goes_on_stays_as_it_is_whatever_its_age(root: Path) -> None:
    run_of(root, "newest", days_ago=2)
    own = run_of(root, "own", days_ago=200)
    target_at(root, ended=9)
    whole = {path for path in own.folder.rglob("*") if path.is_file()}

    done = thin_runs(root, NOW, whole_runs=1, reject_days=90, own="own")

    assert done == Thinned([], [])
    assert {path for path in own.folder.rglob("*") if path.is_file()} == whole


def test_every_target_has_its_own_newest_runs(root: Path) -> None:
    run_of(root, "newer", days_ago=2)
    of_pilot = run_of(root, "pilot", days_ago=30, target="pilot")
    whole = files_of(of_pilot)
    target_at(root, ended=9)

    assert thin(root) == Thinned([], [])
    assert files_of(of_pilot) == whole


def test_a_thinned_run_is_removed_after_its_days_and_not_before(root: Path) -> None:
    run_of(root, "newest", days_ago=2)
    run_of(root, "young", days_ago=89)
    old = run_of(root, "old", days_ago=91)
    target_at(root, ended=9)

    first, second = thin(root), thin(root)

    assert first == Thinned(thinned=["young"], removed=["old"])
    assert second == Thinned([], [])
    assert not old.folder.exists()


@pytest.mark.parametrize("state", ["open_run", "last_run", "last_ended"])
def test_the_open_and_the_last_run_stay_whole_whatever_their_age(root: Path, state: str) -> None:
    run_of(root, "newest", days_ago=2)
    needed = run_of(root, "needed", days_ago=1_000)
    whole = files_of(needed)
    target_at(root, ended=9, **{state: "needed"})

    assert thin(root) == Thinned([], [])
    assert files_of(needed) == whole


def test_what_a_run_left_in_doubt_was_compared_again_and_keeps_it_no_longer(root: Path) -> None:
    run_of(root, "newest", days_ago=2)
    run_of(root, "in-doubt", days_ago=10, settled=False)
    target_at(root, ended=9)

    assert thin(root) == Thinned(["in-doubt"], [])


def test_three_weeks_of_failing_nights_keep_one_unposted_run_and_hardly_a_snapshot(
    root: Path,
) -> None:
    target_at(root, ended=9)
    for days_ago in range(21, 0, -1):
        run_of(root, f"night-{days_ago}", days_ago=days_ago - 0.5, begun=False, compared=9)

    thin(root)

    snapshots = {path.parts[-3] for path in root.glob("runs/*/snapshot/tblInsuree.parquet")}
    outboxes = {path.parts[-4] for path in root.glob("runs/*/outbox/*/*.json")}
    assert snapshots == outboxes == {"night-1"}


def test_what_a_snapshot_holds_of_people_goes_as_soon_as_its_run_has_ended(root: Path) -> None:
    run = run_of(root, "ended", days_ago=0)
    write_frame(run.snapshot("tblLocations"), pl.LazyFrame({"name": ["a place"]}))
    target_at(root, ended=1, last_run="ended", last_ended="ended")

    assert thin(root).released == ["ended"]

    assert not run.snapshot("tblInsuree").exists()
    assert run.snapshot("tblLocations").exists()
    assert run.desired("any", 0).exists()


def test_the_newest_run_that_may_still_be_posted_stays_whole(root: Path) -> None:
    run_of(root, "planned", days_ago=1_000, begun=False, compared=9)
    target_at(root, ended=9)

    assert thin(root) == Thinned([], [])


def test_a_run_that_no_load_takes_any_more_is_over_though_it_was_never_posted(
    root: Path,
) -> None:
    run_of(root, "newest", days_ago=2)
    run_of(root, "planned", days_ago=10, begun=False, compared=8)
    target_at(root, ended=9)

    assert thin(root) == Thinned(["planned"], [])


def test_a_run_at_work_stays_whole(root: Path) -> None:
    run_of(root, "newest", days_ago=2)
    run_of(root, "at-work", days_ago=30)
    target = target_at(root, ended=9)

    with locked(target, "at-work"):
        assert thin(root) == Thinned([], [])


def test_what_was_at_work_within_a_day_stays_whole(root: Path) -> None:
    run_of(root, "newest", days_ago=0.1)
    run_of(root, "today", days_ago=0.9)
    extracting = Run(root, "extracting")
    write_frame(extracting.snapshot("tblClaim"), pl.LazyFrame({"a": [1]}))
    moment = (NOW - timedelta(hours=3)).timestamp()
    os.utime(extracting.snapshot("any").parent, (moment, moment))
    target_at(root, ended=9)

    assert thin(root, reject_days=0) == Thinned([], [])


def test_what_dhis2_has_confirmed_is_never_thinned(root: Path) -> None:
    run_of(root, "newest", days_ago=2)
    run_of(root, "old", days_ago=1_000)
    target = target_at(root, ended=9)
    acknowledged = target.acknowledged("old", "tracked_entities", 0)
    write_frame(acknowledged, pl.LazyFrame({"key": ["a"]}))

    done = thin(root, reject_days=0)

    assert done.removed == ["old"]
    assert acknowledged.exists()
    assert target.current.exists()


def test_thinning_that_was_cut_short_goes_on(root: Path) -> None:
    run_of(root, "newest", days_ago=2)
    older = run_of(root, "older", days_ago=3)
    target_at(root, ended=9)
    older.bundle("6-events", 1).unlink()  # request bodies go first
    older.bundle("6-events", 1).with_suffix(".receipt.json").unlink()

    assert thin(root) == Thinned(["older"], [])


def damaged(path: Path) -> None:
    moment = path.stat().st_mtime
    path.write_bytes(path.read_bytes()[:-2])
    os.utime(path, (moment, moment))


@pytest.mark.parametrize(
    "place",
    [
        lambda run: run.run_file,
        lambda run: run.manifest("outbox"),
        lambda run: run.manifest("changes"),
    ],
    ids=["run.json", "outbox", "changes"],
)
def test_a_damaged_run_is_told_and_left_and_all_others_are_thinned_out(
    root: Path, place: Callable[[Run], Path]
) -> None:
    run_of(root, "newest", days_ago=2)
    run_of(root, "young", days_ago=89)
    run_of(root, "old", days_ago=91)
    bad = run_of(root, "bad", days_ago=90.5, begun=False)
    target_at(root, ended=9)
    damaged(place(bad))
    left = files_of(bad)

    done = thin(root)

    assert (done.thinned, done.removed) == (["young"], ["old"])
    assert files_of(bad) == left
    [told] = done.untouched
    assert told.startswith(f"{bad.folder} was not thinned out: {place(bad)} is damaged")
    assert told.endswith("If nobody needs what is in it, remove it.")


def test_where_a_targets_state_is_damaged_its_runs_stay_and_those_of_others_are_thinned_out(
    root: Path,
) -> None:
    for run_id in ("newest", "old"):
        run_of(root, run_id, days_ago=200)
        run_of(root, f"{run_id}-pilot", days_ago=200, target="pilot")
    damaged(target_at(root, ended=9).current)
    switch(Target(root, "pilot"), Current(partitions=1, ended=9))

    done = thin(root)

    assert [name.removesuffix("-pilot") for name in done.removed] in (["newest"], ["old"])
    assert {each for each in ("newest", "old") if (root / "runs" / each).exists()} == {
        "newest",
        "old",
    }
    assert len(done.untouched) == 1


def killed_at_removal(root: Path, number: int) -> None:
    """Thin out, and die before the removal of this number (a file's or a folder's)."""
    left = iter(range(number, 0, -1))

    def removal(event: str, _: object) -> None:
        if event in {"os.remove", "os.rmdir"} and next(left, 0) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(removal)
    thin(root)


@pytest.mark.large
def test_a_run_whose_removal_was_cut_short_anywhere_is_removed_the_next_time(root: Path) -> None:
    code, number = KILLED, 0
    while code == KILLED:
        area = root / str(number)
        run_of(area, "newest", days_ago=2)
        older = [run_of(area, f"old-{age}", days_ago=age, begun=age > 100) for age in (95, 101)]
        target_at(area, ended=9)

        process = forks.Process(target=killed_at_removal, args=(area, number))
        process.start()
        process.join()
        code, number = process.exitcode or FINISHED, number + 1
        days_later = thin_runs(area, datetime.now(UTC) + timedelta(2), whole_runs=1, reject_days=90)

        assert days_later.untouched == []
        assert not [run.run_id for run in older if run.folder.exists()]
    assert code == FINISHED
    assert number > 2 * len(files_of(run_of(root, "any", days_ago=1)))


def test_an_empty_staging_folder_has_nothing_to_thin(root: Path) -> None:
    assert thin(root) == Thinned([], [])
