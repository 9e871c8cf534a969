"""The one place where bytes reach disk: a file is whole or absent, and is recognised by SHA-256.

JSON       its first entry, `sha256`, is of the bytes behind it; a file that a person has
           changed says "by hand" there
others     their SHA-256 is in a JSON file: the manifest of their stage, or current.json
"""

import fcntl
import hashlib
import os
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from staging.damage import damaged_error, in_words
from transforms.core.json_texts import Json

SYNCS_AT_ONCE = 8
MISSING = "it is missing"
SEAL, NO_SEAL = "sha256", "-" * 64
BY_HAND = b"by hand"
SEALED = re.compile(rb'\{(?:\n  "sha256": |"sha256":)"([0-9a-f]{64}|by hand)(?=")')

_verified: dict[Path, tuple[object, ...]] = {}


@contextmanager
def whole_or_absent(path: Path, *, lasting: bool = True) -> Iterator[Path]:
    """Give a scratch path to write to; it becomes `path` only if the block succeeds.

    If it need not be `lasting`, a power cut may make it absent again: whole it is in any case.

    Raises:
        StagingError: The disk is full, or may not be written to.
    """
    scratch = path.with_name(f".{path.name}.part")
    with in_words(path):
        make_folder(path.parent)
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
    """Make `folder` and what lies above it, readable by the owner alone.

    Raises:
        StagingError: The disk is full, or may not be written to.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        with in_words(folder):
            folder.mkdir(mode=0o700, exist_ok=True)


def write_bytes(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write `content` to `path`, whole or not at all; see `whole_or_absent`."""
    with whole_or_absent(path, lasting=lasting) as scratch:
        scratch.write_bytes(content)


def write_mark(path: Path) -> None:
    """Make an empty file in a folder that is there; it lasts as soon as its folder is written."""
    with in_words(path):
        path.write_bytes(b"")
        _sync(path.parent)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` as JSON, indented for the person who looks at it."""
    write_bytes(path, sealed_json(content, orjson.OPT_INDENT_2))


def read_json(path: Path) -> Json:
    """Return what the JSON file at `path` holds.

    Raises:
        StagingError: It is not there, or not as it was written.
    """
    return unseal(path, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """Return the content of the file at `path`.

    Raises:
        StagingError: It is not there.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise damaged_error(path, MISSING) from error


def sealed_json(content: Mapping[str, Any], option: int = 0) -> bytes:
    """Return `content` as JSON whose first entry is the SHA-256 of what follows it."""
    whole = orjson.dumps({SEAL: NO_SEAL, **content}, option=option)
    before, _, after = whole.partition(NO_SEAL.encode())
    return before + checksum(after).encode() + after


def unseal(path: Path, content: bytes) -> Json:
    """Return what sealed JSON holds; `path` is where it lies.

    Raises:
        StagingError: It is not as it was written.
    """
    check_seal(path, content)
    try:
        opened: Json = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise damaged_error(path, "it is not JSON") from error
    del opened[SEAL]
    return opened


def check_seal(path: Path, content: bytes) -> None:
    """Compare the SHA-256 in sealed JSON with that of what follows it.

    Raises:
        StagingError: It is another, or is not there.
    """
    found = SEALED.match(content)
    if found is None:
        raise damaged_error(path, f"it does not begin with the entry {SEAL}")
    if found[1] not in (BY_HAND, checksum(content[found.end() :]).encode()):
        raise damaged_error(path, "its content is not what its sha256 says")


def verify(path: Path, *expected: str) -> None:
    """Compare the SHA-256 of a file with those that it may have; once, until it changes.

    Raises:
        StagingError: It is none of them, or the file is not there.
    """
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise damaged_error(path, MISSING) from error
    state = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, *expected)
    if _verified.get(path) != state:
        if sha256(path) not in expected:
            raise damaged_error(path, f"its SHA-256 is not {' or '.join(expected)}")
        _verified[path] = state


def open_lock(path: Path) -> IO[bytes]:
    """Open the file of a lock, which is made if it is not there; nothing of it is buffered.

    Raises:
        StagingError: The disk is full, or may not be written to.
    """
    with in_words(path):
        return path.open("ab", buffering=0)


def lock_at_once(lock: IO[bytes]) -> bool:
    """Lock an open file for this process alone; return False at once if another has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


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
