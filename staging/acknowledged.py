"""What DHIS2 has confirmed, one folder a version; `current.json` is switched once, last.

It also holds the SHA-256 of every file, which is verified before the file is read. For its format,
see `staging.current`.

A version that nobody switched to is the scratch paper of a run that was cut short; the next fold
of that run writes it again.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from staging.current import Current, versions
from staging.damage import in_words
from staging.files import make_folder, sha256, verify, whole_or_absent
from staging.layout import Target
from transforms.changes.objects.schemas import FORMER
from transforms.model.field_keys import names_uids, with_keys


def sweep(target: Target, *, kept: Collection[Current]) -> None:
    """Remove the versions that none of the states in `kept` names; other folders are not ours.

    One that cannot be removed stays: the state is switched, and the next sweep tries again.
    """
    named = {version for current in kept for version in current.versions.values()}
    for folder in list(versions(target)):
        if folder.name not in named:
            shutil.rmtree(folder, ignore_errors=True)


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
    if _is_of_format_1(before):
        frame = scan(target, current, resource, partition, {})
        return write(target, version, resource, partition, frame)
    path = target.acknowledged(version, resource, partition)
    make_folder(path.parent)
    with in_words(path):
        path.unlink(missing_ok=True)
        path.hardlink_to(before)
    return current.checksums[resource][partition]


def _is_of_format_1(path: Path) -> bool:
    """Whether a file calls values by UIDs; of a damaged one, who reads it as data will tell."""
    try:
        return names_uids(pl.read_parquet_schema(path))
    except PolarsError:
        return False


def free_version(current: Current, resource: str, run_id: str) -> str:
    """Return a version of a resource that a run may write: never the one that is in use.

    A load that stopped after it had pushed org units or options pushes them once more.
    """
    return run_id if current.versions.get(resource) != run_id else f"{run_id}.again"
