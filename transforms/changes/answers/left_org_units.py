"""Org units that are in groups of ours and stand for no place, or not for that place, any more.

Where places go to org units that DHIS2 has already, a decision may send a place to another one.
What we confirmed of the former one says which groups we have put it into; from these it is taken
out. Groups that people put it into are not among them.
"""

import polars as pl

from transforms.model.matched_org_units import IS_THEIRS

_CONTENT = pl.Struct({"uid": pl.String(), "name": pl.String(), "groups": pl.List(pl.String())})
_UID_NOW = pl.col("uid_now")


def left_org_units(desired: pl.LazyFrame, confirmed: pl.LazyFrame) -> pl.LazyFrame:
    """Return the org units that places have left: key of the place, uid, groups (List of UIDs).

    An org unit that we made, and that openIMIS has no more, is none: DHIS2 keeps it.

    Args:
        desired: key, uid, groups and faults of all org units.
        confirmed: `transforms.changes.answers.metadata_changes.CONFIRMED`.

    Returns:
        Rows of `confirmed`, with the groups in which nothing that is desired has the org unit.
    """
    content = pl.col("content").str.strip_chars_start().str.json_decode(_CONTENT)
    before = confirmed.select("key", content=content).unnest("content")
    now = desired.select("key", uid_now="uid")
    has_left = pl.when(_UID_NOW.is_null()).then(IS_THEIRS).otherwise(pl.col("uid") != _UID_NOW)
    left = before.join(now, on="key", how="left").filter(has_left).select("key", "uid", "groups")
    members = _members(desired.filter(pl.col("faults").list.len() == 0))
    leaving = _members(left).join(members, on=["uid", "groups"], how="anti")
    groups = leaving.group_by("key").agg("groups")
    return left.drop("groups").join(groups, on="key", how="left").sort("key")


def _members(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each group of each org unit."""
    return rows.select("key", "uid", "groups").explode("groups").drop_nulls("groups")
