"""Claim status events: one for each status that a claim has passed.

    Entered ──► Checked ──► Processed ──► Valuated
       └───────────┴────────────┴───────► Rejected

openIMIS keeps a date of a few of these moments only; the others are read from its history rows.
"""

import polars as pl

from transforms.model.claims import CHECKED, ENTERED, PROCESSED, REJECTED, STATUSES, VALUATED
from transforms.model.events import completed_events
from transforms.model.optional_claim_values import (
    as_optional_values_of_events,
    with_optional_values,
)
from transforms.model.options import with_option_codes
from transforms.model.status_order import ENDLESS, in_order, is_out_of_range, status_until
from transforms.model.tables.claim import CLAIM_DETAILS_FIELDS
from transforms.model.values import with_faults, with_notes
from transforms.openimis.register import Register

_STATUS, _NOW = pl.col("claim_status"), pl.col("status")
_OWN_DATES = {
    ENTERED: "entered_date",
    CHECKED: "checked_date",
    PROCESSED: "processed_date",
    VALUATED: "valuation_date",
    REJECTED: "rejection_date",
}


def claim_statuses(claims: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Return the statuses that each claim has passed, with their dates.

    Args:
        claims: See `transforms.model.claims.current_claims`.
        register: Of openIMIS.

    Returns:
        claim_id, `claim_status` (openIMIS's code), `own_date`, `date`, `occurredAt`,
        `status_until`, and on each status the own dates of the statuses up to it:
        `checked_date`, `processed_date`, `valuation_date`, `rejection_date`.
    """
    dated = _with_own_dates(claims, register)
    passed = pl.concat([_select_passed(dated, status) for status in STATUSES])
    return (
        in_order(passed, "claim_id")
        .with_columns(status_until=status_until(pl.lit(ENDLESS)))
        .drop("position", "rank", "next_date")
    )


def claim_events(
    claims: pl.LazyFrame, statuses: pl.LazyFrame, amounts: pl.LazyFrame, register: Register
) -> pl.LazyFrame:
    """Return the desired *Claim details* events.

    Args:
        claims: See `transforms.model.claims.current_claims`.
        statuses: See `claim_statuses`.
        amounts: See `transforms.model.claim_lines.claim_amounts`.
        register: Of openIMIS.

    Returns:
        The columns of *desired*; see `transforms.model.resources`.
    """
    described = (
        claims.pipe(_with_administrator, register)
        .pipe(with_optional_values, register)
        .join(amounts, on="claim_id", how="left")
        .pipe(with_option_codes, CLAIM_DETAILS_FIELDS, register)
    )
    events = (
        described.join(statuses, on="claim_id", how="inner")
        .with_columns(_amounts_of_status())
        .pipe(with_faults, {"claim_status_date_out_of_range": is_out_of_range("own_date")})
        .pipe(with_notes, _notes())
        .pipe(as_optional_values_of_events, register)
    )
    key = pl.format("{}:{}", "claim_uuid", "claim_status")
    return completed_events(events, CLAIM_DETAILS_FIELDS, key=key, parent="claim_uuid")


def _notes() -> dict[str, pl.Expr]:
    """Return what is left out of a claim, each on one of its events."""
    has_its_status = (_STATUS == _NOW).any().over("claim_id")
    has_administrator = pl.col("administrator_id").is_not_null()
    is_found = pl.col("administrator").is_not_null()
    return {
        "claim_administrator_unknown": (_STATUS == ENTERED) & has_administrator & ~is_found,
        "claim_status_date_missing": (
            (_STATUS == ENTERED) & _NOW.is_in(STATUSES).fill_null(value=False) & ~has_its_status
        ),
        "claim_batch_run_unknown": (
            (_STATUS == VALUATED) & _has_run() & pl.col("run_date").is_null()
        ),
    }


def _has_run() -> pl.Expr:
    """True for a claim that names a batch run: openIMIS writes 0 as well as null for none."""
    return (pl.col("batch_run_id") != 0).fill_null(value=False)


def _with_own_dates(claims: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Return claim_id, status, and the own date of each status; null where there is none."""
    processed = pl.coalesce(pl.col("process_stamp").dt.date(), "date_processed")
    submitted = pl.coalesce(pl.col("submit_stamp").dt.date(), "last_entered")
    rejected = pl.coalesce(
        "last_not_rejected", pl.col("process_stamp").dt.date(), pl.col("submit_stamp").dt.date()
    )
    return claims.join(_pasts(register.claims.copies), on="claim_id", how="left").select(
        "claim_id",
        "status",
        entered_date=pl.col("date_claimed"),
        checked_date=pl.when(_was_checked()).then(submitted),
        processed_date=pl.when(_was_processed()).then(processed),
        valuation_date=pl.when(_NOW == VALUATED).then(
            pl.coalesce(pl.col("run_date").dt.date(), processed)
        ),
        rejection_date=pl.when(_NOW == REJECTED).then(rejected),
    )


def _pasts(copies: pl.LazyFrame) -> pl.LazyFrame:
    """Return what the earlier versions of each claim tell."""
    replaced_on = pl.col("valid_until").dt.date()
    return copies.group_by("claim_id").agg(
        last_entered=replaced_on.filter(_NOW == ENTERED).max(),
        last_not_rejected=replaced_on.filter(_NOW != REJECTED).max(),
        had_checked=(_NOW == CHECKED).any(),
        had_processed=(_NOW == PROCESSED).any(),
    )


def _was_checked() -> pl.Expr:
    was = pl.col("process_stamp").is_not_null() | pl.col("had_checked").fill_null(value=False)
    return _NOW.is_in((CHECKED, PROCESSED, VALUATED)) | ((_NOW == REJECTED) & was)


def _was_processed() -> pl.Expr:
    by_batch = (_NOW == VALUATED) & _has_run()
    return (_NOW == PROCESSED) | by_batch | pl.col("had_processed").fill_null(value=False)


def _select_passed(dated: pl.LazyFrame, status: int) -> pl.LazyFrame:
    """Return the claims that passed `status`, with what was known of their dates by then."""
    position = STATUSES.index(status)
    reached = {_OWN_DATES[earlier] for earlier in STATUSES[: position + 1]}
    own = pl.col(_OWN_DATES[status])
    # Entered and Rejected are there without a date of their own too.
    exists = {
        ENTERED: pl.lit(value=True),
        REJECTED: (_NOW == REJECTED).fill_null(value=False),
    }.get(status, own.is_not_null())
    return dated.filter(exists).select(
        "claim_id",
        *(
            (pl.col(name) if name in reached else pl.lit(None, pl.Date)).alias(name)
            for name in list(_OWN_DATES.values())[1:]
        ),
        claim_status=pl.lit(status, pl.Int32),
        position=pl.lit(position, pl.Int32),
        own_date=own,
    )


def _amounts_of_status() -> list[pl.Expr]:
    """Return the amounts that a status shows (`shown_…`): the later the status, the more."""
    nothing = pl.when(_STATUS == REJECTED).then(pl.lit(0, pl.Decimal(38, 2)))
    return [
        pl.col("total_claimed_amount").fill_null(0).alias("shown_claimed_amount"),
        pl.when(_STATUS != ENTERED)
        .then(pl.col("total_adjusted_amount").fill_null(0))
        .alias("shown_adjusted_amount"),
        nothing.when(_STATUS != ENTERED)
        .then(pl.col("total_approved_amount").fill_null(0))
        .alias("shown_approved_amount"),
        nothing.when(_STATUS == VALUATED)
        .then(pl.col("total_valuated_amount").fill_null(0))
        .alias("shown_valuated_amount"),
        nothing.when(_STATUS == VALUATED)
        .then(pl.col("total_remunerated_amount"))
        .alias("shown_remunerated_amount"),
    ]


def _with_administrator(claims: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    administrators = register.administrators.live.select(
        "administrator_id", administrator="administrator_uuid"
    )
    return claims.join(administrators, on="administrator_id", how="left")
