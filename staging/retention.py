"""Runs that are over are thinned out; what DHIS2 has confirmed never is.

    whole      the newest runs of every target
    thinned    run.json, summary, rejects, findings and the stages' manifests are left of older ones
    gone       thinned ones after so many days

The manifests stay so that a thinned run cannot be taken for one that was never begun.
A damaged one is left as it is and reported; the others are thinned out all the same. Kept whole
whatever its age: the open and the last run of a target, the one that ended last, with which the
next is compared, one that holds a lock, and the newest one if it could still be posted. So is what
was at work within a day. Where the disk lacks room for one more run, only these are kept whole, and
of what was at work only the last hour: the oldest are thinned first, until there is room.

Snapshots hold insurance numbers in clear, and nothing needs them once a run has ended or a newer
one has begun: what they hold of people goes before the rest.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from staging.current import Current, read_current
from staging.layout import Run, Target, run_ids, target_names
from staging.manifests import ChangesManifest
from staging.outbox import bundles
from staging.room import bytes_of_one_more_run, free_bytes
from staging.runs import is_at_work, recall
from staging.snapshots import release_snapshot
from transforms.core.errors import StagingError

STAGES = ("snapshot", "desired", "changes", "outbox", "outcomes", "left_out", "links")
FINDINGS = ("rejects", "reconciliation")
AT_WORK = timedelta(days=1)
AT_WORK_WITHOUT_ROOM = timedelta(hours=1)
UNUSED = Current(partitions=1)


@dataclass(frozen=True)
class Thinned:
    """What was done.

    Attributes:
        thinned: Ids of runs of which only summary and rejects are left now.
        removed: Ids of runs of which nothing is left now.
        released: Ids of runs whose snapshot holds nothing of people any more.
        untouched: What could not be read or removed, a sentence each.
    """

    thinned: list[str]
    removed: list[str]
    untouched: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list, compare=False)

    @contextmanager
    def report_failures(self, folder: Path) -> Iterator[None]:
        """Report a folder that could not be read or removed, and go on."""
        try:
            yield
        except (OSError, StagingError) as error:
            reason = error if isinstance(error, StagingError) else f"{error.strerror}."
            self.untouched.append(
                f"{folder} was not thinned out: {reason} If nobody needs what is in it, remove it."
            )


def thin_runs(
    root: Path,
    now: datetime,
    *,
    whole_runs: int,
    reject_days: int,
    own: str | None = None,
    free: Callable[[Path], int] = free_bytes,
) -> Thinned:
    """Thin out the runs of a staging folder; cut short, it goes on the next time.

    Nothing is written for it, so that it makes room on a disk that is full.

    Args:
        root: The staging folder.
        now: The present moment, with its zone.
        whole_runs: How many of the newest runs of a target are kept whole; at least one.
        reject_days: For how many days summaries and rejects of the others are kept.
        own: The run that is about to begin or go on; it stays as it is.
        free: Returns the bytes of room on the disk of a folder.
    """
    done, kept_for = Thinned([], []), max(timedelta(days=reject_days), AT_WORK)
    for run in _unneeded_snapshots(root, now, own):
        with done.report_failures(run.folder):
            if release_snapshot(run):
                done.released.append(run.run_id)
    for run in _older_runs(root, whole_runs, done, own):
        with done.report_failures(run.folder):
            age = _age(run, now)
            if age > (AT_WORK if _is_empty(run) else kept_for):
                _remove(run)
                done.removed.append(run.run_id)
            elif age > AT_WORK and _thin(run):
                done.thinned.append(run.run_id)
    _make_room(root, now, done, own, free)
    return done


def _make_room(
    root: Path, now: datetime, done: Thinned, own: str | None, free: Callable[[Path], int]
) -> None:
    """Thin out more runs than the country file says, the oldest first, until there is room."""
    for run in sorted(_older_runs(root, 0, Thinned([], []), own), key=_moment):
        if free(root) >= bytes_of_one_more_run(root):
            return
        with done.report_failures(run.folder):
            is_idle = _age(run, now) > AT_WORK_WITHOUT_ROOM and not is_at_work(run)
            if is_idle and _thin(run):
                done.thinned.append(run.run_id)


def _age(run: Run, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(_moment(run), tz=now.tzinfo)


def _unneeded_snapshots(root: Path, now: datetime, own: str | None) -> Iterator[Run]:
    """Yield the runs that need their snapshot no more."""
    states = _states(root, Thinned([], []))
    for target, runs in _by_target(root, Thinned([], []), own).items():
        state = states.get(target, UNUSED)
        for run in runs if state else ():
            has_ended = state is not None and run.run_id in (state.last_run, state.last_ended)
            if has_ended or _age(run, now) > AT_WORK:
                yield run


def _older_runs(root: Path, whole_runs: int, done: Thinned, own: str | None) -> Iterator[Run]:
    """Yield the runs that may be thinned."""
    states = _states(root, done)
    used = set(_used_runs(root, states))
    for target, runs in _by_target(root, done, own).items():
        ranked = sorted(runs, key=_moment, reverse=True)
        whole = [run for run in ranked if not _is_empty(run)][:whole_runs]
        waiting = [run for run in ranked if run.manifest("outbox").exists()][:1]
        for run in ranked if states.get(target, UNUSED) else ():
            if run in whole or run.run_id in used:
                continue
            if _is_over(run, states, done, is_newest=run in waiting):
                yield run


def _by_target(root: Path, done: Thinned, own: str | None) -> dict[str, list[Run]]:
    """Return the other runs of each target; those of none are of `""`."""
    groups: dict[str, list[Run]] = {}
    for run_id in (each for each in run_ids(root) if each != own):
        run = Run(root, run_id)
        with done.report_failures(run.folder):
            groups.setdefault(recall(run).target or "", []).append(run)
    return groups


def _states(root: Path, done: Thinned) -> dict[str, Current | None]:
    """Return the state of each target; None where it is not known, so that no run is over."""
    states: dict[str, Current | None] = dict.fromkeys(target_names(root))
    for name in states:
        with done.report_failures(Target(root, name).folder):
            states[name] = read_current(Target(root, name)) or UNUSED
    return states


def _used_runs(root: Path, states: dict[str, Current | None]) -> Iterator[str]:
    """Yield the ids of runs that a target needs, or that are at work."""
    for state in filter(None, states.values()):
        yield from filter(None, (state.open_run, state.last_run, state.last_ended))
    for name in target_names(root):
        lock = Target(root, name).lock
        if lock.exists():
            yield lock.read_text().strip()


def _is_over(
    run: Run, states: dict[str, Current | None], done: Thinned, *, is_newest: bool
) -> bool:
    with done.report_failures(run.folder):
        return not (_may_be_posted(run, states) and is_newest)
    return False


def _may_be_posted(run: Run, states: dict[str, Current | None]) -> bool:
    """Return whether a bundle of the run waits for a load that may still come.

    None may come once the target has moved on from the state that the run was compared with; nor
    for a run before the newest one. What an ended run left in doubt was compared again.
    """
    if not run.manifest("outbox").exists():
        return False
    unsettled = [each for each in bundles(run) if not each.is_settled and each.path.exists()]
    state = states.get(recall(run).target or "")
    return bool(unsettled) and not _is_out_of_date(run, state)


def _is_out_of_date(run: Run, state: Current | None) -> bool:
    compared = ChangesManifest.read(run).ended
    return state is not None and state.ended > compared


def _thin(run: Run) -> bool:
    """Remove all of a run but what is kept of it; return whether there was any."""
    made = [path for path in run.folder.rglob("*") if path.is_file() and not _is_kept(run, path)]
    # Without its request body a bundle is not in doubt, whatever is left of it.
    for path in sorted(made, key=_is_receipt):
        path.unlink()
    return bool(made)


def _remove(run: Run) -> None:
    """Remove a run; what tells whose it is and how old goes last, so that a kill loses nothing."""
    _thin(run)
    last_files = [*(run.manifest(stage) for stage in reversed(STAGES)), run.run_file]
    files = {path for path in run.folder.rglob("*") if path.is_file()}
    for path in files.difference(last_files):
        path.unlink()
    for path in last_files[:-1]:
        path.unlink(missing_ok=True)
    for path in run.folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    run.run_file.unlink(missing_ok=True)
    run.folder.rmdir()


def _is_empty(run: Run) -> bool:
    return not any(run.folder.iterdir())


def _is_kept(run: Run, path: Path) -> bool:
    parts = path.relative_to(run.folder).parts
    is_manifest = path in (run.manifest(stage) for stage in STAGES)
    return len(parts) == 1 or parts[0] in FINDINGS or is_manifest


def _is_receipt(path: Path) -> bool:
    return path.name.endswith((".sent", ".receipt.json"))


def _moment(run: Run) -> float:
    """Return when the run was last at work, as far as its files tell; thinning leaves that."""
    dated_files = [run.summary, run.run_file, *(run.manifest(stage) for stage in STAGES)]
    there = [path for path in dated_files if path.exists()]
    if not there:
        there = [run.folder, *run.folder.iterdir()]
    return max(path.stat().st_mtime for path in there)
