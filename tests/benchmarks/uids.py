"""Make UIDs of whole columns: against the fastest loop in Python.

    python -m tests.benchmarks.uids [rows]

Exits with 1 if UIDs of UUIDs are not made five times as fast as by a loop over `bytes.translate`.
Hashed UIDs have no bound: MD5, which is a library's, is nearly all of what they cost.
"""

import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from uuid import UUID

import polars as pl
import polars_hash as plh

from tests.benchmarks.measuring import at_least
from transforms.core.uids import LETTERS, hashed_uid, uid_of_uuid

ROWS = 1_000_000
TURNS = 3
LEAST_TIMES_LOOP = 5.0

FIRST_LETTERS = LETTERS[10:20] + LETTERS[10:]
LETTER = bytes(ord(LETTERS[byte >> 2]) for byte in range(256))
FIRST_LETTER = bytes(ord(FIRST_LETTERS[byte >> 2]) for byte in range(256))
SALT = "claimService"


def uid(digest: bytes) -> str:
    return (digest[:1].translate(FIRST_LETTER) + digest[1:11].translate(LETTER)).decode()


def loop(keys: Sequence[str]) -> list[str]:
    return [uid(bytes.fromhex(key.replace("-", ""))) for key in keys]


def hashing_loop(keys: Sequence[str]) -> list[str]:
    return [uid(hashlib.md5((SALT + key).encode()).digest()) for key in keys]


def processor_seconds(work: Callable[[], object]) -> float:
    """The fastest of some turns."""
    return min(_turn(work) for _ in range(TURNS))


def _turn(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main(arguments: Sequence[str]) -> int:
    rows = int(arguments[0]) if arguments else ROWS
    step = 0x9E3779B97F4A7C15F39CC0605CEDC835
    keys = [str(UUID(int=(number * step) % (1 << 128))) for number in range(rows)]
    frame = pl.DataFrame({"key": keys})
    key = pl.col("key")
    if frame.select(uid_of_uuid(key))["key"].to_list() != loop(keys):
        raise AssertionError("the loop and the column do not make the same UIDs")
    loops = processor_seconds(lambda: loop(keys))
    hashing_loops = processor_seconds(lambda: hashing_loop(keys))
    columns = processor_seconds(lambda: frame.select(uid_of_uuid(key)))
    hashed = processor_seconds(lambda: frame.select(hashed_uid(pl.lit(SALT) + key)))
    digest = plh.concat_str(pl.lit(SALT) + key).nchash.md5()
    digests = processor_seconds(lambda: frame.select(digest))
    holds = at_least("UIDs of UUIDs: loop / column", loops / columns, LEAST_TIMES_LOOP)
    print(
        f"hashed UIDs: loop / column {hashing_loops / hashed:.2f}, of which MD5 alone takes "
        f"{digests / hashed:.0%} (no bound)"
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
