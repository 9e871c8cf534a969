"""Contributions: one event for each payment for a policy, of the head of the household.

    payment ─► policy ─► family ─► its head, in whose enrollment the event is

Photo fees are no contributions, nor is what openIMIS keeps of funds.
"""

import datetime as dt

import polars as pl

from transforms.model.claims import TIME_ZONES
from transforms.model.events import completed_events
from transforms.model.options import with_option_codes
from transforms.model.status_order import is_out_of_range
from transforms.model.tables.contribution import CONTRIBUTION_FIELDS
from transforms.model.tables.option_sets import NO_PAYER
from transforms.model.values import with_faults, with_notes
from transforms.openimis.register import Register
from transforms.openimis.tables.columns import PAYERS
from transforms.openimis.windows import Window, keys_in_window, mark_window, people_in_window

FUNDING = "F"
IS_PHOTO_FEE = pl.col("is_photo_fee").fill_null(value=False)
IS_FUNDING = (pl.col("pay_type").str.strip_chars() == FUNDING).fill_null(value=False)


def contributions(
    register: Register, people: pl.LazyFrame, *, as_of: dt.date, window: Window | None
) -> pl.LazyFrame:
    """Return the desired events of payments for policies.

    Those for policies that are deleted are not wanted, nor those of heads who are not sent. One
    whose policy does not exist at all, or whose household has no head, will be a reject.

    Args:
        register: Of openIMIS.
        people: See `transforms.model.people.desired_people`.
        as_of: The day of the snapshot, in the source's time zone.
        window: What `in_window` asks for.

    Returns:
        The columns of *desired*; see `transforms.model.resources`.
    """
    events = (
        _paid(register, people)
        .pipe(_with_payers, register)
        .pipe(with_faults, _faults(as_of))
        .pipe(mark_window, window, _traces(register, window))
        .pipe(with_option_codes, CONTRIBUTION_FIELDS, register)
        .with_columns(occurredAt=pl.col("pay_date").dt.strftime("%Y-%m-%d"))
    )
    key = pl.col("premium_uuid")
    return completed_events(events, CONTRIBUTION_FIELDS, key=key, parent="person")


def _paid(register: Register, people: pl.LazyFrame) -> pl.LazyFrame:
    """Return the payments with policy (policy_exists), head (has_head), `person` and `orgUnit`."""
    policies = register.policies.live.select(
        "policy_id", "family_id", "product_id", "policy_uuid", policy_is_current="is_current"
    )
    heads = register.heads.select("family_id", "insuree_id", has_head=pl.lit(value=True))
    persons = people.filter("is_current").select(
        "insuree_id", person="insuree_uuid", orgUnit="place"
    )
    return (
        register.premiums.current.filter(~IS_PHOTO_FEE, ~IS_FUNDING)
        .join(policies, on="policy_id", how="left")
        .filter(pl.col("policy_is_current").fill_null(value=True))
        .join(heads, on="family_id", how="left")
        .join(persons, on="insuree_id", how="left")
        .filter(pl.col("person").is_not_null() | pl.col("has_head").is_null())
        .with_columns(
            policy_exists=pl.col("policy_is_current").is_not_null(),
            has_head=pl.col("has_head").is_not_null(),
        )
    )


def _with_payers(paid: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Add the type of the payer: none where the household pays itself."""
    if PAYERS.name not in register.snapshot:
        return with_notes(paid, {})
    payers = register.payers.live.select("payer_id", "payer_type", has_payer=pl.lit(value=True))
    names_one = pl.col("payer_id").is_not_null()
    is_unknown = names_one & pl.col("has_payer").is_null()
    return (
        paid.join(payers, on="payer_id", how="left")
        .with_columns(payer_type=pl.when(names_one).then("payer_type").otherwise(pl.lit(NO_PAYER)))
        .pipe(with_notes, {"contribution_payer_unknown": is_unknown})
    )


def _faults(as_of: dt.date) -> dict[str, pl.Expr]:
    has_policy, has_head = pl.col("policy_exists"), pl.col("has_head")
    return {
        "contribution_policy_unknown": ~has_policy,
        "contribution_without_head": has_policy & ~has_head,
        "no_place": has_head & pl.col("orgUnit").is_null(),
        "contribution_date_missing": pl.col("pay_date").is_null(),
        "contribution_date_out_of_range": is_out_of_range("pay_date"),
        "contribution_date_in_future": pl.col("pay_date") > as_of + TIME_ZONES,
    }


def _traces(register: Register, window: Window | None) -> list[tuple[str, pl.LazyFrame]]:
    return [
        ("premium_id", keys_in_window(register.premiums, window)),
        ("policy_id", keys_in_window(register.policies, window)),
        ("product_id", keys_in_window(register.products, window)),
        ("payer_id", keys_in_window(register.payers, window)),
        ("insuree_id", people_in_window(register, window)),
    ]
