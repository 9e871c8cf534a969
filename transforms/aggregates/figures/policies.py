"""What is counted of policies: the statuses of covers, and whether they were renewed."""

import datetime as dt

import polars as pl

from transforms.aggregates.figures.products import with_product
from transforms.model.policies import insuree_policies
from transforms.model.policy_status import policy_statuses
from transforms.model.policy_versions import ACTIVE, EXPIRED, policy_entries
from transforms.openimis.register import Register


def cover_statuses(
    register: Register,
    people: pl.LazyFrame,
    holders: pl.LazyFrame,
    as_of: dt.date,
    sent: pl.LazyFrame,
) -> pl.LazyFrame:
    """Return the statuses that each cover passed.

    Args:
        register: Of openIMIS.
        people: See `transforms.model.people.desired_people`.
        holders: See `transforms.model.policies.value_holders`.
        as_of: The day of the snapshot.
        sent: Keys of the policy events that are not held back.

    Returns:
        cover_id, `person`, policy_stage, product_id, product, expiry_date, has_value, `status`
        (openIMIS's code), is_first_time, `since` and `until` (its first and last day), `day` (the
        first one).
    """
    covers = insuree_policies(register, people, holders)
    entries = policy_entries(register.policies.versions)
    statuses = policy_statuses(covers, entries, as_of)
    key = pl.format("{}:{}:{}", "cover_id", "policy_status", "nth")
    return (
        covers.join(statuses, on="cover_id")
        .with_columns(key=key)
        .join(sent, on="key", how="semi")
        .pipe(with_product, register)
        .select(
            "cover_id", "product_id", "product", "expiry_date", "has_value", "is_first_time",
            person="insuree_id",
            policy_stage=_stage(),
            status="policy_status",
            since="date",
            until="status_until",
            day="date",
        )
    )  # fmt: skip


def due_covers(covers: pl.LazyFrame, terms: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
    """Return the covers that have ended and of which the time to renew them is over.

    A cover is renewed where its person became covered again until the day after its last day and
    the product's period of grace, and for longer, by the same product or the one that it is
    converted into.

    Args:
        covers: See `cover_statuses`; with what else figures are divided by.
        terms: See `transforms.aggregates.figures.products.product_terms`.
        as_of: The day of the snapshot.

    Returns:
        The same columns, of the status Expired; `day` is the last one on which the cover could be
        renewed, and `is_renewed` whether it was.
    """
    of_product = covers.join(
        terms.select("product_id", "live_product", "converted_into", "grace"),
        on="product_id",
        how="left",
    )
    active = of_product.filter(pl.col("status") == ACTIVE)
    ended = (
        of_product.filter(pl.col("status") == EXPIRED)
        .join(active.select("cover_id"), on="cover_id", how="semi")
        .with_columns(day=pl.col("since").dt.offset_by(_months()))
        .filter(pl.col("day") <= as_of)
    )
    renewed = _renewed(ended, active)
    return ended.join(renewed, on="cover_id", how="left").with_columns(
        pl.col("is_renewed").fill_null(value=False)
    )


def _renewed(ended: pl.LazyFrame, active: pl.LazyFrame) -> pl.LazyFrame:
    """Return the covers among the ended ones that were renewed: cover_id, is_renewed."""
    others = active.select(
        "person", other="cover_id", by="live_product", begins="since", ends="expiry_date"
    )
    is_in_time = (pl.col("begins") <= pl.col("day")) & (pl.col("ends") >= pl.col("since"))
    is_of_product = (pl.col("by") == pl.col("live_product")) | (
        pl.col("by") == pl.col("converted_into")
    )
    return (
        ended.join(others, on="person")
        .filter(pl.col("other") != pl.col("cover_id"), is_in_time, is_of_product)
        .select("cover_id", is_renewed=pl.lit(value=True))
        .unique("cover_id")
    )


def _months() -> pl.Expr:
    return pl.format("{}mo", pl.col("grace").fill_null(0))


def _stage() -> pl.Expr:
    """A policy without a stage is a new one, as for openIMIS itself."""
    stage = pl.col("policy_stage").str.strip_chars()
    return pl.when(stage != "").then(stage).otherwise(pl.lit("N"))
