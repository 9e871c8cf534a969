"""Ratios of figures: indicators that DHIS2 makes of data elements, without analytics of events."""

from dataclasses import dataclass

from transforms.core.metadata_uids import metadata_uid
from transforms.package.tables.indicators import NUMBER, PER_CENT, IndicatorType


@dataclass(frozen=True)
class Ratio:
    """A ratio of two figures of one period.

    Attributes:
        key: Of which its UID is made; it never changes.
        name: For people.
        numerator: Key of a figure.
        denominator: Key of a figure.
        type: What the quotient is multiplied by.
    """

    key: str
    name: str
    numerator: str
    denominator: str
    type: IndicatorType

    @property
    def uid(self) -> str:
        """Made from the key."""
        return metadata_uid(f"indicator:figures.{self.key}")


RATIOS: tuple[Ratio, ...] = (
    Ratio(
        "claimed_per_claim",
        "Amount claimed per claim",
        "claimed_amount_by_visit",
        "claims_by_visit",
        NUMBER,
    ),
    Ratio("coverage", "Insured of the enrolled", "insured_people", "enrolled", PER_CENT),
    Ratio("renewal", "Covers renewed in time", "covers_renewed", "covers_due", PER_CENT),
    Ratio("dropout", "Covers not renewed", "covers_dropped", "covers_due", PER_CENT),
    Ratio(
        "promptness", "Days from claim to payment (D4)", "days_to_payment", "claims_paid", NUMBER
    ),
    Ratio("satisfaction", "Mark of feedback (D8)", "feedback_marks", "feedbacks", NUMBER),
    Ratio("feedback_rate", "Feedback answered", "feedbacks_answered", "feedbacks_asked", PER_CENT),
    Ratio(
        "incurred",
        "Claims incurred of contributions earned",
        "home_remunerated_amount",
        "contributions_earned",
        PER_CENT,
    ),
    Ratio(
        "elsewhere",
        "Claims reimbursed in other districts",
        "elsewhere_reimbursed",
        "home_reimbursed",
        PER_CENT,
    ),
    Ratio(
        "elsewhere_value",
        "Value remunerated in other districts",
        "elsewhere_remunerated_amount",
        "home_remunerated_amount",
        PER_CENT,
    ),
    Ratio(
        "value_per_household",
        "Amount claimed per household with claims",
        "home_claimed_amount",
        "households_with_claims",
        NUMBER,
    ),
)
