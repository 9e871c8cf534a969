"""Contributions: one event for each payment for a policy, of the head of the household.

    payment ─► policy ─► family ─► its head, in whose enrollment the event is

Photo fees are no contributions, nor is what openIMIS keeps of funds.
"""

import datetime as dt

import polars as pl

from transforms.model.claims import TIME_ZONES
from transforms.model.events import completed_events
from transforms.model.options import with_option_codes
from transforms.model.payers import with_payers
from transforms.model.status_order import is_out_of_range
from transforms.model.tables.contribution import CONTRIBUTION_FIELDS
from transforms.model.values import with_faults
from transforms.openimis.payments import is_funding, is_photo_fee
from transforms.openimis.register import Register
from transforms.openimis.windows import Window, keys_in_window, mark_window, people_in_window


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
        .pipe(with_payers, register, "contribution_payer_unknown")
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
        register.premiums.current.filter(~is_photo_fee(), ~is_funding())
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
