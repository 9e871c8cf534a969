"""Numbers that one person alone may have, and several people would."""

import polars as pl

from transforms.changes.objects.schemas import State
from transforms.model.insurees import NUMBER


def doubled_numbers(
    desired: pl.LazyFrame, acknowledged: pl.LazyFrame, number: str = NUMBER
) -> pl.LazyFrame:
    """Return the people whose insurance number, or other number of one person, is held back.

    Two people want one number: neither gets it, unless DHIS2 holds it for one of them.

    Args:
        desired: Key and number of all partitions.
        acknowledged: The same, and state, of all partitions.
        number: Key of the number.

    Returns:
        key, and `number`, which is that key.
    """
    holders = acknowledged.filter(state=State.HELD.value).select("key", confirmed=number)
    return (
        desired.filter(pl.col(number).is_not_null())
        .filter(pl.len().over(number) > 1)
        .join(holders, on="key", how="left")
        .filter(pl.col("confirmed").ne_missing(pl.col(number)))
        .select("key", number=pl.lit(number))
    )
