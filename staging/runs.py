"""run.json: what was requested of a run. A run is resumed only with the same request.

lock    of the stage that is at work in the run's folder, whichever target it is for
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date

from pydantic import BaseModel, ConfigDict, ValidationError

from staging.damage import damaged_error, malformed_error
from staging.files import MISSING, lock_at_once, make_folder, open_lock, read_json, write_json
from staging.layout import Run
from transforms import VERSION
from transforms.core.errors import StagingError
from transforms.core.json_texts import Json
from transforms.model.resources import Scope

TRANSFORM = ("desired", "changes", "outbox")


class RunRecord(BaseModel):
    """What `run.json` says of a run, as far as it says it.

    What the country file decides stands beside these, under the names of its sections.

    Attributes:
        kind: sync, withdraw or renumber.
        target: Name of the target.
        pseudonym_key: Name of the saved block `pseudonym-key`.
        scopes: What is posted.
        changed_from: First day of the window.
        changed_to: Last day of the window.
        desired_run: The run that says what openIMIS has, if it is another one.
        reconciled: Resource to the version of the acknowledged state that is reconciled.
        bundle_size: Objects a bundle.
        joined_up_to: Neighbouring partitions with at most so many objects share a bundle.
        allow: What the run was permitted; it may be permitted more when it is resumed.
        package: The version of the package that wrote last; another one may go on.
        language: That of the run's reports.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str | None = None
    target: str | None = None
    pseudonym_key: str | None = None
    scopes: tuple[Scope, ...] | None = None
    changed_from: date | None = None
    changed_to: date | None = None
    desired_run: str | None = None
    reconciled: dict[str, str] | None = None
    bundle_size: int | None = None
    joined_up_to: int | None = None
    allow: tuple[str, ...] = ()
    package: str | None = None
    language: str = "en"

    def as_json(self) -> Json:
        """Return what it says, as `run.json` has it."""
        return self.model_dump(mode="json", exclude_unset=True)


def remember(run: Run, facts: RunRecord) -> None:
    """Write facts about a run, or check that they are those it was begun with.

    Raises:
        StagingError: The run was begun as something else, or what it was begun as is lost.
    """
    _refuse_lost(run)
    recorded = _read(run)
    for name, fact in facts.as_json().items():
        if name in recorded and recorded[name] != fact:
            raise StagingError(
                f"Run {run.run_id} was begun with {name} = {recorded[name]!r}, and now "
                f"{fact!r} is requested. Give another run_id, or leave it out: a new run "
                f"compares again what this one has left. Nothing was done."
            )
    _write(run, recorded, recorded | facts.as_json())


def note_permissions(run: Run, allowed: Collection[str]) -> None:
    """Write down what the run was permitted, besides what it was permitted before."""
    if allowed:
        recorded = _read(run)
        noted = sorted({*recorded.get("allow", ()), *map(str, allowed)})
        make_folder(run.folder)
        _write(run, recorded, recorded | {"allow": noted})


def note_language(run: Run, code: str) -> None:
    """Write down in which language the run's reports are, unless it says so already."""
    if code != recall(run).language:
        _refuse_lost(run)
        recorded = _read(run)
        make_folder(run.folder)
        _write(run, recorded, recorded | {"language": code})


def remember_first(run: Run, facts: RunRecord) -> RunRecord:
    """Record those of the facts that are not recorded yet; return what is recorded then."""
    recorded = _read(run)
    _write(run, recorded, recorded | facts.as_json() | recorded)
    return recall(run)


def recall(run: Run) -> RunRecord:
    """Return what is recorded of a run; nothing if there is no such run.

    Raises:
        StagingError: It is damaged.
    """
    try:
        return RunRecord.model_validate(_read(run))
    except ValidationError as error:
        raise malformed_error(run.run_file, error) from error


def _refuse_lost(run: Run) -> None:
    if not run.run_file.exists() and any(run.manifest(stage).exists() for stage in TRANSFORM):
        raise damaged_error(run.run_file, MISSING)


def _read(run: Run) -> Json:
    return read_json(run.run_file) if run.run_file.exists() else {}


def _write(run: Run, recorded: Json, facts: Json) -> None:
    if facts != recorded:
        write_json(run.run_file, facts | {"package": VERSION})


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
