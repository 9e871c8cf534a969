"""What is counted of policies: which status each cover had, and until when."""

import datetime as dt

import polars as pl

from transforms.aggregates.figures.options import with_product
from transforms.model.policies import insuree_policies
from transforms.model.policy_status import policy_statuses
from transforms.model.policy_versions import policy_entries
from transforms.openimis.register import Register


def cover_statuses(
    register: Register,
    people: pl.LazyFrame,
    holders: pl.LazyFrame,
    as_of: dt.date,
    sent: pl.LazyFrame,
) -> pl.LazyFrame:
    """Return the statuses that each cover passed.

    Args:
        register: Of openIMIS.
        people: See `transforms.model.people.desired_people`.
        holders: See `transforms.model.policies.value_holders`.
        as_of: The day of the snapshot.
        sent: Keys of the policy events that are not held back.

    Returns:
        The columns of `transforms.model.policies.insuree_policies`, `status` (openIMIS's code),
        `nth`, `since` and `until` (its first and last day), `product`.
    """
    covers = insuree_policies(register, people, holders)
    entries = policy_entries(register.policies.versions)
    statuses = policy_statuses(covers, entries, as_of)
    key = pl.format("{}:{}:{}", "cover_id", "policy_status", "nth")
    return (
        covers.join(statuses, on="cover_id")
        .with_columns(key=key)
        .join(sent, on="key", how="semi")
        .rename({"policy_status": "status", "date": "since", "status_until": "until"})
        .pipe(with_product, register)
    )
