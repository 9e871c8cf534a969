"""People whom openIMIS has deleted: they are sent for the claims that name them, and with these."""

import polars as pl

from transforms.model.values import with_faults

NO_CLAIM_SENT = "no_claim_sent"


def wait_for_claims(
    people: pl.LazyFrame, enrollments: pl.LazyFrame, claims: pl.LazyFrame
) -> pl.LazyFrame:
    """Return people with a fault of those who, without another one, would be enrolled in nothing.

    DHIS2 gets none of them before one of their claims goes. One that it has already stays.

    Args:
        people: Desired tracked entities.
        enrollments: Desired insuree enrollments, of whom openIMIS has not deleted.
        claims: Desired claim enrollments, with their faults.
    """
    going = claims.filter(
        pl.col("faults").list.len() == 0,
        pl.col("orgUnit").is_not_null() & pl.col("occurredAt").is_not_null(),
    )
    enrolled = pl.concat([each.select(key="parent") for each in (enrollments, going)]).unique()
    named = people.join(
        enrolled.with_columns(is_enrolled=pl.lit(value=True)),
        on="key",
        how="left",
        maintain_order="left",
    )
    waits = pl.col("is_enrolled").is_null() & (pl.col("faults").list.len() == 0)
    return with_faults(named, {NO_CLAIM_SENT: waits}).drop("is_enrolled")
