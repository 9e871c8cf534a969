"""Which covers are desired: who is insured by which policy, and who carries its value."""

import polars as pl

from transforms.model.policy_versions import STATUSES
from transforms.openimis.register import Register

DATES = ("enrollment_date", "start_date", "effective_date", "expiry_date")


def insuree_policies(
    register: Register, people: pl.LazyFrame, holders: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the current insuree policies of current people and current policies.

    One whose person or policy does not exist at all is there too: it will be a reject.

    Args:
        register: Of openIMIS.
        people: See `transforms.model.people.desired_people`.
        holders: See `value_holders`.

    Returns:
        cover_id; insuree_id, insuree_uuid, `place` of the person; the register's columns of the
        policy; `enrollment_date`, `start_date`, `effective_date`, `expiry_date` (the insuree
        policy's, else the policy's); `has_value` (one of a policy's members carries its value);
        `insuree_exists`, `policy_exists`, `status_is_valid`, `has_several_rows`.
    """
    carries_value = holders.select("cover_id", has_value=pl.lit(value=True))
    return (
        _covers(register, people)
        .join(carries_value, on="cover_id", how="left")
        .with_columns(
            *(pl.coalesce(date, f"policy_{date}").alias(date) for date in DATES),
            has_value=pl.col("has_value").fill_null(value=False),
            policy_exists=pl.col("policy_is_current").is_not_null(),
        )
        .drop("policy_is_current")
    )


def value_candidates(register: Register, people: pl.LazyFrame) -> pl.LazyFrame:
    """Return the covers of which one carries the value of the policy.

    Args:
        register: Of openIMIS, or of a part of the people.
        people: See `transforms.model.people.desired_people`.

    Returns:
        policy_id, cover_id, and `is_head`: it is of the head of the policy's family.
    """
    heads = register.heads.select("family_id", head="insuree_id")
    return (
        _covers(register, people)
        .filter(pl.col("policy_id").is_not_null())
        .join(heads, on="family_id", how="left")
        .select(
            "policy_id",
            "cover_id",
            is_head=(pl.col("insuree_id") == pl.col("head")).fill_null(value=False),
        )
    )


def value_holders(candidates: pl.LazyFrame) -> pl.LazyFrame:
    """Return the cover that carries the value of each policy: the head's, else the least key.

    Nobody can say it from a part of the people: a policy has several.

    Args:
        candidates: See `value_candidates`; all those of each policy.

    Returns:
        cover_id.
    """
    key = pl.col("cover_id")
    holder = pl.coalesce(key.filter("is_head").min(), key.min())
    return candidates.group_by("policy_id").agg(cover_id=holder).select("cover_id")


def _covers(register: Register, people: pl.LazyFrame) -> pl.LazyFrame:
    existing = register.people.live.select("insuree_id", insuree_exists=pl.lit(value=True))
    current = people.filter("is_current").select("insuree_id", "insuree_uuid", "place")
    return (
        register.current_covers.join(existing, on="insuree_id", how="left")
        .join(current, on="insuree_id", how="left")
        .join(_policies(register), on="policy_id", how="left")
        .filter(pl.col("policy_is_current").fill_null(value=True))
        .filter(pl.col("insuree_uuid").is_not_null() | pl.col("insuree_exists").is_null())
    )


def _policies(register: Register) -> pl.LazyFrame:
    is_valid = pl.col("status").is_in(STATUSES).fill_null(value=False)
    policies = register.policies.live.with_columns(status_is_valid=is_valid)
    return policies.rename({"is_current": "policy_is_current"})
