"""openIMIS's operational indicators, and what else was asked for: what each is computed of, and where.

Figures are called by their keys in `transforms.aggregates.figures.table`; measures and indicators
of the tracker by theirs in `transforms.package.tables`.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class OperationalIndicator:
    """One indicator.

    Attributes:
        code: openIMIS's; empty for what others asked for.
        name: For people.
        definition: openIMIS's own, or what was asked for.
        figures: What it is made of where figures of months are sent: keys in square brackets.
        tracker: The same where persons are sent: measures in square brackets, or the key of an
            indicator; empty if DHIS2 cannot compute it of persons.
        note: In what it differs from the definition, and where it can be read.
    """

    code: str
    name: str
    definition: str
    figures: str
    tracker: str
    note: str = ""


_BY_CARE: Final = "Of persons, by the claim date instead of the start of care."
_STAGE: Final = "openIMIS asks whether a policy of the same product precedes it, and goes by the enrollment date. Here the policy's own stage says it, and it counts when it becomes Active."
_TWO_PLACES: Final = (
    "Claims lie at facilities, households in districts: read it of districts and above."
)

# fmt: off
OPERATIONAL_INDICATORS: Final[tuple[OperationalIndicator, ...]] = (
    OperationalIndicator("P1", "Policies", "Policies that are Active, with the last day of the period from effective to expiry date.", "[policies_in_force]", "[policies-in-force]"),
    OperationalIndicator("P2", "New policies", "Policies enrolled in the period that no policy of the same product precedes.", "[policies_new]", "[policies-new]", _STAGE),
    OperationalIndicator("P3", "Suspended policies", "Policies suspended in the period.", "[policies_suspended]", "[policies-suspended-in-period]"),
    OperationalIndicator("P4", "Expired policies", "Policies that expired in the period.", "[policies_expired]", "[policies-expired]", "They expire on the day after their last day."),
    OperationalIndicator("P5", "Renewals", "Policies enrolled in the period that a policy of the same product precedes.", "[policies_renewed]", "[policies-renewed]", _STAGE),
    OperationalIndicator("P6", "Insurees", "Members of families with an Active policy on the last day of the period.", "[insured]", "[covered]", "Members count if the policy covers them on that day themselves."),
    OperationalIndicator("P7", "Newly insured", "Members of families with a new policy.", "[newly_insured]", "[new]", _STAGE),
    OperationalIndicator("P8", "Contributions collected", "Contributions with a payment date in the period.", "[contributions]", "[contributions]", "Photo fees and funding are left out; funding is a figure of its own. Of persons, where the country file asks for contributions, and by the place of the household's head."),
    OperationalIndicator("P9", "Contributions available (earned)", "Contributions spread evenly from effective to expiry date of their policies: the part in the period.", "[contributions_earned]", "[earned-value]", "Of persons, the policies' values stand for contributions, which are not sent. openIMIS's report of distribution spreads from the payment on: [contributions_allocated], [contributions_not_allocated]."),
    OperationalIndicator("P10", "Claims", "Claims whose care began in the period.", "[claims_of_care]", "[claims]", _BY_CARE),
    OperationalIndicator("P11", "Amount remunerated", "Amount remunerated of the claims whose care began in the period.", "[remunerated_of_care]", "[remunerated-of-claim-date]", _BY_CARE),
    OperationalIndicator("P12", "Rejected claims", "Claims whose care began in the period and that are rejected.", "[rejected_of_care]", "[rejected-of-claim-date]", _BY_CARE),
    OperationalIndicator("D1", "Incurred claims ratio", "P11 / P9.", "[remunerated_of_care] / [contributions_earned]", "incurred-claims-ratio", _TWO_PLACES + " Of persons, of the policies' values."),
    OperationalIndicator("D2", "Renewal ratio", "P5 / P4.", "[policies_renewed] / [policies_expired]", "renewal-ratio", "Of covers that were renewed within the period of grace of their product: [covers_renewed] / [covers_due], of those who dropped out [covers_dropped] / [covers_due]."),
    OperationalIndicator("D3", "Growth ratio", "P2 / P1 of the period before.", "[policies_new] / [policies_in_force].periodOffset(-1)", "growth-ratio", "periodOffset(-1): of the period before, a month for months and a year for years."),
    OperationalIndicator("D4", "Promptness of settlement", "Mean days from the submission of a claim to the day on which it is sent to payment.", "[days_to_payment] / [claims_paid]", "promptness", "As openIMIS's report does: from the claim date to the batch run, of the claims whose batch run lies in the period. Of persons, to the valuation."),
    OperationalIndicator("D5", "Settlement ratio", "(P10 - P12) / P10.", "([claims_of_care] - [rejected_of_care]) / [claims_of_care]", "settlement-ratio", _BY_CARE),
    OperationalIndicator("D6", "Claims per insuree", "P10 / P6.", "[claims_of_care] / [insured_people]", "claims-per-insuree", _TWO_PLACES),
    OperationalIndicator("D7", "Average cost per claim", "P11 / P10.", "[remunerated_of_care] / [claims_of_care]", "cost-per-claim", _BY_CARE),
    OperationalIndicator("D8", "Satisfaction", "Mean mark of the feedback received in the period.", "[feedback_marks] / [feedbacks]", ""),
    OperationalIndicator("D9", "Feedback response", "Feedback received by now / feedback asked for in the period.", "[feedbacks_answered] / [feedbacks_asked]", "", "Claims are counted of which a prompt lies in the period."),
    OperationalIndicator("", "Households that hit the ceiling", "Households whose claims reach the ceiling of their product, or a constant of the country.", "[households_at_ceiling]", "", "In the month in which it is reached, counted from the first day of the policy. The country file may set one ceiling for all products."),
    OperationalIndicator("", "Households that hit the ceiling, of those with claims", "Households that hit the ceiling in the period / households with claims in the period.", "[households_at_ceiling] / [households_with_claims]", "", "A household that hits the ceilings of two products counts twice, and may have no claim that was entered in the same period."),
    OperationalIndicator("", "Value per household with claims", "Value of all claims / households with claims.", "[home_claimed_amount] / [households_with_claims]", ""),
    OperationalIndicator("", "Claims reimbursed by other districts", "Number and value of claims reimbursed at facilities of other districts, and their share.", "[elsewhere_reimbursed] / [home_reimbursed], [elsewhere_remunerated_amount] / [home_remunerated_amount]", ""),
    OperationalIndicator("", "Renewal and dropout by product, poverty and sex", "Covers that ended and were renewed within the period of grace, or were not.", "[covers_renewed] / [covers_due], [covers_dropped] / [covers_due]", ""),
    OperationalIndicator("", "Funding", "Funds that payers give for a product.", "[funding]", "[funding]", "Figures of months are of the whole country. As events, where the country file asks for funding, it lies at the place of the product, which is a district, a region or the root."),
)

NOT_COMPUTED_AT_ALL: Final[tuple[tuple[str, str], ...]] = (
    ("Bills and invoices", "Releases from 1.11 on have tables of them; no openIMIS with any was at hand to test against, so they are not read. What was paid for claims is the amount remunerated of their lines."),
    ("Payments through tblPayment", "These are ways in which contributions arrive, before they are matched with policies: what was matched is among the contributions collected."),
    ("Commissions of officers", "openIMIS computes them of contributions by a rate that is no part of its data."),
    ("Divisions by ethnic group, income and residence", "openIMIS has no income, hardly any ethnic group, and does not say which place is urban."),
    ("Rates of the population", "openIMIS's figures of the population are rarely filled. `import-population` brings those of a census; the enrollment rate is computed of them."),
)
# fmt: on
