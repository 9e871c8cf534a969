"""Each change of status that openIMIS kept of a policy: between its versions, oldest first.

A version is a history row of the policy, or its live row; an entry is a version whose status is
not that of the version before.
"""

import polars as pl

IDLE, ACTIVE, SUSPENDED, EXPIRED, READY = 1, 2, 4, 8, 16
STATUSES = (IDLE, ACTIVE, SUSPENDED, EXPIRED, READY)
WAITING = (IDLE, READY)

_MINE = pl.col("status")


def policy_entries(versions: pl.LazyFrame) -> pl.LazyFrame:
    """Return each change of status that openIMIS kept of a policy, oldest first.

    Args:
        versions: Of policies; see `transforms.openimis.rows.Rows`.

    Returns:
        policy_id, `entry` (0 for the first), status, `nth` (which time the policy is in that
        status), `entered_on` (Date; when the version before was replaced; null for the first),
        `valid_from` (Date).
    """
    return (
        versions.filter(_MINE.is_in(STATUSES))
        # In the order in which they were replaced: `valid_from` does not move with every change.
        .sort("policy_id", "valid_until", "version", nulls_last=True)
        .select(
            "policy_id",
            "status",
            before=_MINE.shift().over("policy_id"),
            entered_on=pl.col("valid_until").shift().over("policy_id").dt.date(),
            valid_from=pl.col("valid_from").dt.date(),
        )
        .filter(_MINE.ne_missing(pl.col("before")))
        .with_columns(
            entry=pl.int_range(pl.len()).over("policy_id"),
            nth=pl.int_range(1, pl.len() + 1).over("policy_id", "status"),
        )
        .with_columns(nth=pl.col("nth") + _times_not_kept())
        .drop("before")
    )


def summaries(entries: pl.LazyFrame) -> pl.LazyFrame:
    """Return what the entries of each policy say of it.

    Returns:
        policy_id, `first_status`, `live_status`, `live_entered_on`, `live_valid_from`, and
        `active_entry`: the first in which it is active or suspended.
    """
    return entries.group_by("policy_id").agg(
        first_status=_MINE.first(),
        live_status=_MINE.last(),
        live_entered_on=pl.col("entered_on").last(),
        live_valid_from=pl.col("valid_from").last(),
        active_entry=pl.col("entry").filter(_MINE.is_in((ACTIVE, SUSPENDED))).min(),
    )


def _times_not_kept() -> pl.Expr:
    """How often a policy was in a status that it had, though no version says so.

    Every policy begins as Idle or Ready, and one that is suspended was active before.
    """
    entry = pl.col("entry")
    began_otherwise = ~_MINE.first().is_in(WAITING).over("policy_id")
    suspended_first = (
        entry.filter(_MINE == SUSPENDED).min() < entry.filter(_MINE == ACTIVE).min()
    ).over("policy_id")
    not_kept = (
        pl.when(_MINE == IDLE).then(began_otherwise).when(_MINE == ACTIVE).then(suspended_first)
    )
    return not_kept.fill_null(value=False).cast(pl.Int64)
