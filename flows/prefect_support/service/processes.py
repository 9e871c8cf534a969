"""Start a process that stays, and stop it: never another one, though it has the same number."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import orjson

from transforms.core.errors import TerminalError

STOP_SECONDS = 30.0
LOOK_SECONDS = 0.2
_started: list["subprocess.Popen[bytes]"] = []
"""Kept, since Python complains of a process that is forgotten while it runs."""


class ServiceError(TerminalError):
    """A process of the service did not start."""


def start(
    command: Sequence[str], note: Path, log: Path, settings: Mapping[str, str], folder: Path
) -> bool:
    """Start a process, unless it runs; return whether it was started.

    Args:
        command: Program and arguments.
        note: Where it is noted which process that is.
        log: Where it logs.
        settings: Environment variables, besides those of this process.
        folder: In which it works.
    """
    if is_running(note):
        return False
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - a command of our own
            command,
            cwd=folder,
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _started.append(process)
    note.write_bytes(orjson.dumps({"pid": process.pid, "began": _began(process.pid)}))
    return True


def is_running(note: Path) -> bool:
    """Whether the process that was noted still runs."""
    return _running_process(note) is not None


def stop(note: Path) -> bool:
    """Stop the process that was noted, with all that it has started; return whether it ran."""
    pid = _running_process(note)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGTERM)
        if not _ends(note):
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
    note.unlink(missing_ok=True)
    return pid is not None


def _ends(note: Path) -> bool:
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until:
        if not is_running(note):
            return True
        time.sleep(LOOK_SECONDS)
    return False


def _running_process(note: Path) -> int | None:
    """Return the process that was noted; None if it is gone, whoever has its number now."""
    if not note.exists():
        return None
    noted = orjson.loads(note.read_bytes())
    pid = int(noted["pid"])
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # one of our own that has ended is still listed
    return pid if _began(pid) == noted["began"] else None


def _began(pid: int) -> str | None:
    """Return when a process began, as the system says it; None if there is none.

    A process that has ended may be listed until its parent has asked for it, which in a container
    may be never. Its state is Z then.
    """
    done = subprocess.run(  # noqa: S603
        ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C", "TZ": "UTC"},
    )
    state, _, began = done.stdout.strip().partition(" ")
    return None if state.startswith("Z") else began.strip() or None
