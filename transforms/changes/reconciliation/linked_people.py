"""What DHIS2 holds of its own people, beside what it has confirmed of ours.

Their org unit and the values at their attributes are the owner's: they are what they are. One is
looked at all the same: the number, by which the person is known to be the one of openIMIS. Of who
has none there any more, deleted and still named by a claim, it is the owner's as all others are.
"""

from collections.abc import Collection

import polars as pl

from transforms.core.renaming import Renaming
from transforms.model.field_keys import KEY_OF_UID
from transforms.model.resources import TRACKED_ENTITIES, Resource

READ = "Confirmed"
PLACE = "orgUnit"


def without_theirs(
    resource: Resource,
    read: pl.DataFrame,
    acknowledged: pl.DataFrame,
    links: pl.DataFrame,
    renaming: Renaming,
    number: str | None = None,
) -> pl.DataFrame:
    """Return what was read, with linked people's own org units and values as if they were ours.

    Args:
        resource: The resource; all but people are returned as they are.
        read: A read-back frame; values are called by UIDs.
        acknowledged: Acknowledged rows; values are called by keys.
        links: The columns of `transforms.changes.objects.links.LINKS`.
        renaming: Of the connection: it tells which attributes are theirs.
        number: UID of the attribute by which people are known; it stays as it was read, of who
            has one.
    """
    if resource is not TRACKED_ENTITIES or links.is_empty():
        return read
    names = _names(read.columns, acknowledged.columns, renaming.theirs.keys())
    ours = acknowledged.join(links, on="uid", how="semi").select(
        "uid", *(pl.col(key).alias(f"{name}{READ}") for name, key in names.items()), isLinked=True
    )
    joined = read.join(ours, on="uid", how="left", maintain_order="left")
    kept = [_kept(name, is_number=name == number) for name in names]
    return joined.with_columns(kept).select(read.columns)


def _kept(name: str, *, is_number: bool) -> pl.Expr:
    confirmed, is_linked = pl.col(f"{name}{READ}"), pl.col("isLinked").fill_null(value=False)
    is_theirs = is_linked & confirmed.is_null() if is_number else is_linked
    return pl.when(is_theirs).then(confirmed).otherwise(name).alias(name)


def _names(
    read: Collection[str], acknowledged: Collection[str], theirs: Collection[str]
) -> dict[str, str]:
    """Return what a column is called that was read, to what it is called here."""
    values = {uid: KEY_OF_UID[uid] for uid in theirs if uid in KEY_OF_UID}
    names = {PLACE: PLACE} | values
    return {name: key for name, key in names.items() if name in read and key in acknowledged}
