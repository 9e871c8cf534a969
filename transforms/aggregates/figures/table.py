"""The figures of a month: what each is called, what it says, and by what it is divided.

How each is counted: `transforms.aggregates.figures.methods`.
"""

from dataclasses import dataclass
from typing import Final, Literal

FigureUnit = Literal["count", "money", "days"]
FigurePlace = Literal["facility", "district", "country"]


@dataclass(frozen=True)
class Figure:
    """One figure of a month.

    Attributes:
        key: Its name in frames, and what its UID is made of; it never changes.
        name: For people.
        words: What is counted, in one sentence.
        unit: What the value is.
        place: Where its values lie.
        categories: Keys of `transforms.aggregates.figures.categories.CATEGORIES`; three at most.
        personal: Whether few people behind a value could be recognised: small cells are kept back.
    """

    key: str
    name: str
    words: str
    unit: FigureUnit
    place: FigurePlace
    categories: tuple[str, ...] = ()
    personal: bool = True


# fmt: off
_PEOPLE: Final = (
    Figure("insured", "Insured people by product", "People with a policy of the product that is Active on the last day of the month, in the district in which they live.",
           "count", "district", ("product", "sex", "age_band")),
    Figure("insured_people", "Insured people", "People with at least one policy that is Active on the last day of the month, in the district in which they live.",
           "count", "district", ("sex", "age_band", "poverty")),
    Figure("enrolled", "Enrolled people", "People whom the scheme knows by the last day of the month, insured or not, in the district in which they live.",
           "count", "district", ("sex", "age_band", "poverty")),
    Figure("newly_insured", "People with a new policy", "People of whose policies one of stage New became Active for the first time in the month, in the district in which they live.",
           "count", "district", ("product", "sex", "age_band")),
    Figure("renewed", "People with a renewed policy", "People of whose policies one of stage Renewed became Active for the first time in the month, in the district in which they live.",
           "count", "district", ("product", "sex", "age_band")),
    Figure("newly_insured_people", "People with a new policy by poverty", "People with at least one policy of stage New that became Active for the first time in the month, of whichever product.",
           "count", "district", ("sex", "age_band", "poverty")),
    Figure("renewed_people", "People with a renewed policy by poverty", "People with at least one policy of stage Renewed that became Active for the first time in the month, of whichever product.",
           "count", "district", ("sex", "age_band", "poverty")),
    Figure("covers_due", "Covers due for renewal", "Covers (a person on a policy) that have ended, and of which the time in which they could be renewed ended in the month: the day after their last day and the product's period of grace.",
           "count", "district", ("product", "sex", "poverty")),
    Figure("covers_renewed", "Covers renewed in time", "Covers due for renewal in the month whose person was covered again by then, by the same product or the one that it is converted into.",
           "count", "district", ("product", "sex", "poverty")),
    Figure("covers_dropped", "Covers not renewed", "Covers due for renewal in the month whose person was not covered again by then: those who dropped out.",
           "count", "district", ("product", "sex", "poverty")),
    Figure("households", "Households enrolled", "Heads of households whom the scheme knows by the last day of the month, in the district in which they live.",
           "count", "district", ("poverty",)),
    Figure("households_insured", "Households insured", "Heads of households with at least one policy that is Active on the last day of the month; the sex is the head's.",
           "count", "district", ("sex", "poverty")),
    Figure("households_insured_by_product", "Households insured by product", "Heads of households with a policy of the product that is Active on the last day of the month.",
           "count", "district", ("product",)),
    Figure("policies_in_force", "Policies in force", "Policies that are Active on the last day of the month; each counts once, where the member lives who carries its value.",
           "count", "district", ("product",)),
    Figure("policies_new", "New policies", "Policies of stage New that became Active for the first time in the month.",
           "count", "district", ("product",)),
    Figure("policies_renewed", "Renewed policies", "Policies of stage Renewed that became Active for the first time in the month.",
           "count", "district", ("product",)),
    Figure("policies_expired", "Expired policies", "Policies that expired in the month: the day after their last day lies in it.",
           "count", "district", ("product",)),
    Figure("policies_suspended", "Suspended policies", "Times that policies were suspended in the month.",
           "count", "district", ("product",)),
)
_CLAIMS: Final = (
    Figure("claims", "Claims", "Claims that came into the status in the month, at the facility that claims: Entered on the claim date.",
           "count", "facility", ("product", "claim_status")),
    Figure("claimed_amount", "Amount claimed", "Amount claimed by the claims that came into the status in the month.",
           "money", "facility", ("product", "claim_status")),
    Figure("claims_by_visit", "Claims by visit type", "Claims that came into the status in the month, by type of visit and care.",
           "count", "facility", ("claim_status", "visit_type", "care_type")),
    Figure("claimed_amount_by_visit", "Amount claimed by visit type", "Amount claimed by the claims that came into the status in the month, by type of visit and care.",
           "money", "facility", ("claim_status", "visit_type", "care_type")),
    Figure("approved_amount", "Amount approved", "Amount approved of the claims valuated in the month.",
           "money", "facility", ("product",)),
    Figure("valuated_amount", "Amount valuated", "Amount valuated of the claims valuated in the month.",
           "money", "facility", ("product",)),
    Figure("approved_amount_by_visit", "Amount approved by visit type", "Amount approved of the claims valuated in the month, by type of visit and care.",
           "money", "facility", ("visit_type", "care_type")),
    Figure("valuated_amount_by_visit", "Amount valuated by visit type", "Amount valuated of the claims valuated in the month, by type of visit and care.",
           "money", "facility", ("visit_type", "care_type")),
    Figure("remunerated_amount", "Amount remunerated", "Amount remunerated of the claims valuated in the month: what was paid for them.",
           "money", "facility", ("product",)),
    Figure("remunerated_amount_by_visit", "Amount remunerated by visit type", "Amount remunerated of the claims valuated in the month, by type of visit and care.",
           "money", "facility", ("visit_type", "care_type")),
    Figure("reimbursed", "Claims reimbursed", "Claims valuated in the month with a remunerated amount above zero.",
           "count", "facility", ("product",)),
    Figure("claims_at_end", "Claims by status on the last day", "Claims that are in the status on the last day of the month.",
           "count", "facility", ("claim_status",)),
    Figure("claimants", "People with claims", "People with at least one claim entered in the month at the facility.",
           "count", "facility", ("sex", "age_band")),
    Figure("rejected_by_reason", "Rejected claims by reason", "Claims rejected in the month, by the reason for which most of each was rejected.",
           "count", "facility", ("rejection_reason",)),
    Figure("rejected_lines_by_reason", "Rejected lines by reason", "Services and items that were rejected, of claims whose care began in the month, by reason.",
           "count", "facility", ("rejection_reason",)),
    Figure("claims_of_care", "Claims by start of care (P10)", "Claims whose care began in the month.",
           "count", "facility", ("product",)),
    Figure("remunerated_of_care", "Amount remunerated by start of care (P11)", "Amount remunerated, by now, of the claims whose care began in the month.",
           "money", "facility", ("product",)),
    Figure("rejected_of_care", "Rejected claims by start of care (P12)", "Claims whose care began in the month and that are rejected by now.",
           "count", "facility", ("product",)),
    Figure("claims_paid", "Claims sent to payment", "Claims whose batch run, which sends them to payment, lies in the month.",
           "count", "facility", ("product",)),
    Figure("days_to_payment", "Days from claim to payment", "Days from the claim date to the batch run, added up over the claims whose batch run lies in the month; divided by claims sent to payment it is the promptness of settlement (D4).",
           "days", "facility", ("product",)),
    Figure("feedbacks_asked", "Feedback asked", "Claims of which the insuree was asked for feedback in the month.",
           "count", "facility"),
    Figure("feedbacks_answered", "Feedback asked and answered", "Claims of which the insuree was asked for feedback in the month and has given it by now.",
           "count", "facility"),
    Figure("feedbacks", "Feedback received", "Feedback with a mark that was received in the month.",
           "count", "facility"),
    Figure("feedback_marks", "Marks of feedback", "Marks (from -1 to 5) of the feedback received in the month, added up; divided by the feedback received they are the satisfaction (D8).",
           "count", "facility"),
)
_LINES: Final = (
    Figure("services", "Services", "Service lines of claims whose care began in the month.", "count", "facility"),
    Figure("services_quantity", "Services (quantity)", "Quantity of the service lines of claims whose care began in the month.", "count", "facility"),
    Figure("services_amount", "Services (amount)", "Quantity times price of the service lines of claims whose care began in the month.", "money", "facility"),
    Figure("items", "Items", "Item lines of claims whose care began in the month.", "count", "facility"),
    Figure("items_quantity", "Items (quantity)", "Quantity of the item lines of claims whose care began in the month.", "count", "facility"),
    Figure("items_amount", "Items (amount)", "Quantity times price of the item lines of claims whose care began in the month.", "money", "facility"),
    Figure("group_lines", "Services and items of the group", "Lines of claims whose care began in the month that are in the group; a line may be in several.",
           "count", "facility", ("code_group",)),
    Figure("group_quantity", "Services and items of the group (quantity)", "Quantity of such lines.",
           "count", "facility", ("code_group",)),
    Figure("group_amount", "Services and items of the group (amount)", "Quantity times price of such lines.",
           "money", "facility", ("code_group",)),
    Figure("group_people", "People with services and items of the group", "People with such a line.",
           "count", "facility", ("code_group", "sex")),
)
_HOMES: Final = (
    Figure("home_claims", "Claims by home", "Claims entered in the month, in the district in which the person lives.", "count", "district"),
    Figure("home_claimed_amount", "Amount claimed by home", "Amount claimed by the claims entered in the month, in the district in which the person lives; divided by the households with claims it is the value per household.", "money", "district"),
    Figure("home_reimbursed", "Claims reimbursed by home", "Claims valuated in the month with a remunerated amount above zero, in the district in which the person lives.", "count", "district"),
    Figure("home_remunerated_amount", "Amount remunerated by home", "Amount remunerated of the claims valuated in the month, in the district in which the person lives.", "money", "district"),
    Figure("elsewhere_reimbursed", "Claims reimbursed in other districts", "Of the claims reimbursed by home, those of facilities in another district.", "count", "district"),
    Figure("elsewhere_remunerated_amount", "Amount remunerated in other districts", "Of the amount remunerated by home, that of claims of facilities in another district.", "money", "district"),
    Figure("households_with_claims", "Households with claims", "Households of which a member has a claim entered in the month, in the district of their village.", "count", "district"),
    Figure("households_at_ceiling", "Households that hit the ceiling", "Households one of whose policies used up a ceiling of its product in the month: that of the policy or of a member, for all care, hospital care or other care.", "count", "district", ("product",)),
)
_MONEY: Final = (
    Figure("contributions", "Contributions collected (P8)", "Contributions paid in the month for policies, photo fees and funding left out, in the district of the household's village.",
           "money", "district", ("product", "pay_type")),
    Figure("contributions_by_payer", "Contributions collected by payer", "The same, by who paid.",
           "money", "district", ("payer_type",)),
    Figure("contributions_earned", "Contributions earned (P9)", "Part of the contributions that falls to the month, if each is spread evenly from the first to the last day of its policy.",
           "money", "district", ("product",)),
    Figure("contributions_allocated", "Contributions allocated", "Part of the contributions that falls to the month, if each is spread evenly from its payment, or the first day of its policy if that is later, to the last day of the policy.",
           "money", "district", ("product",)),
    Figure("contributions_not_allocated", "Contributions not allocated", "Contributions paid in the month for policies that are not in force yet, or after their last day.",
           "money", "district", ("product",)),
    Figure("funding", "Funding", "Funds given in the month for a product (payments of type Funding), in the whole country.",
           "money", "country", ("product", "payer_type"), personal=False),
)
# fmt: on

FIGURES: Final[tuple[Figure, ...]] = (*_PEOPLE, *_CLAIMS, *_LINES, *_HOMES, *_MONEY)
FIGURE_BY_KEY: Final = {figure.key: figure for figure in FIGURES}
