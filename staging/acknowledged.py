"""What DHIS2 has confirmed, one folder a version; `current.json` is switched once, last.

It also holds the SHA-256 of every file, which is verified before the file is read, and the format
of all of this:

    1    values are called by DHIS2's UIDs, in frames and in `treatments`; nothing says the format
    2    they are called by field keys

A state of format 1 is read as one of format 2, and so it is written. Its frames stay as they are
until a new version of their resource is written, for another run may still need them; the names of
a frame's columns show of which format it is. A release that knows of format 1 alone refuses format
2 (`current.json` has more than it knows): it would take keys for UIDs.

A version that nobody switched to is the scratch paper of a run that was cut short; the next fold
of that run writes it again.
"""

import fcntl
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import polars as pl
from pydantic import BaseModel, ConfigDict, model_validator

from staging.damage import damaged
from staging.files import (
    acquired,
    make_folder,
    read_json,
    sha256,
    verify,
    whole_or_absent,
    write_json,
)
from staging.layout import Target
from transforms.changes.deltas import FORMER
from transforms.core.errors import StagingError
from transforms.model.field_keys import names_uids, with_key_names, with_keys
from transforms.model.resources import METADATA, RESOURCES

RESOURCE_NAMES = frozenset((*(resource.name for resource in RESOURCES), *METADATA))
FORMAT = 2


class KnownSource(BaseModel):
    """Which openIMIS the state is of, so that no run has to be kept to know it again.

    Attributes:
        database: Digest of server and database name.
        oldest_rows: openIMIS table to the digest of its oldest row's UUID.
        as_of: When the snapshot was taken, on the source's clock; naive.
        taken_at: The same, on the clock of the machine that took it.
        rows: openIMIS table to its rows.
    """

    model_config = ConfigDict(frozen=True)

    database: str
    oldest_rows: dict[str, str]
    as_of: datetime
    taken_at: datetime | None = None
    rows: dict[str, int]


class Current(BaseModel):
    """What `current.json` says.

    Attributes:
        format: How all of this is written; see above.
        partitions: Into how many partitions people are divided; fixed by the first run.
        versions: Resource to the version (a folder) that holds its acknowledged frames.
        checksums: Resource to the SHA-256 of each of its partitions.
        counter: Number of folds so far.
        last_run: The run that was folded last.
        ended: Number of runs that ended so far, folded or without anything to post.
        last_ended: The run that ended last.
        open_run: The run that may have posted what is not folded yet.
        base_url: Where DHIS2 is.
        system_id: What DHIS2 calls itself.
        staging_id: What this staging area is called in DHIS2's data store.
        pseudonym_fingerprint: Of the key that numbers were made with.
        package: Version of the package that ended the last run; None if that was not recorded.
        loaded: Resource to the version of the package that last sent all of it; "" if that was not
            recorded.
        treatments: Field key to what the privacy policy did with it when all of it was sent.
        source: The openIMIS of the run that was folded last.
        refused: Reason code to how many objects DHIS2 refused for it in the last load.
        withdrawn: The run that deleted all that DHIS2 held of ours; until a run begins again.
        lost_run: The run whose folder was lost before it ended; until a reconciliation repairs.
        first_generations: Resource to the generation with which its objects begin, where openIMIS
            has numbered its rows anew; 0 for all others.
        marker_refused: DHIS2 took no marker from the last load: its data store was closed to us.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    partitions: int
    versions: dict[str, str] = {}
    checksums: dict[str, list[str]] = {}
    counter: int = 0
    last_run: str | None = None
    ended: int = 0
    last_ended: str | None = None
    open_run: str | None = None
    base_url: str | None = None
    system_id: str | None = None
    staging_id: str | None = None
    pseudonym_fingerprint: str | None = None
    package: str | None = None
    loaded: dict[str, str] = {}
    treatments: dict[str, str] = {}
    source: KnownSource | None = None
    refused: dict[str, int] = {}
    withdrawn: str | None = None
    lost_run: str | None = None
    marker_refused: bool = False
    first_generations: dict[str, int] = {}

    def first_generation(self, resource: str) -> int:
        """Return the generation with which objects of a resource begin."""
        return self.first_generations.get(resource, 0)

    @model_validator(mode="before")
    @classmethod
    def _of_format_1(cls, content: Any) -> Any:
        """Take a state of format 1.

        The oldest hold fingerprints of mappings instead of `loaded`: their resources were all sent.
        """
        if not isinstance(content, dict):
            return content
        loaded = dict.fromkeys(content.get("mapping", ()), "")
        treatments = content.get("treatments", {})
        others = {name: each for name, each in content.items() if name != "mapping"}
        return {"loaded": loaded} | others | {"treatments": with_key_names(treatments)}


def read_current(target: Target) -> Current | None:
    """Return the state of the target; None before its first load.

    Raises:
        StagingError: It is damaged; or of a format that this release does not know; or not there,
            though there are versions, which the first load writes after it.
    """
    if not target.current.exists():
        if any(_versions(target)):
            raise damaged(target.current, "it is missing, and versions that it names are there")
        return None
    content = read_json(target.current)
    if content.get("format", 1) > FORMAT:
        raise StagingError(
            f"{target.current} has the format {content['format']}, and this release reads formats "
            f"up to {FORMAT}: a later release has written it. Go on with that release. Nothing was "
            f"posted."
        )
    return Current.model_validate(content)


def switch(target: Target, current: Current) -> None:
    """Make `current` the state of the target, at once."""
    write_json(target.current, current.model_dump(mode="json"))


def sweep(target: Target, *, kept: Collection[Current]) -> None:
    """Remove the versions that none of the states in `kept` names; other folders are not ours.

    One that cannot be removed stays: the state is switched, and the next sweep tries again.
    """
    named = {version for current in kept for version in current.versions.values()}
    for folder in list(_versions(target)):
        if folder.name not in named:
            shutil.rmtree(folder, ignore_errors=True)


def _versions(target: Target) -> Iterator[Path]:
    """Yield the folders of versions: they hold folders of resources and nothing else."""
    for folder in target.folder.glob("*/"):
        readable = not folder.is_symlink() and os.access(folder, os.R_OK | os.X_OK)
        inner = [each.name for each in folder.iterdir()] if readable else []
        if inner and RESOURCE_NAMES.issuperset(inner):
            yield folder


def scan(
    target: Target,
    current: Current,
    resource: str,
    partition: int,
    schema: dict[str, pl.DataType],
) -> pl.LazyFrame:
    """Return the acknowledged frame of one partition; empty if there is none.

    Raises:
        StagingError: The file is not there, or not as `current.json` says.
    """
    version = current.versions.get(resource)
    if version is None:
        return pl.LazyFrame(schema=schema)
    path = target.acknowledged(version, resource, partition)
    verify(path, current.checksums[resource][partition])
    return with_keys(pl.scan_parquet(path)).drop(FORMER, strict=False)


def write(target: Target, version: str, resource: str, partition: int, frame: pl.LazyFrame) -> str:
    """Write one partition of a version and return its SHA-256; it counts only after `switch`."""
    path = target.acknowledged(version, resource, partition)
    with whole_or_absent(path) as scratch:
        frame.sink_parquet(scratch, compression="zstd", engine="streaming")
    return sha256(path)


def keep(target: Target, current: Current, version: str, resource: str, partition: int) -> str:
    """Take one unchanged partition of the present version over into another; return its SHA-256.

    A partition of format 1 is written anew: a version has one format.

    Raises:
        StagingError: See `scan`.
    """
    before = target.acknowledged(current.versions[resource], resource, partition)
    if names_uids(pl.read_parquet_schema(before)):
        frame = scan(target, current, resource, partition, {})
        return write(target, version, resource, partition, frame)
    path = target.acknowledged(version, resource, partition)
    make_folder(path.parent)
    path.unlink(missing_ok=True)
    path.hardlink_to(before)
    return current.checksums[resource][partition]


def free_version(current: Current, resource: str, run_id: str) -> str:
    """Return a version of a resource that a run may write: never the one that is in use.

    A load that stopped after it had pushed org units or options pushes them once more.
    """
    return run_id if current.versions.get(resource) != run_id else f"{run_id}.again"


def switched(current: Current, version: str, checksums: Mapping[str, list[str]]) -> Current:
    """Return the state in which the resources of `checksums` have the version."""
    return current.model_copy(
        update={
            "versions": current.versions | dict.fromkeys(checksums, version),
            "checksums": {**current.checksums, **checksums},
        }
    )


@contextmanager
def locked(target: Target, run_id: str, *, for_stages: bool = False) -> Iterator[None]:
    """Hold the target for one run.

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
        StagingError: Another run holds it, or another flow of the same run is at work.
    """
    make_folder(target.folder)
    with target.lock.open("a+") as outermost, target.stage_lock.open("a+") as at_work:
        is_outermost = _acquired(outermost, run_id)
        if not is_outermost:
            _refuse_unless_stage(target.lock, run_id, for_stages=for_stages)
        if not _acquired(at_work, run_id):
            _refuse_unless_own(target.stage_lock, run_id, is_parent=is_outermost and for_stages)
        if not is_outermost:
            # Another run may have become the outermost one meanwhile.
            _refuse_unless_stage(target.lock, run_id, for_stages=for_stages)
        if for_stages:
            fcntl.flock(at_work, fcntl.LOCK_UN)
        yield


def _acquired(lock: IO[str], run_id: str) -> bool:
    if not acquired(lock):
        return False
    lock.truncate(0)
    lock.write(run_id)
    lock.flush()
    return True


def _refuse_unless_stage(lock: Path, run_id: str, *, for_stages: bool) -> None:
    if for_stages or _holder(lock) != run_id:
        raise _is_held(lock, run_id)


def _refuse_unless_own(lock: Path, run_id: str, *, is_parent: bool) -> None:
    if not is_parent or _holder(lock) != run_id:
        raise _is_held(lock, run_id)


def _holder(lock: Path) -> str:
    return lock.read_text().strip()


def _is_held(lock: Path, run_id: str) -> StagingError:
    return StagingError(
        f"Run {_holder(lock) or '(unknown)'} is writing to this target ({lock}), so run {run_id} "
        f"cannot. Wait until it has ended, then start this one again. Nothing was posted."
    )
