"""What is counted of claims: when each came into a status, and what it is worth."""

import polars as pl

from transforms.aggregates.figures.options import option, with_product
from transforms.model.tables import option_sets
from transforms.openimis.register import Register
from transforms.openimis.tables.coded_values import CLAIM_STATUS, VISIT_TYPE

_AMOUNTS = ("claimed", "approved", "valuated", "remunerated")


def claim_facts(
    register: Register,
    claims: pl.LazyFrame,
    statuses: pl.LazyFrame,
    amounts: pl.LazyFrame,
    sent: pl.LazyFrame,
) -> pl.LazyFrame:
    """Return the statuses into which claims came.

    Args:
        register: Of openIMIS.
        claims: See `transforms.model.claims.current_claims`.
        statuses: See `transforms.model.claim_status.claim_statuses`.
        amounts: See `transforms.model.claim_lines.claim_amounts`.
        sent: Keys of the claim events that are not held back.

    Returns:
        claim_id, insuree_id, `place` (UUID of the facility), `day` (on which it came into the
        status), `status` (openIMIS's code), product, claim_status, visit_type, care_type;
        `claimed_amount`, `approved_amount`, `valuated_amount`, `remunerated_amount`.
    """
    sites = register.facilities.select("facility_id", place="facility_uuid")
    key = pl.format("{}:{}", "claim_uuid", "claim_status")
    return (
        claims.join(amounts, on="claim_id", how="left")
        .join(statuses, on="claim_id")
        .with_columns(key=key)
        .join(sent, on="key", how="semi")
        .join(sites, on="facility_id")
        .pipe(with_product, register)
        .select(
            "claim_id",
            "insuree_id",
            "place",
            "product",
            day="date",
            status="claim_status",
            claim_status=option("claim_status", CLAIM_STATUS.words),
            visit_type=option("visit_type", VISIT_TYPE.words),
            care_type=option("care_type", option_sets.CARE_TYPE.codes or {}),
            **{f"{name}_amount": pl.col(f"total_{name}_amount").fill_null(0) for name in _AMOUNTS},
        )
    )
