"""Ratios of figures: indicators that DHIS2 makes of data elements, without analytics of events.

Numerators and denominators name figures in square brackets: `[claims_of_care]`. Behind one,
`.periodOffset(-1)` stands for its value of the period before.
"""

import re
from dataclasses import dataclass

from transforms.core.metadata_uids import metadata_uid
from transforms.package.tables.indicator_kinds import NUMBER, PER_CENT, RATIO, IndicatorType

IN_BRACKETS = re.compile(r"\[([^]]+)]")
BEFORE = ".periodOffset(-1)"


@dataclass(frozen=True)
class Ratio:
    """A ratio of figures.

    Attributes:
        key: Of which its UID is made; it never changes.
        name: For people.
        numerator: With keys of figures in square brackets.
        denominator: With keys of figures in square brackets.
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

    @property
    def figures(self) -> set[str]:
        """Keys of the figures that it is made of."""
        return set(IN_BRACKETS.findall(f"{self.numerator} {self.denominator}"))

    def numerator_with_zero(self) -> str:
        """Return a numerator that is 0, and not missing, where only the denominator is there."""
        if self.denominator in self.numerator:
            return self.numerator
        return f"{self.numerator} + 0 * {self.denominator}"


# fmt: off
RATIOS: tuple[Ratio, ...] = (
    Ratio("claimed_per_claim", "Amount claimed per claim", "[claimed_amount_by_visit]", "[claims_by_visit]", NUMBER),
    Ratio("coverage", "Insured of the enrolled", "[insured_people]", "[enrolled]", PER_CENT),
    Ratio("renewal", "Covers renewed in time", "[covers_renewed]", "[covers_due]", PER_CENT),
    Ratio("dropout", "Covers not renewed", "[covers_dropped]", "[covers_due]", PER_CENT),
    Ratio("incurred_of_care", "Incurred claims ratio (D1)", "[remunerated_of_care]", "[contributions_earned]", PER_CENT),
    Ratio("policies_renewed_of_expired", "Renewal ratio (D2)", "[policies_renewed]", "[policies_expired]", PER_CENT),
    Ratio("growth", "Growth ratio (D3)", "[policies_new]", f"[policies_in_force]{BEFORE}", PER_CENT),
    Ratio("promptness", "Days from claim to payment (D4)", "[days_to_payment]", "[claims_paid]", NUMBER),
    Ratio("settlement", "Settlement ratio (D5)", "[claims_of_care] - [rejected_of_care]", "[claims_of_care]", PER_CENT),
    Ratio("claims_per_insuree", "Claims per insuree (D6)", "[claims_of_care]", "[insured_people]", RATIO),
    Ratio("cost_per_claim", "Average cost per claim (D7)", "[remunerated_of_care]", "[claims_of_care]", NUMBER),
    Ratio("satisfaction", "Mark of feedback (D8)", "[feedback_marks]", "[feedbacks]", NUMBER),
    Ratio("feedback_rate", "Feedback answered", "[feedbacks_answered]", "[feedbacks_asked]", PER_CENT),
    Ratio("incurred", "Claims incurred of contributions earned", "[home_remunerated_amount]", "[contributions_earned]", PER_CENT),
    Ratio("elsewhere", "Claims reimbursed in other districts", "[elsewhere_reimbursed]", "[home_reimbursed]", PER_CENT),
    Ratio("elsewhere_value", "Value remunerated in other districts", "[elsewhere_remunerated_amount]", "[home_remunerated_amount]", PER_CENT),
    Ratio("value_per_household", "Amount claimed per household with claims", "[home_claimed_amount]", "[households_with_claims]", NUMBER),
    Ratio("households_at_ceiling_share", "Households that hit the ceiling, of those with claims", "[households_at_ceiling]", "[households_with_claims]", PER_CENT),
)
# fmt: on
