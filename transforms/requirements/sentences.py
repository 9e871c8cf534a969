"""What is wrong with clocks, rows, org units, the disk and Prefect, in a sentence each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from transforms.core.language import Phrase
from transforms.requirements.tables.requirements import MOST_SKEW_SECONDS

QUARTER = timedelta(minutes=15)
FARTHEST_ZONE = timedelta(hours=14)
Versions = tuple[int, int]
FIRST_PREFECT, AFTER_PREFECT = (3, 8), (3, 10)
"""The releases of Prefect that `prefect.yaml` takes: from the first to before the second."""


def as_sentence(fault: str | None) -> list[Phrase]:
    """Return what is wrong with a full stop; nothing where nothing is."""
    return [Phrase("{fault}.", fault=fault)] if fault else []


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
    return Phrase(
        "openIMIS is read as of {as_of:%Y-%m-%d %H:%M:%S}, when this machine shows "
        "{now:%Y-%m-%d %H:%M:%S} (UTC): {skew} apart",
        as_of=as_of,
        now=now,
        skew=_in_words(abs(skew)),
    )


def _in_words(skew: timedelta) -> Phrase:
    minutes = round(skew.total_seconds() / 60)
    if minutes < 120:
        return Phrase("{count} minutes", count=minutes)
    return Phrase("{count} hours", count=f"{minutes / 60:.0f}")


def row_faults(rows: Mapping[str, int], needed: Sequence[str]) -> list[Phrase]:
    """Return which tables have no row at all, of those of which every openIMIS has some."""
    return [Phrase("{table} has no row", table=table) for table in needed if not rows.get(table)]


def time_zone_fault(zone: str | None) -> str:
    """Return that this machine does not know the time zone of DHIS2."""
    return Phrase(
        "DHIS2 runs in the time zone {zone!r}, of which this machine does not know: its dates are "
        "taken for those of UTC.",
        zone=zone,
    )


def root_fault(uid: str, name: str) -> str:
    """Return that DHIS2 lacks the country's org unit."""
    return Phrase(
        "The country's org unit {uid} ({name}) is not in DHIS2, or hidden from the user.",
        uid=uid,
        name=name,
    )


def room_fault(free: int, needed: int, folder: object) -> str | None:
    """Return that a disk has too little room.

    Args:
        free: Bytes.
        needed: Bytes that one more run may take.
        folder: The staging root.
    """
    if free >= needed:
        return None
    return Phrase(
        "The disk of {folder} has {free} free; a run may take {needed}",
        folder=folder,
        free=in_mebibytes(free),
        needed=in_mebibytes(needed),
    )


def in_mebibytes(count: int) -> str:
    """Return a number of bytes, rounded."""
    return f"{count / 1024**2:,.0f} MiB"


def prefect_version_fault(server: str, own: str) -> str | None:
    """Return why a Prefect server of a version does not go with a worker of another."""
    found, ours = _release(server), _release(own)
    if FIRST_PREFECT <= found < AFTER_PREFECT and found >= ours:
        return None
    return Phrase(
        "Prefect's server is of version {server}, and {own} is installed here; the server has to "
        "be as new as this, from {first} to before {after}",
        server=server,
        own=own,
        first=_text(FIRST_PREFECT),
        after=_text(AFTER_PREFECT),
    )


def _release(version: str) -> Versions:
    numbers = [int(part) for part in version.split(".")[:2] if part.isdecimal()]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def _text(release: Versions) -> str:
    return ".".join(map(str, release))
