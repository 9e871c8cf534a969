"""Claim status events: one for each status that a claim has passed.

    Entered ──► Checked ──► Processed ──► Valuated
       └───────────┴────────────┴───────► Rejected

openIMIS keeps a date of a few of these moments only; the others are read from its history rows.
"""

import polars as pl

from transforms.claims import CHECKED, ENTERED, PROCESSED, REJECTED, STATUSES, VALUATED
from transforms.events import completed_events
from transforms.history import history_rows, resolved
from transforms.locations import Snapshot
from transforms.options import coded
from transforms.status_order import ENDLESS, in_order, is_out_of_range, status_until
from transforms.tables.claim import CLAIM_DETAILS_FIELDS
from transforms.values import is_set, with_faults, with_notes

_STATUS, _NOW = pl.col("claim_status"), pl.col("ClaimStatus")
_OWN_DATES = {
    ENTERED: "entered_date",
    CHECKED: "checked_date",
    PROCESSED: "processed_date",
    VALUATED: "valuation_date",
    REJECTED: "rejection_date",
}


def claim_statuses(claims: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
    """Return the statuses that each claim has passed, with their dates.

    Args:
        claims: See `transforms.claims.current_claims`.
        snapshot: Of openIMIS; its `tblClaim` has the history rows.

    Returns:
        ClaimID, `claim_status` (openIMIS's code), `own_date`, `date`, `occurredAt`,
        `status_until`, and on each status the own dates of the statuses up to it:
        `checked_date`, `processed_date`, `valuation_date`, `rejection_date`.
    """
    dated = _with_own_dates(claims, snapshot)
    passed = pl.concat([_passed(dated, status) for status in STATUSES])
    return (
        in_order(passed, "ClaimID")
        .with_columns(status_until=status_until(pl.lit(ENDLESS)))
        .drop("position", "rank", "next_date")
    )


def claim_events(
    claims: pl.LazyFrame, statuses: pl.LazyFrame, amounts: pl.LazyFrame, snapshot: Snapshot
) -> pl.LazyFrame:
    """Return the desired *Claim details* events.

    Args:
        claims: See `transforms.claims.current_claims`.
        statuses: See `claim_statuses`.
        amounts: See `transforms.claim_lines.claim_amounts`.
        snapshot: Of openIMIS.

    Returns:
        The columns of *desired*; see `transforms.resources`.
    """
    described = (
        claims.pipe(_with_administrator, snapshot)
        .join(amounts, on="ClaimID", how="left")
        .pipe(coded, CLAIM_DETAILS_FIELDS, snapshot)
    )
    events = (
        described.join(statuses, on="ClaimID", how="inner")
        .with_columns(_amounts_of_status())
        .pipe(with_faults, {"claim_status_date_out_of_range": is_out_of_range("own_date")})
        .pipe(with_notes, _notes())
    )
    key = pl.format("{}:{}", "ClaimUUID", "claim_status")
    return completed_events(events, CLAIM_DETAILS_FIELDS, key=key, parent="ClaimUUID")


def _notes() -> dict[str, pl.Expr]:
    """Return what is left out of a claim, each on one of its events."""
    has_its_status = (_STATUS == _NOW).any().over("ClaimID")
    is_unknown = pl.col("administrator").is_null()
    return {
        "claim_administrator_unknown": ((_STATUS == ENTERED) & is_set("ClaimAdminId") & is_unknown),
        "claim_status_date_missing": (
            (_STATUS == ENTERED) & _NOW.is_in(STATUSES).fill_null(value=False) & ~has_its_status
        ),
        "claim_batch_run_unknown": (
            (_STATUS == VALUATED) & is_set("RunID") & pl.col("RunDate").is_null()
        ),
    }


def _with_own_dates(claims: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
    """Return ClaimID, ClaimStatus, and the own date of each status; null where there is none."""
    processed = pl.coalesce(pl.col("ProcessStamp").dt.date(), "DateProcessed")
    submitted = pl.coalesce(pl.col("SubmitStamp").dt.date(), "last_entered")
    rejected = pl.coalesce(
        "last_not_rejected", pl.col("ProcessStamp").dt.date(), pl.col("SubmitStamp").dt.date()
    )
    return claims.join(_pasts(snapshot["tblClaim"]), on="ClaimID", how="left").select(
        "ClaimID",
        "ClaimStatus",
        entered_date=pl.col("DateClaimed"),
        checked_date=pl.when(_was_checked()).then(submitted),
        processed_date=pl.when(_was_processed()).then(processed),
        valuation_date=pl.when(_NOW == VALUATED).then(
            pl.coalesce(pl.col("RunDate").dt.date(), processed)
        ),
        rejection_date=pl.when(_NOW == REJECTED).then(rejected),
    )


def _pasts(claims: pl.LazyFrame) -> pl.LazyFrame:
    """Return what the history rows of each claim tell."""
    replaced_on = pl.col("ValidityTo").dt.date()
    return (
        history_rows(claims, "ClaimID")
        .group_by("ClaimID")
        .agg(
            last_entered=replaced_on.filter(_NOW == ENTERED).max(),
            last_not_rejected=replaced_on.filter(_NOW != REJECTED).max(),
            had_checked=(_NOW == CHECKED).any(),
            had_processed=(_NOW == PROCESSED).any(),
        )
    )


def _was_checked() -> pl.Expr:
    was = pl.col("ProcessStamp").is_not_null() | pl.col("had_checked").fill_null(value=False)
    return _NOW.is_in((CHECKED, PROCESSED, VALUATED)) | ((_NOW == REJECTED) & was)


def _was_processed() -> pl.Expr:
    by_batch = (_NOW == VALUATED) & pl.col("RunID").is_not_null()
    return (_NOW == PROCESSED) | by_batch | pl.col("had_processed").fill_null(value=False)


def _passed(dated: pl.LazyFrame, status: int) -> pl.LazyFrame:
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
        "ClaimID",
        *(
            (pl.col(name) if name in reached else pl.lit(None, pl.Date)).alias(name)
            for name in list(_OWN_DATES.values())[1:]
        ),
        claim_status=pl.lit(status, pl.Int32),
        position=pl.lit(position, pl.Int32),
        own_date=own,
    )


def _amounts_of_status() -> list[pl.Expr]:
    """Return the amounts that a status shows: the later the status, the more of them."""
    nothing = pl.when(_STATUS == REJECTED).then(pl.lit(0, pl.Decimal(38, 2)))
    return [
        pl.col("claimed_amount").fill_null(0),
        pl.when(_STATUS != ENTERED).then(pl.col("adjusted_amount").fill_null(0)),
        nothing.when(_STATUS != ENTERED)
        .then(pl.col("approved_amount").fill_null(0))
        .alias("approved_amount"),
        nothing.when(_STATUS == VALUATED)
        .then(pl.col("valuated_amount").fill_null(0))
        .alias("valuated_amount"),
        nothing.when(_STATUS == VALUATED)
        .then(pl.col("remunerated_amount"))
        .alias("remunerated_amount"),
    ]


def _with_administrator(claims: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
    admins = snapshot["tblClaimAdmin"]
    names = admins.select("ClaimAdminId", administrator="ClaimAdminUUID")
    return claims.pipe(resolved, "ClaimAdminId", admins, "ClaimAdminId").join(
        names, on="ClaimAdminId", how="left"
    )
