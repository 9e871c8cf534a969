"""The one place where bytes reach disk: a file is whole or absent."""

import hashlib
import os
from collections import deque
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from transforms.errors import StagingError

SYNCS_AT_ONCE = 8


@contextmanager
def whole_or_absent(path: Path, *, lasting: bool = True) -> Iterator[Path]:
    """Give a scratch path to write to; it becomes `path` only if the block succeeds.

    If it need not be `lasting`, a power cut may make it absent again: whole it is in any case.
    """
    make_folder(path.parent)
    scratch = path.with_name(f".{path.name}.part")
    try:
        yield scratch
        _sync(scratch)
        scratch.replace(path)
        if lasting:
            _sync(path.parent)
    finally:
        scratch.unlink(missing_ok=True)


def sync(paths: Collection[Path]) -> None:
    """Return once all these files, and that they are there, outlive a power cut.

    Several at once: a file system writes its journal once for all that wait for it (on ext4 ten
    times as many files a second with 8 as with 1).
    """
    with ThreadPoolExecutor(SYNCS_AT_ONCE, thread_name_prefix="sync") as threads:
        for synced in (paths, {path.parent for path in paths}):
            deque(threads.map(_sync, synced), maxlen=0)


def make_folder(folder: Path) -> None:
    """Make `folder` and what lies above it, readable by the owner alone."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def write_bytes(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write `content` to `path`, whole or not at all; see `whole_or_absent`."""
    with whole_or_absent(path, lasting=lasting) as scratch:
        scratch.write_bytes(content)


def write_mark(path: Path) -> None:
    """Make an empty file in a folder that is there; it lasts as soon as its folder is written."""
    path.write_bytes(b"")
    _sync(path.parent)


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON, indented for the person who looks at it."""
    write_bytes(path, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def read_json(path: Path) -> Any:
    """Return what the JSON file at `path` holds.

    Raises:
        StagingError: It is not there, or not JSON.
    """
    try:
        return orjson.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise StagingError(
            f"{path} is missing. It was expected to be a file of this run. Nothing was changed."
        ) from error
    except orjson.JSONDecodeError as error:
        raise StagingError(
            f"{path} is damaged: it is not JSON. Restore it from a backup, or remove its folder so "
            f"that the stage is done again. Nothing was changed."
        ) from error


def checksum(content: bytes) -> str:
    """Return the SHA-256 of `content`, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sha256(path: Path) -> str:
    """Return the SHA-256 of the file at `path`, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
