"""Guards: what stops a run unless somebody has permitted it.

    openIMIS   another database        unless new_source
               an older snapshot       unless older_snapshot
    DHIS2      another address         unless moved_target      recognition.py
               it was withdrawn        unless begin_again
               it lacks the last load  unless restored_target   recognition.py

All are checked before anything is posted. Each permission lifts its own guard and no other. What a
run would create, change, empty or delete too much of is held back, and the rest goes:
magnitude.py. So are pseudonyms of another key:
pseudonym_keys.py
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NoReturn

from transforms.changes.guards.permissions import Allow
from transforms.core.errors import GuardError
from transforms.core.moments import to_the_second
from transforms.openimis.country import Guards

RowCounts = Mapping[str, int]
SEVERAL = 2
"""Tables whose oldest rows differ: one may be a row that somebody corrected or removed."""


def differing_tables(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the tables whose oldest row is another one than at the last load.

    Args:
        before: openIMIS table to the digest of its oldest row's UUID, at the last fold.
        now: The same of this snapshot; a table without rows is in neither.
    """
    return sorted(table for table in before.keys() & now if before[table] != now[table])


def refuse_another_source(others: Sequence[str], *, is_elsewhere: bool) -> None:
    """Stop a run whose snapshot is of another openIMIS than the last folded one.

    It is another one if the oldest rows of several tables are others, or those of one table in
    another database than before.

    Args:
        others: The tables whose oldest row is another one.
        is_elsewhere: The snapshot is of another server or database than the last one.

    Raises:
        GuardError: It is another openIMIS.
    """
    if len(others) >= SEVERAL or (others and is_elsewhere):
        raise GuardError(
            f"The snapshot is of another openIMIS than the last one that was loaded: the oldest "
            f"rows of {', '.join(others)} are others, and openIMIS never removes a row. Name the "
            f"right source; or, if this is the new one, {Allow.NEW_SOURCE.lifts}. What the run "
            f"would then create or delete too much of is still held back. Nothing was posted."
        )


def refuse_older_snapshot(before: datetime, now: datetime) -> NoReturn:
    """Stop a run that was begun before one that was loaded since, and goes on after it.

    Args:
        before: When the last loaded snapshot was taken.
        now: When this one was.

    Raises:
        GuardError: Always.
    """
    raise GuardError(
        f"The snapshot of this run is of {to_the_second(now)}, older than the last one that was "
        f"loaded ({to_the_second(before)}): DHIS2 would be set back to it. Start a new run; or, if "
        f"the clocks of openIMIS and of this machine were both set back, "
        f"{Allow.OLDER_SNAPSHOT.lifts}. Nothing was posted."
    )


def refuse_replica_behind(before: datetime, now: datetime) -> NoReturn:
    """Stop a run that read a replica which has not got as far as the last load.

    Args:
        before: What moment the last loaded snapshot shows.
        now: What moment this one shows.

    Raises:
        GuardError: Always.
    """
    raise GuardError(
        f"The replica of openIMIS that was read has got to {to_the_second(now)}, and DHIS2 "
        f"has openIMIS as of {to_the_second(before)} already: it would be set back. Start a new "
        f"run when the replica has caught up with its primary, or read the primary; or, to load "
        f"what the replica has, {Allow.OLDER_SNAPSHOT.lifts}. Nothing was posted."
    )


def refuse_withdrawn(run: str) -> NoReturn:
    """Stop a run that would put back what was withdrawn.

    Args:
        run: The run that withdrew it.

    Raises:
        GuardError: Always.
    """
    raise GuardError(
        f"All that this staging folder held in this DHIS2 was withdrawn by run {run}, and this run "
        f"would put it back. If DHIS2 is to be filled again, {Allow.BEGIN_AGAIN.lifts}; else pause "
        f"the schedule of sync. Nothing was posted."
    )


def lost_rows(before: RowCounts, now: RowCounts, guards: Guards) -> list[str]:
    """Return a sentence on the tables that lack rows; openIMIS keeps every row that it ever had.

    No run stops for it. What it would delete or empty for want of these rows is held back if it is
    much, and a row whose place, person or product is missing is held back by itself.

    Args:
        before: openIMIS table to its rows at the last fold.
        now: The same of this snapshot.
        guards: The share and the count, both of which have to be exceeded; an empty table
            always is reported.
    """
    lacking = [
        f"{table} has {now.get(table, 0)} rows instead of {rows}"
        for table, rows in before.items()
        if _is_shrunk(rows, now.get(table, 0), guards)
    ]
    if not lacking:
        return []
    lost = (
        f"openIMIS has lost rows since the last load: {'; '.join(lacking)}. Look whether it was "
        f"restored or is half copied, and whether the user may read all rows. What this run would "
        f"delete or empty too much of for want of them is held back."
    )
    return [lost]


def _is_shrunk(before: int, after: int, guards: Guards) -> bool:
    lost = before - after
    is_much = lost > guards.shrink_count and lost > guards.shrink_share * before
    return is_much or (before > 0 and after == 0)
