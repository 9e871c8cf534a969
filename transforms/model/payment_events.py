"""What events of payments have in common, whoever paid, and for whatever.

    payment ─► policy, who paid ─► window, codes ─► event on the pay date

Photo fees are none, nor are payments for policies that are deleted. Of who paid the type alone is
read, since a payer may be a person.
"""

from collections.abc import Sequence

import polars as pl

from transforms.core.fields import Field
from transforms.model.events import completed_events
from transforms.model.options import with_option_codes
from transforms.model.tables.option_sets import NO_PAYER
from transforms.model.values import with_notes
from transforms.openimis.payments import is_photo_fee
from transforms.openimis.register import Register
from transforms.openimis.tables.columns import PAYERS
from transforms.openimis.windows import Window, keys_in_window, mark_window


def payments_for_policies(register: Register, kind: pl.Expr) -> pl.LazyFrame:
    """Return the current payments of a kind, with what their policies are of (policy_exists).

    One whose policy does not exist at all is there too: it will be a reject.
    """
    policies = register.policies.live.select(
        "policy_id", "family_id", "product_id", "policy_uuid", policy_is_current="is_current"
    )
    return (
        register.premiums.current.filter(~is_photo_fee(), kind)
        .join(policies, on="policy_id", how="left")
        .filter(pl.col("policy_is_current").fill_null(value=True))
        .with_columns(policy_exists=pl.col("policy_is_current").is_not_null())
    )


def payment_events(
    paid: pl.LazyFrame,
    fields: Sequence[Field],
    register: Register,
    window: Window | None,
    *,
    payer_unknown: str,
    traces: Sequence[tuple[str, pl.LazyFrame]] = (),
) -> pl.LazyFrame:
    """Return the desired events of payments, each on its pay date.

    Args:
        paid: Payments, with `parent`, `person`, `orgUnit`, `faults`; see `payments_for_policies`.
        fields: Of the resource.
        register: Of openIMIS.
        window: What `in_window` asks for.
        payer_unknown: The note of a payment that names a payer who does not exist.
        traces: What else leaves a trace in the window.

    Returns:
        The columns of *desired*; see `transforms.model.resources`.
    """
    events = (
        paid.pipe(_with_payers, register, payer_unknown)
        .pipe(mark_window, window, [*_traces(register, window), *traces])
        .pipe(with_option_codes, fields, register)
        .with_columns(occurredAt=pl.col("pay_date").dt.strftime("%Y-%m-%d"))
    )
    return completed_events(events, fields, key=pl.col("premium_uuid"), parent="parent")


def _with_payers(paid: pl.LazyFrame, register: Register, unknown: str) -> pl.LazyFrame:
    """Add `payer_type`: openIMIS's code, or that of no payer where none is named.

    Where payers are not read, nothing is added. A payer who does not exist is a note, `unknown`.
    """
    if PAYERS.name not in register.snapshot:
        return with_notes(paid, {})
    payers = register.payers.live.select("payer_id", "payer_type", has_payer=pl.lit(value=True))
    names_one = pl.col("payer_id").is_not_null()
    is_unknown = names_one & pl.col("has_payer").is_null()
    return (
        paid.join(payers, on="payer_id", how="left")
        .with_columns(payer_type=pl.when(names_one).then("payer_type").otherwise(pl.lit(NO_PAYER)))
        .pipe(with_notes, {unknown: is_unknown})
    )


def _traces(register: Register, window: Window | None) -> list[tuple[str, pl.LazyFrame]]:
    return [
        ("premium_id", keys_in_window(register.premiums, window)),
        ("policy_id", keys_in_window(register.policies, window)),
        ("product_id", keys_in_window(register.products, window)),
        ("payer_id", keys_in_window(register.payers, window)),
    ]
