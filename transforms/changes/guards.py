"""Guards: what a run does only if somebody has permitted it.

    openIMIS   another database        unless new_source
               an older snapshot       unless new_source
               a table shrank          unless shrinking
    pseudonyms another key             unless new_pseudonym_key
    DHIS2      another address         unless moved_target      transforms/changes/recognition.py
               it was withdrawn        unless begin_again
               it lacks the last load  unless restored_target   transforms/changes/recognition.py

All are checked before anything is posted, and stop the run. What a run would create, change, empty
or delete too much of is left out, and the rest goes: transforms/changes/magnitude.py
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn

from transforms.changes.permissions import Allow
from transforms.core.errors import GuardError
from transforms.openimis.country import Guards

Counts = Mapping[str, int]


def refuse_another_source(known: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Stop a run whose snapshot is of another openIMIS than the last folded one.

    Args:
        known: openIMIS table to the digest of its oldest row's UUID, at the last fold.
        found: The same of this snapshot; a table without rows is in neither.

    Raises:
        GuardError: The oldest row of a table is another one.
    """
    others = sorted(table for table in known.keys() & found if known[table] != found[table])
    if others:
        raise GuardError(
            f"The snapshot is of another openIMIS than the last one that was loaded: the oldest "
            f"rows of {', '.join(others)} are others, and openIMIS never removes a row. Name the "
            f"right source; or, if this is the new one, {Allow.NEW_SOURCE.lifts}, which deletes "
            f"from DHIS2 what it does not have. Nothing was posted."
        )


def refuse_older_snapshot(known: datetime, found: datetime) -> NoReturn:
    """Stop a run that was begun before one that was loaded since, and goes on after it.

    Args:
        known: When the last loaded snapshot was taken.
        found: When this one was.

    Raises:
        GuardError: Always.
    """
    raise GuardError(
        f"The snapshot of this run is of {found}, older than the last one that was loaded "
        f"({known}): DHIS2 would be set back to it. Start a new run; or, if the clocks of openIMIS "
        f"and of this machine were both set back, {Allow.NEW_SOURCE.lifts}. Nothing was posted."
    )


def refuse_another_key(before: str | None, found: str | None) -> None:
    """Stop a run whose pseudonyms are made with another key than those that were sent.

    Args:
        before: Fingerprint of the key of the last run; None if it sent no pseudonym.
        found: The same of this run.

    Raises:
        GuardError: It is another.
    """
    if before and found and before != found:
        raise GuardError(
            f"The pseudonym key is another than the last run's (fingerprint {found}, expected "
            f"{before}): every number would change in DHIS2. Save the old key in the block again, "
            f"or {Allow.NEW_PSEUDONYM_KEY.lifts} to send every number anew. Nothing was posted."
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


def refuse_shrinking(known: Counts, found: Counts, guards: Guards) -> None:
    """Stop a run whose snapshot lacks rows, since openIMIS keeps every row that it ever had.

    Args:
        known: openIMIS table to its rows at the last fold.
        found: The same of this snapshot.
        guards: The share and the count, both of which have to be exceeded; an empty table
            always is refused.

    Raises:
        GuardError: A table came out empty, or shrank by more than both.
    """
    told = [
        f"{table} has {found.get(table, 0)} rows instead of {before}"
        for table, before in known.items()
        if _is_shrunk(before, found.get(table, 0), guards)
    ]
    if told:
        raise GuardError(
            f"openIMIS has lost rows since the last load: {'; '.join(told)}. Expected is no empty "
            f"table, and none with fewer rows by more than {guards.shrink_share:.0%} and more than "
            f"{guards.shrink_count} rows. Look whether it was restored or is half copied, and "
            f"whether the user may read all rows; if openIMIS is right, "
            f"{Allow.SHRINKING.lifts}. Nothing was posted."
        )


def _is_shrunk(before: int, after: int, guards: Guards) -> bool:
    lost = before - after
    is_much = lost > guards.shrink_count and lost > guards.shrink_share * before
    return is_much or (before > 0 and after == 0)
