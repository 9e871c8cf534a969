"""Why a policy event is held back, and what is left out of it or taken for something else."""

import polars as pl

from transforms.model.policies import DATES
from transforms.model.status_order import is_out_of_range
from transforms.model.values import with_faults, with_notes

NEW = "N"
"""The stage of a policy that has none."""


def with_reasons(events: pl.LazyFrame) -> pl.LazyFrame:
    """Return policy events with `faults` and `notes`, and with the stage of a new policy for none.

    openIMIS itself takes a policy without a stage for a new one, and has policies without a product
    (they are priced by a contribution plan).

    Args:
        events: Insuree policies with their statuses; see `transforms.model.policy_status`.
    """
    faults = {
        "insuree_policy_insuree_unknown": pl.col("insuree_exists").is_null(),
        "insuree_policy_policy_unknown": ~pl.col("policy_exists"),
        "no_place": pl.col("insuree_exists").is_not_null() & pl.col("orgUnit").is_null(),
        "policy_status_unknown": ~pl.col("status_is_valid"),
        "policy_enrollment_date_missing": pl.col("date").is_null(),
        "policy_date_out_of_range": is_out_of_range(*DATES),
    }
    is_first = pl.col("is_first")
    notes = {
        "policy_status_date_not_known": pl.col("date_not_known"),
        "policy_effective_date_missing": pl.col("never_effective"),
        "policy_without_stage": is_first & pl.col("policy_exists") & ~_has_stage(),
        "policy_without_product": is_first & pl.col("policy_exists") & _has_no_product(),
        "insuree_policy_double": is_first & pl.col("has_several_rows"),
    }
    stage = pl.when(_has_stage()).then("policy_stage").otherwise(pl.lit(NEW))
    judged = events.pipe(with_faults, faults).pipe(with_notes, notes)
    return judged.with_columns(policy_stage=stage)


def _has_stage() -> pl.Expr:
    return (pl.col("policy_stage").str.strip_chars() != "").fill_null(value=False)


def _has_no_product() -> pl.Expr:
    return (pl.col("product_id") == 0).fill_null(value=True)
