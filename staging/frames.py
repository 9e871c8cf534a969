"""Frames of a run: desired and changes, one Parquet file a partition.

A stage that is done has a manifest, which names the SHA-256 of each of its files; while it has
none, only the stage itself reads them.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import polars as pl

from staging.damage import DamagedError, damaged_error, in_words
from staging.files import (
    MISSING,
    make_folder,
    read_json,
    sha256,
    sync,
    verify,
    whole_or_absent,
    write_json,
)
from staging.layout import Run, manifest_above
from transforms.core.errors import StagingError
from transforms.core.json_texts import Json
from transforms.model.field_keys import with_keys

ROW_GROUP_ROWS = 50_000
FILES = "files"


def write_frame(path: Path, frame: pl.LazyFrame) -> None:
    """Write a frame, whole or not at all."""
    with whole_or_absent(path) as scratch:
        frame.sink_parquet(
            scratch, compression="zstd", row_group_size=ROW_GROUP_ROWS, engine="streaming"
        )


def scan_frame(path: Path) -> pl.LazyFrame:
    """Return the frame that lies at `path`, once its checksum is verified.

    Raises:
        StagingError: It is not there, or not as it was written.
    """
    if not path.exists():
        raise damaged_error(path, "it is missing")
    _verify(path)
    return pl.scan_parquet(path)


def scan_objects(path: Path) -> pl.LazyFrame:
    """Return desired objects, or changes of some: values are called by keys, whoever wrote them.

    Raises:
        StagingError: See `scan_frame`.
    """
    return with_keys(scan_frame(path))


def any_rows(frames: Iterable[pl.LazyFrame]) -> bool:
    """Return whether any of some frames has a row."""
    return any(not frame.limit(1).collect().is_empty() for frame in frames)


def is_sound(path: Path) -> bool:
    """Return whether the frame of a stage that is done is there, as it was written."""
    try:
        scan_frame(path)
    except DamagedError:
        return False
    return True


def take_over(paths: Mapping[Path, Path]) -> None:
    """Let frames of a run that ended stand as those of another too: the same bytes on disk.

    Args:
        paths: Where a frame is needed → where it lies.

    Raises:
        DamagedError: One is not there any more.
    """
    for path, before in paths.items():
        make_folder(path.parent)
        with in_words(path):
            path.unlink(missing_ok=True)
            _link(path, before)
    sync(paths.keys())


def _link(path: Path, before: Path) -> None:
    try:
        path.hardlink_to(before)
    except FileNotFoundError as error:
        raise damaged_error(before, MISSING) from error


def _verify(path: Path) -> None:
    manifest = manifest_above(path)
    if manifest.exists():
        written = manifest.stat()
        files = _files(manifest, written.st_ino, written.st_mtime_ns, written.st_ctime_ns)
        name = path.relative_to(manifest.parent).as_posix()
        if name not in files:
            raise damaged_error(path, f"{manifest} does not name it")
        verify(path, files[name])


@lru_cache(maxsize=64)
def _files(manifest: Path, *_written: int) -> Mapping[str, str]:
    """Return the files that a manifest names, and their SHA-256; read once, until it changes."""
    files: dict[str, str] = read_json(manifest).get(FILES, {})
    return files


def row_count(path: Path) -> int:
    """Return the rows of the frame that lies at `path`."""
    return int(scan_frame(path).select(pl.len()).collect().item())


def is_done(run: Run, stage: str) -> bool:
    """Return whether a stage of the run is done."""
    return run.manifest(stage).exists()


def declare_done(run: Run, stage: str, manifest: Json) -> None:
    """Write a stage's manifest, which names its files: the stage is done."""
    folder = run.manifest(stage).parent
    files = {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("[!.]*.parquet"))
    }
    write_json(run.manifest(stage), manifest | {FILES: files})


def begin_anew(run: Run, stage: str) -> None:
    """Declare that a stage, done or not, is not done: its files are about to change."""
    run.manifest(stage).unlink(missing_ok=True)


def read_stage(run: Run, stage: str) -> Json:
    """Return a stage's manifest.

    Raises:
        StagingError: The stage is not done.
    """
    if not is_done(run, stage):
        raise StagingError(
            f"Run {run.run_id} has no {stage} yet ({run.manifest(stage)} is missing). Run the "
            f"stage before this one with the same run_id. Nothing was posted."
        )
    return read_json(run.manifest(stage))
