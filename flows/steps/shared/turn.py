"""Whose turn it is at a target: a run of the schedule waits for the one at work, and may be late.

    another run has locked the target ─► wait ─┬─ it has ended ─► go on
                                               └─ a newer run is due too ─► GaveWayError
    the target is ours ─┬─ DHIS2 has everything of a later moment ─► AlreadyLoadedError
                        └─ otherwise ─► go on

What is waited for is a lock of the system. It ends with its process: no kill leaves it behind.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from staging.current import read_current
from staging.layout import Run, Target
from staging.snapshots import is_complete, read_manifest
from staging.summaries import read_summary
from staging.target_lock import InUseError, locked
from transforms.core.errors import SyncError
from transforms.reports.summaries import RunState


class NeedlessRunError(SyncError):
    """A run of the schedule was late, and has nothing to do; it is no failure."""


class GaveWayError(NeedlessRunError):
    """The next one is due."""


class AlreadyLoadedError(NeedlessRunError):
    """What it was to bring is in DHIS2."""


@dataclass(frozen=True)
class Turn:
    """How a run waits for its turn.

    Attributes:
        due: When the schedule wanted it; None of a run that a person has started, which neither
            waits nor is ever late.
        is_newer_due: Whether a newer run of the same schedule is due or at work.
        log: Told once for which run is waited.
        look_seconds: Between two looks whether it has ended.
    """

    due: datetime | None = None
    is_newer_due: Callable[[], bool] = lambda: False
    log: Callable[[str], object] = lambda _: None
    look_seconds: float = 5.0


BY_HAND = Turn()


@contextmanager
def in_turn(target: Target, run_id: str, turn: Turn) -> Iterator[None]:
    """Hold the target for all stages of a run, when it is the run's turn.

    Raises:
        InUseError: Another run is writing to the target, and this one does not wait.
        GaveWayError: A newer run of the schedule is due as well.
        AlreadyLoadedError: A run has loaded everything of a moment later than this one was due.
    """
    with ExitStack() as stack:
        if turn.due is None:
            stack.enter_context(locked(target, run_id, for_stages=True))
        else:
            _wait_for_turn(stack, target, run_id, turn)
            _refuse_if_loaded(target, turn.due)
        yield


def _wait_for_turn(stack: ExitStack, target: Target, run_id: str, turn: Turn) -> None:
    is_logged = False
    while True:
        if turn.is_newer_due():
            raise GaveWayError(
                "A newer run of the schedule is due as well, and brings what this one was to. "
                "Nobody has to do anything. openIMIS was not read, and nothing was posted."
            )
        try:
            stack.enter_context(locked(target, run_id, for_stages=True))
        except InUseError as in_use:
            if not is_logged:
                turn.log(f"{in_use} The run waits for that, or until the next one is due.")
            is_logged = True
            time.sleep(turn.look_seconds)
        else:
            return


def _refuse_if_loaded(target: Target, due: datetime) -> None:
    last = _last_run(target)
    read_at = _read_at(last) if last else None
    if last and read_at and read_at > due:
        raise AlreadyLoadedError(
            f"Run {last.run_id} read openIMIS at {read_at:%Y-%m-%d %H:%M} UTC, which is later than "
            f"this run was due ({due:%Y-%m-%d %H:%M}), and has loaded everything. Nobody has to do "
            f"anything. openIMIS was not read, and nothing was posted."
        )


def _last_run(target: Target) -> Run | None:
    """Return the run of a target that ended last, unless one after it was cut short or lost."""
    current = read_current(target)
    if current is None or current.open_run or current.withdrawn or current.lost_run:
        return None
    last = current.last_ended or current.last_run
    return Run(target.root, last) if last else None


def _read_at(run: Run) -> datetime | None:
    """Return when a run read openIMIS, on this machine's clock, if it has loaded everything."""
    summary = read_summary(run) or {}
    is_whole = summary.get("state") == RunState.LOADED and summary["is_whole"]
    if not is_whole or not is_complete(run):
        return None
    manifest = read_manifest(run)
    return None if manifest.is_behind else manifest.taken_at
