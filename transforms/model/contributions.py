"""Contributions: one event for each payment for a policy, of the head of the household.

    payment ─► policy ─► family ─► its head, in whose enrollment the event is

What openIMIS keeps of funds is none.
"""

import datetime as dt

import polars as pl

from transforms.model.claims import TIME_ZONES
from transforms.model.payment_events import payment_events, payments_for_policies
from transforms.model.status_order import is_out_of_range
from transforms.model.tables.contribution import CONTRIBUTION_FIELDS
from transforms.model.values import with_faults
from transforms.openimis.payments import is_funding
from transforms.openimis.register import Register
from transforms.openimis.windows import Window, people_in_window


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
    return payment_events(
        _paid(register, people).pipe(with_faults, _faults(as_of)),
        CONTRIBUTION_FIELDS,
        register,
        window,
        payer_unknown="contribution_payer_unknown",
        traces=[("insuree_id", people_in_window(register, window))],
    )


def _paid(register: Register, people: pl.LazyFrame) -> pl.LazyFrame:
    """Return the payments with head (has_head), `parent`, `person` and `orgUnit`."""
    heads = register.heads.select("family_id", "insuree_id", has_head=pl.lit(value=True))
    persons = people.filter("is_current").select(
        "insuree_id", person="insuree_uuid", orgUnit="place"
    )
    return (
        payments_for_policies(register, ~is_funding())
        .join(heads, on="family_id", how="left")
        .join(persons, on="insuree_id", how="left")
        .filter(pl.col("person").is_not_null() | pl.col("has_head").is_null())
        .with_columns(has_head=pl.col("has_head").is_not_null(), parent="person")
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
