"""Claims that openIMIS has restored: a rejected claim that was entered again, as a new one.

    rejected claim ◄── RestoredClaim ── new claim      both are current, and are one bill

openIMIS changes nothing of the rejected claim, and it may be restored several times. So that a bill
counts once, each claim says how many stand in its place, and figures leave out those that have one:
of a bill the newest claim counts.
"""

import polars as pl

from transforms.model.tables.claim import REPLACING_CLAIMS, RESTORED_CLAIM
from transforms.openimis.subjects import column_of

_RESTORED, _REPLACING = column_of(RESTORED_CLAIM), column_of(REPLACING_CLAIMS)


def with_replacing_claims(claims: pl.LazyFrame) -> pl.LazyFrame:
    """Return claims with the number of those that stand in the place of each.

    Claims of another person are none: openIMIS is divided by person.

    Args:
        claims: person, claim_id, and the key of the claim that each restores. Without that column,
            which is not read where the country file does not ask for it, they stay as they are.

    Returns:
        The same rows, with the number of claims that restore this one or, later than this one, the
        claim that this one restores; null where there is none.
    """
    if _RESTORED not in claims.collect_schema():
        return claims
    restoring = claims.filter(pl.col(_RESTORED).is_not_null() & pl.col("person").is_not_null())
    of_one = restoring.group_by("person", pl.col(_RESTORED).alias("claim_id")).agg(again=pl.len())
    place = pl.col("claim_id").rank("ordinal").over("person", _RESTORED)
    later = restoring.select("person", "claim_id", later=pl.len().over("person", _RESTORED) - place)
    number = pl.col("again").fill_null(0) + pl.col("later").fill_null(0)
    return (
        claims.join(of_one, on=["person", "claim_id"], how="left", maintain_order="left")
        .join(later, on=["person", "claim_id"], how="left", maintain_order="left")
        .with_columns(pl.when(number > 0).then(number).alias(_REPLACING))
        .drop("again", "later")
    )
