"""A process whose disk is full, or may not be written to; root or not makes no difference."""

import ctypes
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from tests.crashes.driver import SECONDS, forks
from tests.crashes.loader import Job, bring
from tests.crashes.points import Point, Points
from transforms.errors import SyncError

CAPABILITIES_OF_LINUX_3 = 0x20080522
Befall = Callable[[Job], None]


def ending_in_a_process(job: Job, full: Point | None = None) -> str | None:
    """Bring DHIS2 up to date in a process of its own; return the sentence that stops it, or None.

    Args:
        job: What to do.
        full: The point from which on the disk is full.
    """
    mine, its = forks.Pipe()
    process = forks.Process(target=_end, args=(its, job, full))
    process.start()
    its.close()
    try:
        return mine.recv() if mine.poll(SECONDS) else f"It was at work after {SECONDS} seconds"
    finally:
        process.kill()
        process.join()


def endings_at_once(*jobs: Job) -> list[str | None]:
    """Do several jobs at the same time, each in a process of its own; return how they end."""
    pipes = [forks.Pipe() for _ in jobs]
    processes = [
        forks.Process(target=_end, args=(its, job, None))
        for (_, its), job in zip(pipes, jobs, strict=True)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(SECONDS)
    return [mine.recv() for mine, _ in pipes]


def _end(told: Connection, job: Job, full: Point | None) -> None:
    _lay_down_rights()
    Points(job.root, full=full).install()
    try:
        bring(job)
    except SyncError as error:
        told.send(str(error))
    else:
        told.send(None)


def _lay_down_rights() -> None:
    """Let the rights of files count for this process, though it be root's."""
    if os.geteuid() == 0 and hasattr(os, "sched_getaffinity"):
        header = (ctypes.c_uint32 * 2)(CAPABILITIES_OF_LINUX_3, 0)
        nothing = (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None, use_errno=True).capset(header, nothing) == 0


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write below a folder, for a while."""
    rights = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    for path, mode in rights.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in rights.items():
            path.chmod(mode)
