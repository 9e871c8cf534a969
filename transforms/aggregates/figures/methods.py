"""How each figure is counted: of which facts, on which days, and what is done with them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

from transforms.model.claims import ENTERED, REJECTED, VALUATED
from transforms.model.policy_versions import ACTIVE, EXPIRED, SUSPENDED


class Facts(StrEnum):
    """What is counted: one frame each, of all people or of a part of them."""

    INSUREES = "insurees"
    COVERS = "covers"
    DUE_COVERS = "due_covers"
    CLAIMS = "claims"
    CARE = "care"
    LINES = "lines"
    GROUPED_LINES = "grouped_lines"
    PAID_CLAIMS = "paid_claims"
    HOME_CLAIMS = "home_claims"
    FEEDBACKS = "feedbacks"
    FEEDBACK_PROMPTS = "feedback_prompts"
    HOUSEHOLDS = "households"
    FULL_CEILINGS = "full_ceilings"
    CONTRIBUTIONS = "contributions"
    TERMS = "terms"
    ALLOCATIONS = "allocations"
    FUNDS = "funds"


SHARED: Final = frozenset(
    {
        Facts.HOUSEHOLDS, Facts.FULL_CEILINGS, Facts.CONTRIBUTIONS, Facts.TERMS, Facts.ALLOCATIONS,
        Facts.FUNDS,
    }
)  # fmt: skip
"""Facts of several people together: no part of the people alone can tell them."""


class When(StrEnum):
    """Which facts belong to a period."""

    IN_PERIOD = "in period"  # the fact's day lies in it
    ON_LAST_DAY = "on last day"  # the fact holds on its last day
    SPREAD = "spread"  # of the fact, the share of its days that lie in it


PEOPLE: Final = "people"
"""People are counted, each once in a cell; else a column is named, which is added up."""
ONE: Final = "one"
"""Every fact counts as one."""


_ALL = pl.lit(value=True)


@dataclass(frozen=True)
class Method:
    """How a figure is counted.

    Attributes:
        facts: Of what.
        when: On which days.
        counted: `PEOPLE`, `ONE`, or the column that is added up.
        only: Which facts count.
    """

    facts: Facts
    when: When
    counted: str
    only: pl.Expr = _ALL


_IS_NEW = pl.col("policy_stage") == "N"
_IS_RENEWED = pl.col("policy_stage") == "R"
_BECAME_ACTIVE = (pl.col("status") == ACTIVE) & pl.col("is_first_time")
_IS_ACTIVE = pl.col("status") == ACTIVE
_ENTERED = pl.col("status") == ENTERED
_VALUATED = pl.col("status") == VALUATED
_REIMBURSED = _VALUATED & (pl.col("remunerated_amount") > 0)
_ELSEWHERE = pl.col("facility_district").ne_missing(pl.col("place"))
_COVERS, _CLAIMS, _CARE = Facts.COVERS, Facts.CLAIMS, Facts.CARE
_IN, _AT_END = When.IN_PERIOD, When.ON_LAST_DAY
_GROUPED, _MONEY = Facts.GROUPED_LINES, Facts.CONTRIBUTIONS

METHODS: Final[dict[str, Method]] = {
    "insured": Method(_COVERS, _AT_END, PEOPLE, _IS_ACTIVE),
    "insured_people": Method(_COVERS, _AT_END, PEOPLE, _IS_ACTIVE),
    "enrolled": Method(Facts.INSUREES, _AT_END, PEOPLE),
    "newly_insured": Method(_COVERS, _IN, PEOPLE, _BECAME_ACTIVE & _IS_NEW),
    "renewed": Method(_COVERS, _IN, PEOPLE, _BECAME_ACTIVE & _IS_RENEWED),
    "newly_insured_people": Method(_COVERS, _IN, PEOPLE, _BECAME_ACTIVE & _IS_NEW),
    "renewed_people": Method(_COVERS, _IN, PEOPLE, _BECAME_ACTIVE & _IS_RENEWED),
    "covers_due": Method(Facts.DUE_COVERS, _IN, ONE),
    "covers_renewed": Method(Facts.DUE_COVERS, _IN, ONE, pl.col("is_renewed")),
    "covers_dropped": Method(Facts.DUE_COVERS, _IN, ONE, ~pl.col("is_renewed")),
    "households": Method(Facts.INSUREES, _AT_END, PEOPLE, pl.col("is_head")),
    "households_insured": Method(_COVERS, _AT_END, PEOPLE, _IS_ACTIVE & pl.col("is_head")),
    "households_insured_by_product": Method(
        _COVERS, _AT_END, PEOPLE, _IS_ACTIVE & pl.col("is_head")
    ),
    "policies_in_force": Method(_COVERS, _AT_END, ONE, _IS_ACTIVE & pl.col("has_value")),
    "policies_new": Method(_COVERS, _IN, ONE, _BECAME_ACTIVE & _IS_NEW & pl.col("has_value")),
    "policies_renewed": Method(
        _COVERS, _IN, ONE, _BECAME_ACTIVE & _IS_RENEWED & pl.col("has_value")
    ),
    "policies_expired": Method(
        _COVERS, _IN, ONE, (pl.col("status") == EXPIRED) & pl.col("has_value")
    ),
    "policies_suspended": Method(
        _COVERS, _IN, ONE, (pl.col("status") == SUSPENDED) & pl.col("has_value")
    ),
    "claims": Method(_CLAIMS, _IN, ONE),
    "claimed_amount": Method(_CLAIMS, _IN, "claimed_amount"),
    "claims_by_visit": Method(_CLAIMS, _IN, ONE),
    "claimed_amount_by_visit": Method(_CLAIMS, _IN, "claimed_amount"),
    "approved_amount": Method(_CLAIMS, _IN, "approved_amount", _VALUATED),
    "valuated_amount": Method(_CLAIMS, _IN, "valuated_amount", _VALUATED),
    "approved_amount_by_visit": Method(_CLAIMS, _IN, "approved_amount", _VALUATED),
    "valuated_amount_by_visit": Method(_CLAIMS, _IN, "valuated_amount", _VALUATED),
    "remunerated_amount": Method(_CLAIMS, _IN, "remunerated_amount", _VALUATED),
    "remunerated_amount_by_visit": Method(_CLAIMS, _IN, "remunerated_amount", _VALUATED),
    "reimbursed": Method(_CLAIMS, _IN, ONE, _REIMBURSED),
    "claims_at_end": Method(_CLAIMS, _AT_END, ONE),
    "claimants": Method(_CLAIMS, _IN, PEOPLE, _ENTERED),
    "rejected_by_reason": Method(_CLAIMS, _IN, ONE, pl.col("status") == REJECTED),
    "rejected_lines_by_reason": Method(Facts.LINES, _IN, ONE, pl.col("is_rejected")),
    "claims_of_care": Method(_CARE, _IN, ONE),
    "remunerated_of_care": Method(_CARE, _IN, "remunerated_amount", _VALUATED),
    "rejected_of_care": Method(_CARE, _IN, ONE, pl.col("status") == REJECTED),
    "claims_paid": Method(Facts.PAID_CLAIMS, _IN, ONE),
    "days_to_payment": Method(Facts.PAID_CLAIMS, _IN, "days"),
    "feedbacks_asked": Method(Facts.FEEDBACK_PROMPTS, _IN, ONE),
    "feedbacks_answered": Method(Facts.FEEDBACK_PROMPTS, _IN, ONE, pl.col("is_answered")),
    "feedbacks": Method(Facts.FEEDBACKS, _IN, ONE),
    "feedback_marks": Method(Facts.FEEDBACKS, _IN, "mark"),
    "services": Method(Facts.LINES, _IN, ONE, pl.col("is_service")),
    "services_quantity": Method(Facts.LINES, _IN, "quantity", pl.col("is_service")),
    "services_amount": Method(Facts.LINES, _IN, "claimed_amount", pl.col("is_service")),
    "items": Method(Facts.LINES, _IN, ONE, ~pl.col("is_service")),
    "items_quantity": Method(Facts.LINES, _IN, "quantity", ~pl.col("is_service")),
    "items_amount": Method(Facts.LINES, _IN, "claimed_amount", ~pl.col("is_service")),
    "group_lines": Method(_GROUPED, _IN, ONE),
    "group_quantity": Method(_GROUPED, _IN, "quantity"),
    "group_amount": Method(_GROUPED, _IN, "claimed_amount"),
    "group_people": Method(_GROUPED, _IN, PEOPLE),
    "home_claims": Method(Facts.HOME_CLAIMS, _IN, ONE, _ENTERED),
    "home_claimed_amount": Method(Facts.HOME_CLAIMS, _IN, "claimed_amount", _ENTERED),
    "home_reimbursed": Method(Facts.HOME_CLAIMS, _IN, ONE, _REIMBURSED),
    "home_remunerated_amount": Method(Facts.HOME_CLAIMS, _IN, "remunerated_amount", _VALUATED),
    "elsewhere_reimbursed": Method(Facts.HOME_CLAIMS, _IN, ONE, _REIMBURSED & _ELSEWHERE),
    "elsewhere_remunerated_amount": Method(
        Facts.HOME_CLAIMS, _IN, "remunerated_amount", _VALUATED & _ELSEWHERE
    ),
    "households_with_claims": Method(Facts.HOUSEHOLDS, _IN, PEOPLE),
    "households_at_ceiling": Method(Facts.FULL_CEILINGS, _IN, PEOPLE),
    "contributions": Method(_MONEY, _IN, "amount"),
    "contributions_by_payer": Method(_MONEY, _IN, "amount"),
    "contributions_earned": Method(Facts.TERMS, When.SPREAD, "amount"),
    "contributions_allocated": Method(Facts.ALLOCATIONS, When.SPREAD, "amount"),
    "contributions_not_allocated": Method(_MONEY, _IN, "amount", pl.col("is_not_allocated")),
    "funding": Method(Facts.FUNDS, _IN, "amount"),
}
"""Key of a figure to how it is counted."""
