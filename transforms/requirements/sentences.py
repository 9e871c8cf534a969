"""What is wrong with clocks, rows, org units, the disk and Prefect, in a sentence each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from transforms.requirements.tables.requirements import MOST_SKEW_SECONDS

QUARTER = timedelta(minutes=15)
FARTHEST_ZONE = timedelta(hours=14)
Versions = tuple[int, int]
FIRST_PREFECT, AFTER_PREFECT = (3, 8), (3, 10)
"""The releases of Prefect that `prefect.yaml` takes: from the first to before the second."""


def clock_fault(as_of: datetime, now: datetime, *, is_local: bool) -> str | None:
    """Return why the clock of openIMIS's database cannot be right.

    Args:
        as_of: What it shows; naive.
        now: What this machine shows, in UTC; naive.
        is_local: Whether it shows the local time of its server: then it may be off by a time zone.
    """
    skew = as_of - now
    if is_local and abs(skew) <= FARTHEST_ZONE + QUARTER:
        skew -= QUARTER * round(skew / QUARTER)
    if abs(skew.total_seconds()) <= MOST_SKEW_SECONDS:
        return None
    return (
        f"openIMIS is read as of {as_of:%Y-%m-%d %H:%M:%S}, when this machine shows "
        f"{now:%Y-%m-%d %H:%M:%S} (UTC): {_in_words(abs(skew))} apart"
    )


def _in_words(skew: timedelta) -> str:
    minutes = round(skew.total_seconds() / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"


def row_faults(rows: Mapping[str, int], needed: Sequence[str]) -> list[str]:
    """Return which tables have no row at all, of those of which every openIMIS has some."""
    return [f"{table} has no row" for table in needed if not rows.get(table)]


def time_zone_fault(zone: str | None) -> str:
    """Return that this machine does not know the time zone of DHIS2."""
    return (
        f"DHIS2 runs in the time zone {zone!r}, of which this machine does not know: its dates are "
        f"taken for those of UTC."
    )


def root_fault(uid: str, name: str) -> str:
    """Return that DHIS2 lacks the country's org unit."""
    return f"The country's org unit {uid} ({name}) is not in DHIS2, or hidden from the user."


def room_fault(free: int, needed: int, folder: object) -> str | None:
    """Return that a disk has too little room.

    Args:
        free: Bytes.
        needed: Bytes that one more run may take.
        folder: The staging root.
    """
    if free >= needed:
        return None
    return (
        f"The disk of {folder} has {in_mebibytes(free)} free; a run may take {in_mebibytes(needed)}"
    )


def in_mebibytes(count: int) -> str:
    """Return a number of bytes, rounded."""
    return f"{count / 1024**2:,.0f} MiB"


def prefect_version_fault(server: str, own: str) -> str | None:
    """Return why a Prefect server of a version does not go with a worker of another."""
    found, ours = _release(server), _release(own)
    if FIRST_PREFECT <= found < AFTER_PREFECT and found >= ours:
        return None
    return (
        f"Prefect's server is of version {server}, and {own} is installed here; the server has to "
        f"be as new as this, from {_text(FIRST_PREFECT)} to before {_text(AFTER_PREFECT)}"
    )


def _release(version: str) -> Versions:
    numbers = [int(part) for part in version.split(".")[:2] if part.isdecimal()]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def _text(release: Versions) -> str:
    return ".".join(map(str, release))
