"""A process whose disk is full, or may not be written to; root or not makes no difference."""

import ctypes
import os
import resource
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.support.sandbox import Sandbox
from tests.support.scheme import Job, bring
from tests.system.crashes.driver import SECONDS, forks
from tests.system.crashes.points import Point, Points
from transforms.core.errors import SyncError

CAPABILITIES_OF_LINUX_3 = 0x20080522
PAGE = 4096
Befall = Callable[[Job], None]


def ending_in_a_process(job: Job, **befalls: Point) -> str | None:
    """Bring DHIS2 up to date in a process of its own; return the sentence that stops it, or None.

    Args:
        job: What to do.
        befalls: What happens to it (see `BEFALLS`), and where.
    """
    process, mine = _started(job, befalls)
    try:
        return mine.recv() if mine.poll(SECONDS) else f"It was at work after {SECONDS} seconds"
    except EOFError:
        process.join()
        return f"It ended with exit code {process.exitcode}, and without a sentence"
    finally:
        process.kill()
        process.join()


def endings_at_once(sandbox: Sandbox, *jobs: Job) -> list[str | None]:
    """Do several jobs at the same time, each in a process of its own; return how they end.

    The first that asks DHIS2 has no answer before another one has ended: they do overlap.
    """
    one_has_ended = threading.Event()
    sandbox.cues.add(path="^/api/", occurrences=[1], until=one_has_ended)
    started = [_started(job, {}) for job in jobs]
    wait([process.sentinel for process, _ in started], SECONDS)
    one_has_ended.set()
    for process, _ in started:
        process.join(SECONDS)
    sandbox.cues.clear()
    return [mine.recv() for _, mine in started]


def _started(job: Job, befalls: Mapping[str, Point]) -> tuple[BaseProcess, Connection]:
    mine, its = forks.Pipe()
    process = forks.Process(target=_end, args=(its, job, befalls))
    process.start()
    its.close()
    return process, mine


def _end(told: Connection, job: Job, befalls: Mapping[str, Point]) -> None:
    _lay_down_rights()
    befall = {point: partial(BEFALLS[name], job) for name, point in befalls.items()}
    Points(job.root, befalls=befall).install()
    try:
        bring(job)
    except SyncError as error:
        told.send(str(error))
    else:
        told.send(None)


def _fill_the_disk(_: Job) -> None:
    """Let no file take another byte."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))


def _close(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)


BEFALLS: dict[str, Befall] = {
    "full": _fill_the_disk,
    "acknowledged": lambda job: _close(job.target.folder),
    "outbox": lambda job: _close(job.run.manifest("outbox").parent),
    "run": lambda job: _close(job.run.folder),
}


def open_again(folder: Path) -> None:
    """Let everything below a folder be written to."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o200)


@contextmanager
def small_disk(folder: Path, room: int) -> Iterator[None]:
    """Copy a folder to a disk of its own, which has so many bytes of room; copy it back at last.

    Inside the block it lies there; `make_room` makes the disk large.
    """
    copied = folder.with_name(f"{folder.name} of before")
    folder.rename(copied)
    folder.mkdir()
    _mount(folder, f"size={_on_pages(copied) + room}")
    try:
        shutil.copytree(copied, folder, dirs_exist_ok=True)
        yield
        shutil.rmtree(copied)
        shutil.copytree(folder, copied)
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()
        copied.rename(folder)


def make_room(folder: Path) -> None:
    """Make a small disk large."""
    _mount(folder, "remount,size=1g")


def _mount(folder: Path, options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"No small disk can be mounted here: {done.stderr.strip()}")


def _on_pages(folder: Path) -> int:
    """Return the bytes that the files of a folder take on a disk of whole pages."""
    sizes = (path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return sum(-(-size // PAGE) * PAGE for size in sizes)


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
