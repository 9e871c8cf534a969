"""The indicators: rates and ratios over program indicators."""

from transforms.model.tables.option_sets import REJECTED_IN_REVIEW, REJECTION_REASON
from transforms.package.tables.indicator_kinds import (
    NUMBER,
    PER_CENT,
    POPULATION,
    RATIO,
    Indicator,
    IndicatorGroup,
)
from transforms.package.tables.unknown_parts import UNKNOWN_PARTS

_B, _C, _O = IndicatorGroup.BENEFICIARY, IndicatorGroup.CLAIMS, IndicatorGroup.OPERATIONS
_OF_HOME = (
    "Claims are counted where the person is registered now, so that it holds for villages too."
)
_IN_REVIEW = f"[rejected-of-claim-date.reason:{REJECTED_IN_REVIEW}]"
_BY_CODE = (
    "Each claim counts once, with the reason for which most of it was rejected; a reviewer who "
    "chooses another code than openIMIS's own for a review is counted with that code. Made only "
    "where the country file sends the reason."
)

INDICATORS: tuple[Indicator, ...] = (
    Indicator("enrollment-rate", "lmtiVIgiFct", "Enrollment rate (individuals)", PER_CENT, _B, "[enrolled]", "Individuals enrolled at the end", POPULATION, "Population of the year",
              "Shown for the org units and years that have a population figure, and those above; import-population brings them in."),
    Indicator("poor-ratio", "h4nOsBFCuPs", "Poor to non-poor household ratio", RATIO, _B, "[households.poor] + 0 * [households.non-poor]", "Poor households enrolled", "[households.non-poor]", "Non-poor households enrolled"),
    Indicator("renewal-households", "eAyYkWKpldQ", "Renewal rate (households)", PER_CENT, _B, "[households-renewed] + 0 * [households-expired]", "Households with renewed policy", "[households-expired]", "Households with expired policy", "Renewals and expiries of the same period; above 100 where more was renewed than expired."),
    Indicator("renewal-individuals", "bIdr683sNmv", "Renewal rate (individuals)", PER_CENT, _B, "[renewed] + 0 * [expired-people]", "Individuals with renewed policy", "[expired-people]", "Individuals with expired policy", "Renewals and expiries of the same period; above 100 where more was renewed than expired."),
    Indicator("coverage", "", "Coverage (individuals)", PER_CENT, _B, "[covered] + 0 * [enrolled]", "Individuals with active policy", "[enrolled]", "Individuals enrolled"),
    Indicator("coverage-female", "", "Coverage (female)", PER_CENT, _B, "[covered.female] + 0 * [enrolled.female]", "Women with active policy", "[enrolled.female]", "Women enrolled"),
    Indicator("coverage-male", "", "Coverage (male)", PER_CENT, _B, "[covered.male] + 0 * [enrolled.male]", "Men with active policy", "[enrolled.male]", "Men enrolled"),
    Indicator("coverage-households", "", "Coverage (households)", PER_CENT, _B, "[households-covered] + 0 * [households]", "Households with active policy", "[households]", "Households enrolled"),
    Indicator("coverage-poor", "", "Coverage (poor households)", PER_CENT, _B, "[households-covered.poor] + 0 * [households.poor]", "Poor households with active policy", "[households.poor]", "Poor households enrolled"),
    Indicator("coverage-non-poor", "", "Coverage (non-poor households)", PER_CENT, _B, "[households-covered.non-poor] + 0 * [households.non-poor]", "Non-poor households with active policy", "[households.non-poor]", "Non-poor households enrolled"),
    Indicator("uncovered", "", "Individuals not covered (enrolled less covered)", NUMBER, _B, "[enrolled] - [covered]", "Individuals enrolled less those with active policy", "1", "Number",
              "The same figure as the program indicator, and right also for periods that are not over yet, of which the program indicator tells the state of today."),
    Indicator("never-covered", "", "Individuals never covered", NUMBER, _B, "[enrolled] - [ever-covered]", "Individuals enrolled less those ever covered", "1", "Number"),
    Indicator("lapsed", "", "Individuals whose cover lapsed", NUMBER, _B, "[ever-covered] - [covered]", "Individuals ever covered less those with active policy", "1", "Number"),
    Indicator("family-size", "", "Average household size", RATIO, _B, "[enrolled]", "Individuals enrolled", "[households]", "Households enrolled", decimals=1),
    Indicator("claimed-per-claimant", "qB6b10mR0G5", "Average value claimed per member with claims", RATIO, _C, "[claimed]", "Value of claims entered", "[claimants]", "Individuals with claims", decimals=0),
    Indicator("rejection-rate", "AeiwE2enknP", "Claims rejection rate", PER_CENT, _C, "[rejected-of-claim-date] + 0 * [claims]", "Claims of the period rejected by now", "[claims]", "Claims of the period"),
    Indicator("rejection-rate-review", "", "Claims rejection rate: in review", PER_CENT, _C, f"{_IN_REVIEW} + 0 * [claims]", "Claims of the period rejected in review by now", "[claims]", "Claims of the period", _BY_CODE),
    Indicator("rejection-rate-automatic", "", "Claims rejection rate: automatic", PER_CENT, _C, f"[rejected-of-claim-date] - {_IN_REVIEW} + 0 * [claims]", "Claims of the period rejected by now, but not in review", "[claims]", "Claims of the period", _BY_CODE),
    *(
        Indicator(f"rejection-rate-{code}", "", f"Claims rejection rate: {reason}", PER_CENT, _C, f"[rejected-of-claim-date.reason:{reason}] + 0 * [claims]", f"Claims of the period rejected by now: {reason}", "[claims]", "Claims of the period")
        for code, reason in (REJECTION_REASON.codes or {}).items() if reason != REJECTED_IN_REVIEW
    ),
    Indicator("share-emergency", "GEyWMA50qc9", "Share of emergency claims", PER_CENT, _C, "[claims-entered.emergency] + 0 * [claims-entered]", "Emergency claims", "[claims-entered]", "Entered claims"),
    Indicator("share-referral", "w0p6dm1MA8V", "Share of referral claims", PER_CENT, _C, "[claims-entered.referral] + 0 * [claims-entered]", "Referral claims", "[claims-entered]", "Entered claims"),
    Indicator("share-other", "paxHC7c7N30", "Share of other claims", PER_CENT, _C, "[claims-entered.other] + 0 * [claims-entered]", "Other claims", "[claims-entered]", "Entered claims"),
    Indicator("claimed-per-capita", "OnjBxMzSwgn", "Incurred claims per capita", RATIO, _C, "[claimed-home] + 0 * [enrolled]", "Value of claims entered, by home", "[enrolled]", "Individuals enrolled", _OF_HOME),
    Indicator("share-pending", "HPFQ5HtdmBv", "Proportion of pending claims", PER_CENT, _C, "[pending-of-claim-date] + 0 * [claims]", "Claims of the period pending at its end", "[claims]", "Claims of the period"),
    Indicator("share-reimbursed", "M7MN2tsHoin", "Proportion of reimbursed claims", PER_CENT, _C, "[reimbursed-of-claim-date] + 0 * [claims]", "Claims of the period reimbursed by now", "[claims]", "Claims of the period"),
    Indicator("claimants-share", "", "Share of the enrolled with claims", PER_CENT, _C, "[claimants-home] + 0 * [enrolled]", "Individuals with claims, by home", "[enrolled]", "Individuals enrolled", _OF_HOME),
    Indicator("paid-share", "", "Share of the claimed amount that is valuated", PER_CENT, _C, "[valuated] + 0 * [claimed]", "Amount valuated in the period", "[claimed]", "Amount claimed in the period", "Of valuations and of entries in the period, not of the same claims."),
    Indicator("incurred-claims-ratio", "", "Incurred claims ratio (D1)", PER_CENT, _O, "[remunerated-home] + 0 * [earned-value]", "Amount remunerated of claims of the period, by home", "[earned-value]", "Earned policy value",
              "openIMIS divides by contributions, which are no part of the data sent; here stand the policies' values."),
    Indicator("renewal-ratio", "", "Renewal ratio (D2)", PER_CENT, _O, "[policies-renewed] + 0 * [policies-expired]", "Renewed policies", "[policies-expired]", "Expired policies"),
    Indicator("growth-ratio", "", "Growth ratio (D3)", PER_CENT, _O, "[policies-new] + 0 * [policies-in-force-before]", "New policies", "[policies-in-force-before]", "Policies in force at the start"),
    Indicator("promptness", "", "Promptness of settlement in days (D4)", NUMBER, _O, "[days-to-valuation]", "Mean days from claim to valuation", "1", "Number", "openIMIS counts to the day of payment, which is no part of the data sent.", decimals=1),
    Indicator("settlement-ratio", "", "Settlement ratio (D5)", PER_CENT, _O, "[claims] - [rejected-of-claim-date]", "Claims of the period not rejected by now", "[claims]", "Claims of the period"),
    Indicator("claims-per-insuree", "", "Claims per covered individual (D6)", RATIO, _O, "[claims-home] + 0 * [covered]", "Entered claims, by home", "[covered]", "Individuals with active policy", _OF_HOME),
    Indicator("cost-per-claim", "", "Average cost per claim (D7)", RATIO, _O, "[remunerated-of-claim-date] + 0 * [claims]", "Amount remunerated of claims of the period", "[claims]", "Claims of the period", decimals=0),
    Indicator("services-per-claim", "", "Services per claim", RATIO, _O, "[services-of-claim-date] + 0 * [claims]", "Service lines of claims of the period", "[claims]", "Claims of the period", decimals=1),
    Indicator("items-per-claim", "", "Items per claim", RATIO, _O, "[items-of-claim-date] + 0 * [claims]", "Item lines of claims of the period", "[claims]", "Claims of the period", decimals=1),
    Indicator("overdue-share", "", "Share of pending claims older than 30 days", PER_CENT, _O, "[pending-older-30] + 0 * [pending]", "Claims pending for more than 30 days", "[pending]", "Pending claims"),
    Indicator("earned-per-insured-day", "", "Earned policy value per insured day", RATIO, _O, "[earned-value]", "Earned policy value", "[insured-days]", "Insured days"),
    *UNKNOWN_PARTS,
)  # fmt: skip

NOT_COMPUTED: tuple[tuple[str, str, str], ...] = (
    ("D8", "Satisfaction", "Feedback is no part of the two programs; its figures of months say it."),
    ("D9", "Feedback response ratio", "Feedback is no part of the two programs; its figures of months say it."),
    ("", "Households hitting the ceiling", "A household's claims lie on several people; DHIS2 cannot add them up in one figure. There is a figure of months."),
    ("", "Claims reimbursed by other districts", "A figure would need the person's district and the facility's in one condition, which DHIS2 does not have. There are figures of months."),
    ("", "Average value claimed per household with claims", "The claims of a household lie on several people; heads with a claim would be a part of them only. There are figures of months."),
)  # fmt: skip
"""What openIMIS defines, or users wished for, and what DHIS2 cannot compute of persons: code, name,
why. Figures of months: `transforms.aggregates.figures.operational_table`."""
