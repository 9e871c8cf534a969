"""Funding: one event for each payment that a payer gives for a product.

It is of nobody: an event of a program without persons, at the place of the product, which is a
district or a region; at the root where the product is of the whole country.
"""

import datetime as dt

import polars as pl

from transforms.model.claims import TIME_ZONES
from transforms.model.payment_events import payment_events, payments_for_policies
from transforms.model.status_order import is_out_of_range
from transforms.model.tables.contribution import FUNDING_FIELDS
from transforms.model.values import with_faults
from transforms.openimis.country import Country
from transforms.openimis.payments import is_funding
from transforms.openimis.places import org_units_among
from transforms.openimis.register import Register
from transforms.openimis.tables.places import REGION
from transforms.openimis.windows import Window


def funding(
    register: Register, country: Country, *, as_of: dt.date, window: Window | None
) -> pl.LazyFrame:
    """Return the desired events of funding.

    Args:
        register: Of openIMIS.
        country: Names the root, and may name the regions of a pilot: what is given for a product
            of another region is not wanted.
        as_of: The day of the snapshot, in the source's time zone.
        window: What `in_window` asks for.

    Returns:
        The columns of *desired*; `person` is the payment itself, and there is no parent.
    """
    return payment_events(
        _given(register, country).pipe(with_faults, _faults(as_of)),
        FUNDING_FIELDS,
        register,
        window,
        payer_unknown="funding_payer_unknown",
    )


def _given(register: Register, country: Country) -> pl.LazyFrame:
    """Return the payments with the place of the product, `parent`, `person` and `orgUnit`."""
    products = register.products.live.select("product_id", "location_id")
    places = org_units_among(register.places).select("location_id", "region_id", at="uid")
    given = (
        payments_for_policies(register, is_funding())
        .join(products, on="product_id", how="left")
        .join(places, on="location_id", how="left")
        .with_columns(
            parent=pl.lit(None, pl.String),
            person="premium_uuid",
            orgUnit=pl.coalesce("at", pl.lit(country.root.uid)),
        )
    )
    return _in_pilot(given, register, country)


def _in_pilot(given: pl.LazyFrame, register: Register, country: Country) -> pl.LazyFrame:
    if not country.regions:
        return given
    code = pl.col("location_code").str.strip_chars()
    others = (
        org_units_among(register.places)
        .filter(pl.col("location_type") == REGION.code, ~code.is_in(country.regions))
        .select(region_id="location_id")
    )
    return given.join(others, on="region_id", how="anti")


def _faults(as_of: dt.date) -> dict[str, pl.Expr]:
    return {
        "funding_policy_unknown": ~pl.col("policy_exists"),
        "funding_date_missing": pl.col("pay_date").is_null(),
        "funding_date_out_of_range": is_out_of_range("pay_date"),
        "funding_date_in_future": pl.col("pay_date") > as_of + TIME_ZONES,
    }
