"""The lock of a target: one run at a time writes to it, with all of its stages."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from staging.damage import in_words
from staging.files import lock_at_once, make_folder, open_lock
from staging.layout import Target
from transforms.core.errors import StagingError


class InUseError(StagingError):
    """Another run is writing to the target."""


@contextmanager
def locked(target: Target, run_id: str, *, for_stages: bool = False) -> Iterator[None]:
    """Lock the target for one run.

        lock          the outermost flow's; names its run
        stage.lock    that of the flow at work; a stage outlives the flow that started it if that
                      is killed, and another run has to wait for it

    A stage has the run id of the flow that started it, and passes; one at a time. A flow that is
    started again may find its own stage at work, and wait for it.

    Args:
        target: The target.
        run_id: The run.
        for_stages: The flow is the outermost one, and starts stages, here or in other processes.

    Raises:
        InUseError: Another run has locked it, or another flow of the same run is at work.
        StagingError: The disk is full.
    """
    make_folder(target.folder)
    with open_lock(target.lock) as outermost, open_lock(target.stage_lock) as at_work:
        is_outermost = _lock_at_once(outermost, run_id)
        if not is_outermost:
            _refuse_unless_stage(target.lock, run_id, for_stages=for_stages)
        if not _lock_at_once(at_work, run_id):
            _refuse_unless_own(target.stage_lock, run_id, is_parent=is_outermost and for_stages)
        if not is_outermost:
            # Another run may have become the outermost one meanwhile.
            _refuse_unless_stage(target.lock, run_id, for_stages=for_stages)
        if for_stages:
            fcntl.flock(at_work, fcntl.LOCK_UN)
        yield


def _lock_at_once(lock: IO[bytes], run_id: str) -> bool:
    if not lock_at_once(lock):
        return False
    with in_words(Path(lock.name)):
        lock.truncate(0)
        lock.write(run_id.encode())
    return True


def _refuse_unless_stage(lock: Path, run_id: str, *, for_stages: bool) -> None:
    if for_stages or _holder(lock) != run_id:
        raise _in_use(lock, run_id)


def _refuse_unless_own(lock: Path, run_id: str, *, is_parent: bool) -> None:
    if not is_parent or _holder(lock) != run_id:
        raise _in_use(lock, run_id)


def _holder(lock: Path) -> str:
    return lock.read_text().strip()


def _in_use(lock: Path, run_id: str) -> InUseError:
    return InUseError(
        f"Run {_holder(lock) or '(unknown)'} is writing to this target ({lock}), so run {run_id} "
        f"cannot. Wait until it has ended, then start this one again. Nothing was posted."
    )
