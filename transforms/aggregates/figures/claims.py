"""What is counted of claims: when each came into a status, when care began, what it is worth."""

import polars as pl

from transforms.aggregates.figures.options import option
from transforms.aggregates.figures.products import with_product
from transforms.model.claims import VALUATED
from transforms.model.optional_claim_values import with_optional_values
from transforms.model.tables import option_sets
from transforms.model.tables.claim import REPLACING_CLAIMS
from transforms.openimis.register import Register
from transforms.openimis.subjects import column_of
from transforms.openimis.tables.coded_values import CLAIM_STATUS, VISIT_TYPE

_AMOUNTS = ("claimed", "approved", "valuated", "remunerated")
_REPLACING = column_of(REPLACING_CLAIMS)


def counted_once(claims: pl.LazyFrame) -> pl.LazyFrame:
    """Return claims without those in whose place another one stands; see `restored_claims`."""
    if _REPLACING not in claims.collect_schema():
        return claims
    return claims.filter(pl.col(_REPLACING).is_null())


def described_claims(
    register: Register, claims: pl.LazyFrame, amounts: pl.LazyFrame, sent: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the claims that count, once each.

    Args:
        register: Of openIMIS.
        claims: See `transforms.model.claims.current_claims`.
        amounts: See `transforms.model.claim_lines.claim_amounts`.
        sent: Keys of the enrollments of claims that are not held back.

    Returns:
        claim_id, claim_uuid, `person`, `place` (UUID of the facility), facility_id, `day` (on which
        care began), date_to, date_claimed, run_date, `status` (openIMIS's code), product,
        visit_type, care_type, rejection_reason, and the amounts `claimed_amount`,
        `approved_amount`, `valuated_amount`, `remunerated_amount`.
    """
    sites = register.facilities.select("facility_id", place="facility_uuid")
    counted = counted_once(claims).join(sent.select(claim_uuid="key"), on="claim_uuid", how="semi")
    return (
        counted.pipe(with_optional_values, register)
        .join(amounts, on="claim_id", how="left")
        .join(sites, on="facility_id")
        .pipe(with_product, register)
        .select(
            "claim_id", "claim_uuid", "place", "facility_id", "date_to", "date_claimed",
            "run_date", "status", "product",
            person="insuree_id",
            day="date_from",
            visit_type=option("visit_type", VISIT_TYPE.words),
            care_type=option("care_type", option_sets.CARE_TYPE.codes or {}),
            rejection_reason=option("rejection_reason", option_sets.REJECTION_REASON.codes or {}),
            **{f"{name}_amount": pl.col(f"total_{name}_amount").fill_null(0) for name in _AMOUNTS},
        )
    )  # fmt: skip


def claims_by_status(
    described: pl.LazyFrame, statuses: pl.LazyFrame, sent: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the statuses into which claims came.

    Args:
        described: See `described_claims`.
        statuses: See `transforms.model.claim_status.claim_statuses`.
        sent: Keys of the claim events that are not held back.

    Returns:
        The columns of `described_claims`, where `status` (openIMIS's code) is each that the claim
        passed, `claim_status` (its option), `since` and `until` (its first and last day), `day`
        (the first one).
    """
    passed = statuses.select("claim_id", "claim_status", since="date", until="status_until")
    key = pl.format("{}:{}", "claim_uuid", "claim_status")
    return (
        described.drop("status", "day")
        .join(passed, on="claim_id")
        .with_columns(key=key)
        .join(sent, on="key", how="semi")
        .with_columns(
            day="since",
            status="claim_status",
            claim_status=option("claim_status", CLAIM_STATUS.words),
        )
        .drop("key")
    )


def paid_claims(described: pl.LazyFrame) -> pl.LazyFrame:
    """Return the valuated claims that a batch run sent to payment: `day` of that, and `days`."""
    day = pl.col("run_date").dt.date()
    return described.filter(pl.col("status") == VALUATED, day.is_not_null()).with_columns(
        day=day, days=(day - pl.col("date_claimed")).dt.total_days()
    )


def home_claims(
    by_status: pl.LazyFrame, people: pl.LazyFrame, districts: pl.LazyFrame
) -> pl.LazyFrame:
    """Return claims by status, where their people live.

    Args:
        by_status: See `claims_by_status`.
        people: See `transforms.aggregates.figures.people`.
        districts: See `transforms.aggregates.figures.districts`.

    Returns:
        The same rows; `place` is the district of the person, `facility_district` that of the
        facility, family_id the family of the person.
    """
    of_facilities = districts.select("facility_id", facility_district="district")
    homes = people.select("person", "place", "family_id")
    return (
        by_status.drop("place")
        .join(homes, on="person", how="left")
        .join(of_facilities.drop_nulls("facility_id"), on="facility_id", how="left")
    )
