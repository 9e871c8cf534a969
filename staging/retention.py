"""Runs that are over are thinned out; what DHIS2 has confirmed never is.

    whole      the newest runs of every target
    thinned    run.json, summary, rejects, findings and the stages' manifests are left of older ones
    gone       thinned ones after so many days

The manifests stay so that a thinned run cannot be taken for one that was never begun.
Kept whole whatever its age: the open and the last run of a target, one that holds a lock, and one
with a bundle that is in doubt, or that could still be posted. So is what was at work within a day.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from staging.acknowledged import Current, read_current
from staging.files import read_json
from staging.layout import Run, Target, run_ids, target_names
from staging.outbox import bundles
from staging.runs import recall

STAGES = ("snapshot", "desired", "changes", "outbox", "outcomes")
FINDINGS = ("rejects", "reconciliation")
AT_WORK = timedelta(days=1)


@dataclass(frozen=True)
class Thinned:
    """What was done.

    Attributes:
        thinned: Ids of runs of which only summary and rejects are left now.
        removed: Ids of runs of which nothing is left now.
    """

    thinned: list[str]
    removed: list[str]


def thin_runs(root: Path, now: datetime, *, whole_runs: int, reject_days: int) -> Thinned:
    """Thin out the runs of a staging folder; cut short, it goes on the next time.

    Args:
        root: The staging folder.
        now: The present moment, with its zone.
        whole_runs: How many of the newest runs of a target are kept whole; at least one.
        reject_days: For how many days summaries and rejects of the others are kept.
    """
    done = Thinned([], [])
    for run in _older_runs(root, whole_runs):
        age = now - datetime.fromtimestamp(_moment(run), tz=now.tzinfo)
        if age > max(timedelta(days=reject_days), AT_WORK):
            shutil.rmtree(run.folder)
            done.removed.append(run.run_id)
        elif age > AT_WORK and _thin(run):
            done.thinned.append(run.run_id)
    return done


def _older_runs(root: Path, whole_runs: int) -> Iterator[Run]:
    """Yield the runs that may be thinned."""
    groups: dict[str | None, list[Run]] = {}
    for run_id in run_ids(root):
        run = Run(root, run_id)
        groups.setdefault(recall(run).get("target"), []).append(run)
    states = _states(root)
    used = set(_used(root, states))
    for runs in groups.values():
        for run in sorted(runs, key=_moment, reverse=True)[whole_runs:]:
            if run.run_id not in used and not _may_be_posted(run, states):
                yield run


def _states(root: Path) -> dict[str, Current]:
    states = {name: read_current(Target(root, name)) for name in target_names(root)}
    return {name: state for name, state in states.items() if state is not None}


def _used(root: Path, states: dict[str, Current]) -> Iterator[str]:
    """Yield the ids of runs that a target needs, or that are at work."""
    for state in states.values():
        yield from filter(None, (state.open_run, state.last_run))
    for name in target_names(root):
        lock = Target(root, name).lock
        if lock.exists():
            yield lock.read_text().strip()


def _may_be_posted(run: Run, states: dict[str, Current]) -> bool:
    """Return whether a bundle of the run is in doubt, or waits for a load that may still come.

    None may come once the target has moved on from the state that the run was compared with.
    """
    if not run.manifest("outbox").exists():
        return False
    unsettled = [each for each in bundles(run) if not each.is_settled and each.path.exists()]
    if any(bundle.is_in_doubt for bundle in unsettled):
        return True
    state = states.get(recall(run).get("target", ""))
    return bool(unsettled) and not _is_out_of_date(run, state)


def _is_out_of_date(run: Run, state: Current | None) -> bool:
    compared = read_json(run.manifest("changes"))["ended"]
    return state is not None and bool(state.ended > compared)


def _thin(run: Run) -> bool:
    """Remove all of a run but what is kept of it; return whether there was any."""
    made = [path for path in run.folder.rglob("*") if path.is_file() and not _is_kept(run, path)]
    # Without its request body a bundle is not in doubt, whatever is left of it.
    for path in sorted(made, key=_is_receipt):
        path.unlink()
    return bool(made)


def _is_kept(run: Run, path: Path) -> bool:
    parts = path.relative_to(run.folder).parts
    is_manifest = path in (run.manifest(stage) for stage in STAGES)
    return len(parts) == 1 or parts[0] in FINDINGS or is_manifest


def _is_receipt(path: Path) -> bool:
    return path.name.endswith((".sent", ".receipt.json"))


def _moment(run: Run) -> float:
    """Return when the run was last at work, as far as its files tell; thinning leaves that."""
    told = [run.summary, run.run_file, *(run.manifest(stage) for stage in STAGES)]
    there = [path for path in told if path.exists()]
    if not there:
        there = [run.folder, *run.folder.iterdir()]
    return max(path.stat().st_mtime for path in there)
