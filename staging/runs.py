"""run.json: what a run was asked for. A run is resumed only as what it was begun as.

package is the version of the package that wrote last; another one may go on.

lock    held by the stage that is at work in the run's folder, whichever target it is for
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from staging.damage import damaged_error
from staging.files import MISSING, lock_at_once, make_folder, open_lock, read_json, write_json
from staging.layout import Run
from transforms import VERSION
from transforms.core.errors import StagingError

TRANSFORM = ("desired", "changes", "outbox")


def remember(run: Run, **facts: Any) -> None:
    """Write facts about a run, or check that they are those it was begun with.

    Raises:
        StagingError: The run was begun as something else, or what it was begun as is lost.
    """
    if not run.run_file.exists() and any(run.manifest(stage).exists() for stage in TRANSFORM):
        raise damaged_error(run.run_file, MISSING)
    _note(run, facts)


def _note(run: Run, facts: dict[str, Any]) -> None:
    recorded = recall(run)
    for name, fact in facts.items():
        if name in recorded and recorded[name] != fact:
            raise StagingError(
                f"Run {run.run_id} was begun with {name} = {recorded[name]!r}, and is now asked "
                f"for {fact!r}. Give another run_id, or leave it out: a new run compares again "
                f"what this one has left. Nothing was done."
            )
    if recorded | facts != recorded:
        _write(run, recorded | facts)


def note_permissions(run: Run, allowed: Collection[str]) -> None:
    """Write down what the run was permitted, besides what it was permitted before."""
    recorded = recall(run)
    noted = sorted({*recorded.get("allow", ()), *map(str, allowed)})
    if allowed and noted != recorded.get("allow"):
        make_folder(run.folder)
        _write(run, recorded | {"allow": noted})


def _write(run: Run, facts: dict[str, Any]) -> None:
    write_json(run.run_file, facts | {"package": VERSION})


def first_recorded(run: Run, name: str, fact: int) -> int:
    """Return a fact as it was recorded first."""
    recorded: int = recall(run).get(name, fact)
    _note(run, {name: recorded})
    return recorded


def recall(run: Run) -> dict[str, Any]:
    """Return what is recorded of a run; nothing if there is no such run."""
    return read_json(run.run_file) if run.run_file.exists() else {}


@contextmanager
def at_work(run: Run) -> Iterator[None]:
    """Hold the folder of a run while a stage writes to it.

    Raises:
        StagingError: A stage of the same run is at work in another process.
    """
    make_folder(run.folder)
    with open_lock(run.lock) as lock:
        if not lock_at_once(lock):
            raise StagingError(
                f"Run {run.run_id} is at work already in another process ({run.lock}), and only "
                f"one may write to its folder. Wait until it has ended, then start this one again. "
                f"Nothing was changed."
            )
        yield


def is_at_work(run: Run) -> bool:
    """Whether a stage holds the run's folder."""
    if not run.lock.exists():
        return False
    with open_lock(run.lock) as lock:
        return not lock_at_once(lock)
