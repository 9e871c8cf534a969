"""Which figure of months says what a measure of the tracker's package says."""

from tests.figures.figures_twice import SERVICE_GROUPS
from transforms.aggregates.figures.categories import code_of

STATUSES = ("Entered", "Checked", "Processed", "Rejected", "Valuated")

Part = dict[str, str]

SAME: list[tuple[str, Part, str]] = [
    ("insured_people", {}, "covered"),
    *(("insured_people", {"sex": sex}, f"covered.{sex}") for sex in ("female", "male")),
    *(
        ("insured_people", {"age_band": code_of(band)}, f"covered.{band}")
        for band in ("age-0-14", "age-15-29", "age-30-44", "age-45")
    ),
    ("insured", {"product": "PR0001"}, "covered.product:PR0001"),
    ("enrolled", {}, "enrolled"),
    ("households", {}, "households"),
    ("households", {"poverty": "poor"}, "households.poor"),
    ("households_insured", {}, "households-covered"),
    ("policies_in_force", {}, "policies-in-force"),
    ("policies_in_force", {"product": "PR0001"}, "policies-in-force.product:PR0001"),
    ("policies_new", {}, "policies-new"),
    ("policies_renewed", {}, "policies-renewed"),
    ("policies_expired", {}, "policies-expired"),
    ("policies_suspended", {}, "policies-suspended-in-period"),
    *(
        ("claims", {"claim_status": status.lower()}, f"claims-{status.lower()}")
        for status in STATUSES
    ),
    *(
        ("claims_at_end", {"claim_status": status.lower()}, f"now-{status.lower()}")
        for status in STATUSES
    ),
    ("claims", {"claim_status": "entered", "product": "PR0001"}, "claims-entered.product:PR0001"),
    (
        "claims_by_visit",
        {"claim_status": "entered", "visit_type": "emergency"},
        "claims-entered.emergency",
    ),
    ("claimed_amount", {"claim_status": "entered"}, "claimed"),
    ("claimed_amount", {"claim_status": "rejected"}, "rejected-value"),
    ("approved_amount", {}, "approved"),
    ("valuated_amount", {}, "valuated"),
    ("remunerated_amount", {}, "remunerated"),
    ("reimbursed", {}, "reimbursed"),
    ("home_claims", {}, "claims-home"),
    ("home_claimed_amount", {}, "claimed-home"),
    *(
        (f"{kind}{figure}", {}, f"{kind}-{measure}")
        for kind in ("services", "items")
        for figure, measure in (("", "lines"), ("_quantity", "quantity"), ("_amount", "amount"))
    ),
    *(
        ("group_lines", {"code_group": group}, f"services-lines.service-group:{group}")
        for group in SERVICE_GROUPS
    ),
]
"""A figure, a part of it, and the measure of the package that says the same."""

SAME_IN_THE_COUNTRY: list[tuple[str, Part, str]] = [
    ("contributions", {}, "contributions"),
    ("contributions", {"product": "PR0001"}, "contributions.product:PR0001"),
    *(
        ("contributions", {"pay_type": code_of(way)}, f"contributions.pay-type:{way}")
        for way in ("Bank", "Cash", "Mobile phone")
    ),
    ("contributions_by_payer", {"payer_type": "household"}, "contributions.payer:Household"),
]
"""The same of the whole country: of persons a payment lies where the head of the household is, of
months in the district of the household's village."""
