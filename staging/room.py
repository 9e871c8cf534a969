"""Whether the disk has room for one more run."""

import shutil
from pathlib import Path

from staging.layout import Run, Target, run_ids, target_names

BLOCK = 512
"""Bytes in which the operating system counts what a file takes."""


def free_bytes(folder: Path) -> int:
    """Return the bytes that may still be written to the disk of a folder."""
    return shutil.disk_usage(folder).free


def bytes_of_one_more_run(root: Path) -> int:
    """Return what one more run may take: as much as the largest, and a whole new state."""
    runs = (_bytes(Run(root, run_id).folder) for run_id in run_ids(root))
    states = (_bytes(Target(root, name).folder) for name in target_names(root))
    return max(runs, default=0) + max(states, default=0)


def _bytes(folder: Path) -> int:
    return sum(_bytes_of_file(path) for path in folder.rglob("*"))


def _bytes_of_file(path: Path) -> int:
    try:
        return path.lstat().st_blocks * BLOCK
    except FileNotFoundError:  # another flow has removed it
        return 0
