"""Funding: one event for each payment that a payer gives for a product.

It is of nobody: an event of a program without persons, at the place of the product, which is a
district or a region; at the root where the product is of the whole country.
"""

import datetime as dt

import polars as pl

from transforms.model.claims import TIME_ZONES
from transforms.model.events import completed_events
from transforms.model.options import with_option_codes
from transforms.model.payers import with_payers
from transforms.model.status_order import is_out_of_range
from transforms.model.tables.contribution import FUNDING_FIELDS
from transforms.model.values import with_faults
from transforms.openimis.country import Country
from transforms.openimis.payments import is_funding, is_photo_fee
from transforms.openimis.places import org_units_among
from transforms.openimis.register import Register
from transforms.openimis.tables.places import REGION
from transforms.openimis.windows import Window, keys_in_window, mark_window

_NOTHING = "parent of funding"


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
    events = (
        _given(register, country)
        .pipe(with_payers, register, "funding_payer_unknown")
        .pipe(with_faults, _faults(as_of))
        .pipe(mark_window, window, _traces(register, window))
        .pipe(with_option_codes, FUNDING_FIELDS, register)
        .with_columns(
            pl.lit(None, pl.String).alias(_NOTHING),
            person="premium_uuid",
            occurredAt=pl.col("pay_date").dt.strftime("%Y-%m-%d"),
        )
    )
    key = pl.col("premium_uuid")
    return completed_events(events, FUNDING_FIELDS, key=key, parent=_NOTHING)


def _given(register: Register, country: Country) -> pl.LazyFrame:
    """Return the payments with the product of the policy, and `orgUnit`."""
    policies = register.policies.live.select(
        "policy_id", "product_id", policy_is_current="is_current"
    )
    products = register.products.live.select("product_id", "location_id")
    places = org_units_among(register.places).select("location_id", "region_id", at="uid")
    given = (
        register.premiums.current.filter(~is_photo_fee(), is_funding())
        .join(policies, on="policy_id", how="left")
        .filter(pl.col("policy_is_current").fill_null(value=True))
        .join(products, on="product_id", how="left")
        .join(places, on="location_id", how="left")
        .with_columns(
            policy_exists=pl.col("policy_is_current").is_not_null(),
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


def _traces(register: Register, window: Window | None) -> list[tuple[str, pl.LazyFrame]]:
    return [
        ("premium_id", keys_in_window(register.premiums, window)),
        ("policy_id", keys_in_window(register.policies, window)),
        ("product_id", keys_in_window(register.products, window)),
        ("payer_id", keys_in_window(register.payers, window)),
    ]
