"""The dashboards: two main ones, the sections of the first, and three on how claims are made of.

A dashboard is rows of items, a row is items side by side, so that nothing can overlap. An item is a
key: `text:` and words, `map:` or `event:` and a key, or the key of a visualization.
"""

from dataclasses import dataclass

from transforms.core.metadata_uids import metadata_uid

TEXT, MAP, EVENT = "text:", "map:", "event:"
ItemRows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Dashboard:
    """A dashboard.

    Attributes:
        key: Short name, used in tables and tests.
        seed_uid: The seed's UID; empty where it has none.
        name: Name in DHIS2.
        about: What it answers.
        rows: Its items, from top to bottom.
    """

    key: str
    seed_uid: str
    name: str
    about: str
    rows: ItemRows

    @property
    def uid(self) -> str:
        """The seed's UID, or one made from the key."""
        return self.seed_uid or metadata_uid(f"dashboard:{self.key}")


IN_EVENT_REPORTS = "Tables of the most frequent also open in the app Event Reports"


def _text(title: str, *lines: str) -> tuple[str]:
    listed = "\n".join(f"- {line}" for line in lines)
    return (f"{TEXT}*{title}*\n\n{listed}" if lines else f"{TEXT}*{title}*",)


_ENROLLMENT: ItemRows = (
    ("enrolled-by-month", "enrolled-by-area"),
    ("households-by-poverty", "enrolled-by-gender", "enrolled-by-age"),
    ("enrollment-rate", "coverage-by-poverty"),
    ("newly-enrolled", "poor-ratio", "family-size"),
)
_POLICIES: ItemRows = (
    ("individuals-cover", "renewal-rate"),
    ("individuals-policies", "new-and-renewed"),
    ("households-cover", "households-policies"),
    ("policies-by-product", "why-not-covered"),
)
_ACTIVE_INDIVIDUALS: ItemRows = (
    ("covered-by-gender-and-area", "covered-by-age-and-area"),
    ("covered-by-gender", "covered-by-age"),
    ("coverage-by-area", "coverage-by-gender"),
    ("covered-by-education", "covered-by-family-type"),
)
_UNCOVERED_INDIVIDUALS: ItemRows = (
    ("not-covered-by-gender", "not-covered-by-age"),
    ("not-covered-by-age-and-area", "not-covered-by-gender-and-area"),
    ("not-covered-by-education",),
)
_ACTIVE_HOUSEHOLDS: ItemRows = (
    ("households-covered-by-gender", "households-covered-by-gender-and-area"),
    ("households-covered-by-age-and-area", "households-covered-by-age"),
)
_UNCOVERED_HOUSEHOLDS: ItemRows = (
    ("households-not-covered-by-gender", "households-not-covered-by-gender-and-area"),
    ("households-not-covered-by-age", "households-not-covered-by-age-and-area"),
)

BENEFICIARY = Dashboard(
    "beneficiary", "TeQ4UNEEEUg", "Beneficiary Management",
    "Who is enrolled, who is covered, and how policies go on.",
    (
        _text("Section I. Enrollment of households and individuals",
              "Income status: poor and non-poor households", "Gender and age",
              "By area: the regions, districts or places below your own",
              "Enrollment rate: individuals against the population",
              "Equity: coverage of poor and non-poor households"),
        *_ENROLLMENT,
        _text("Section II. Policies",
              "Households and individuals enrolled, covered and not covered",
              "New and renewed policies", "Renewal rates", "Policies in force by product"),
        *_POLICIES,
        _text("Section III. Individuals with active policy",
              "By gender, by age, by area and over time", "Coverage in per cent",
              "By education and by family type"),
        (f"{MAP}coverage",),
        *_ACTIVE_INDIVIDUALS,
        _text("Section IV. Individuals enrolled and not covered",
              "By gender, by age, by area and over time", "By education"),
        *_UNCOVERED_INDIVIDUALS,
        _text("Section V. Households with active policy",
              "By gender and age of the head, by area and over time"),
        *_ACTIVE_HOUSEHOLDS,
        _text("Section VI. Households enrolled and not covered",
              "By gender and age of the head, by area and over time"),
        *_UNCOVERED_HOUSEHOLDS,
    ),
)  # fmt: skip
CLAIMS = Dashboard(
    "claims", "GMf0tnHcqXO", "Claims Management",
    "How many claims there are, of what value, and what became of them.",
    (
        _text("Section I. Claims entered", "Number and value of the claims entered",
              "Average value claimed per member with claims", "Incurred claims per capita",
              "By area, level and ownership of the facility, product, gender and age"),
        ("claims-entered", "claimed"),
        ("claimed-per-capita", "claimed-per-claimant"),
        ("claims-by-area", "claims-by-facility-level", "claims-by-ownership"),
        ("claims-by-gender", "claims-by-age"),
        ("claims-by-product", "claimants-share"),
        (f"{MAP}facilities",),
        _text("Section II. Status of claims", "Rejected claims: number, value and rate",
              "Pending claims: number, value and proportion", "All statuses: number and value"),
        ("claims-rejected", "rejected-value", "rejection-rate"),
        ("pending", "pending-value", "share-pending"),
        ("claims-status", "claims-status-value"),
        _text("Section III. Types of claims, and reimbursement",
              "Emergency, referral and other claims: number and share",
              "Reimbursed claims: number, value and proportion"),
        ("claims-by-visit-type", "share-by-visit-type"),
        ("reimbursed", "remunerated", "share-reimbursed"),
        _text("Section IV. Diagnoses", "The most frequent diagnoses of last year", IN_EVENT_REPORTS),
        (f"{EVENT}top-diagnoses",),
        _text("Section V. Facilities that stand out, and why claims are rejected",
              "Rejection rate and mean amount of a claim, by facility or area",
              "Rejected claims by reason, automatic and in review: where the reason is sent"),
        ("rejection-rate-by-area", "claim-mean-by-area"),
        ("rejected-by-reason", "rejection-rate-by-review"),
    ),
)  # fmt: skip
SERVICES = Dashboard(
    "services", "", "Claims: service utilisation",
    "Which services are claimed, how often, where and of what value.",
    (
        _text("Services in claims", "Lines, quantity and value over time", "Services per claim",
              "By area and level of the facility", "The most frequent services", IN_EVENT_REPORTS),
        ("services-lines", "services-quantity", "services-amount"),
        ("services-per-claim", "services-by-area", "services-by-facility-level"),
        (f"{EVENT}top-services", f"{EVENT}top-services-lines"),
    ),
)  # fmt: skip
ITEMS = Dashboard(
    "items", "", "Claims: item utilisation",
    "Which medical items are claimed, how often, where and of what value.",
    (
        _text("Items in claims", "Lines, quantity and value over time", "Items per claim",
              "By area and level of the facility", "The most frequent items", IN_EVENT_REPORTS),
        ("items-lines", "items-quantity", "items-amount"),
        ("items-per-claim", "items-by-area", "items-by-facility-level"),
        (f"{EVENT}top-items", f"{EVENT}top-items-lines"),
    ),
)  # fmt: skip
OPERATIONS = Dashboard(
    "operations", "", "Operations Management",
    "How promptly claims are settled, how policies turn over, and what it costs.",
    (
        _text("Section I. Settlement of claims", "Promptness: days from claim to valuation",
              "Claims that wait for long", "Settlement and rejection", "Statuses passed"),
        ("promptness", "days-of-processing", "promptness-by-area"),
        ("overdue", "overdue-share"),
        ("settlement-and-rejection", "claim-throughput"),
        _text("Section II. Cost and use", "Average cost per claim",
              "Claims per covered individual", "Incurred claims ratio", "Facilities that claim"),
        ("cost-per-claim", "claims-per-insuree"),
        ("incurred-claims-ratio", "reporting-facilities"),
        _text("Section III. Policies", "New, renewed, expired and suspended policies",
              "Renewal and growth", "Values of policies, activated and earned"),
        ("policy-turnover", "renewal-and-growth"),
        ("policy-value", "policies-in-force"),
        ("contributions", "contributions-by-pay-type", "funding"),
    ),
)  # fmt: skip

DASHBOARDS: tuple[Dashboard, ...] = (
    BENEFICIARY,
    Dashboard("enrollment", "sx82Q7RtVSo", "I. Households/Individuals Enrollment", "Who is enrolled.", _ENROLLMENT),
    Dashboard("policies", "cniOkBbZL6d", "II. Policy Management", "How policies go on.", _POLICIES),
    Dashboard("active-individuals", "ERp4Zi8edwB", "III. Individuals with Active Policy", "Which individuals are covered.", _ACTIVE_INDIVIDUALS),
    Dashboard("uncovered-individuals", "wXUpm1ane2b", "IV. Individuals enrolled and not covered", "Which individuals are not covered.", _UNCOVERED_INDIVIDUALS),
    Dashboard("active-households", "z1Yyhl2Ox0C", "V. Households with Active Policy", "Which households are covered.", _ACTIVE_HOUSEHOLDS),
    Dashboard("uncovered-households", "KIPPfodhJ8R", "VI. Households enrolled and not covered", "Which households are not covered.", _UNCOVERED_HOUSEHOLDS),
    CLAIMS,
    SERVICES,
    ITEMS,
    OPERATIONS,
)  # fmt: skip
