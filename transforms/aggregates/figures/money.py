"""What is counted of contributions: what was paid, and to which days it belongs."""

import polars as pl

from transforms.aggregates.figures.categories import PAY_TYPES, PAYER_TYPES
from transforms.aggregates.figures.options import option
from transforms.aggregates.figures.products import with_product
from transforms.model.policy_versions import WAITING
from transforms.model.status_order import is_out_of_range
from transforms.openimis.country import Country
from transforms.openimis.payments import is_funding, is_photo_fee
from transforms.openimis.register import Register


def payments(register: Register, districts: pl.LazyFrame) -> pl.LazyFrame:
    """Return what was paid for policies that are current; photo fees are left out.

    Args:
        register: Of openIMIS, of everybody.
        districts: See `transforms.aggregates.figures.districts`.

    Returns:
        `person` (family_id), `place` (UUID of the district of the household's village, or null),
        `amount`, `day` (of the payment), product, pay_type, payer_type, `is_funding`,
        effective_date, expiry_date, `is_waiting` (the policy is not in force yet).
    """
    policies = register.policies.current.select(
        "policy_id", "family_id", "product_id",
        effective_date="policy_effective_date",
        expiry_date="policy_expiry_date",
        is_waiting=pl.col("status").is_in(WAITING).fill_null(value=True)
        | pl.col("policy_effective_date").is_null(),
    )  # fmt: skip
    payers = register.payers.live.select("payer_id", "payer_type")
    families = register.families.live.select("family_id", "location_id")
    of_places = districts.drop_nulls("location_id").select("location_id", place="district")
    paid = register.premiums.current.filter(~is_photo_fee())
    return (
        paid.join(policies, on="policy_id")
        .join(payers, on="payer_id", how="left")
        .join(families, on="family_id", how="left")
        .join(of_places, on="location_id", how="left")
        .pipe(with_product, register)
        .select(
            "place", "amount", "product", "effective_date", "expiry_date", "is_waiting",
            person="family_id",
            day="pay_date",
            is_funding=is_funding(),
            pay_type=option("pay_type", PAY_TYPES),
            # Where no payer is named, the household pays itself.
            payer_type=option(
                pl.when(pl.col("payer_id").is_null()).then(pl.lit("")).otherwise("payer_type"),
                PAYER_TYPES,
            ),
        )
    )  # fmt: skip


def contributions(paid: pl.LazyFrame) -> pl.LazyFrame:
    """Return the payments that are no funding, with `is_not_allocated`; see `payments`."""
    too_late = (pl.col("day") > pl.col("expiry_date")).fill_null(value=False)
    return paid.filter(~pl.col("is_funding")).with_columns(
        is_not_allocated=pl.col("is_waiting") | too_late
    )


def terms(of_households: pl.LazyFrame) -> pl.LazyFrame:
    """Return contributions with the days of their policies: `since` and `until`."""
    return _over(of_households, pl.col("effective_date"))


def allocations(of_households: pl.LazyFrame) -> pl.LazyFrame:
    """Return contributions with the days of their policies from the payment on."""
    return _over(of_households, pl.max_horizontal("effective_date", "day"))


def funds(paid: pl.LazyFrame, country: Country) -> pl.LazyFrame:
    """Return the payments that are funding; they are of the whole country."""
    return paid.filter("is_funding").with_columns(place=pl.lit(country.root.uid))


def _over(of_households: pl.LazyFrame, since: pl.Expr) -> pl.LazyFrame:
    return (
        of_households.filter(
            ~pl.col("is_waiting"), ~is_out_of_range("effective_date", "expiry_date", "day")
        )
        .with_columns(since=since, until="expiry_date")
        .filter(pl.col("since") <= pl.col("until"))
    )
