"""The dashboards of people, households and policies."""

from transforms.package.tables.dashboard_items import MAP, Dashboard

_STOCK = "Each figure is of the last day of its month or year."
_BOTH = (
    "Enrolled and covered: on the last day of the month. New, renewed and expired: in the month."
)
_DELETED = "People, policies and claims that were deleted in openIMIS, in past months too."
_HEADS = "Households, each by its head; gender and age are the head's."
_NO_HEAD = f"Households without a head. {_DELETED}"

BENEFICIARY_DASHBOARDS: tuple[Dashboard, ...] = (
    Dashboard(
        "beneficiary", "TeQ4UNEEEUg", "Beneficiary Management",
        "How many are enrolled, and how many of them are covered?",
        "Individuals with an enrollment; covered are those with an active policy. Coverage: covered of those enrolled.",
        _BOTH, _DELETED,
        (
            ("number-covered", "number-coverage", "figures-beneficiary"),
            ("individuals-cover", "coverage-by-month"),
            ("coverage-by-area", "coverage-by-poverty"),
            ("enrolled-by-age", "enrolled-by-gender"),
        ),
    ),
    Dashboard(
        "enrollment", "sx82Q7RtVSo", "I. Enrollment: who is enrolled?",
        "How many individuals and households are enrolled, and who are they?",
        "Individuals with an enrollment, covered or not; households, each by its head.",
        f"{_STOCK} Newly enrolled: in the month.", _DELETED,
        (
            ("number-enrolled", "figures-enrollment"),
            ("enrolled-by-month", "enrollment-rate"),
            ("newly-enrolled", "enrolled-by-area"),
            ("households-by-poverty", "enrolled-by-gender", "enrolled-by-age"),
        ),
    ),
    Dashboard(
        "policies", "cniOkBbZL6d", "II. Policies: who has a new or a renewed one?",
        "How many individuals and households got a policy, or renewed one?",
        "Individuals and households with an active, new or renewed policy.",
        _BOTH, _DELETED,
        (
            ("number-new", "number-renewed", "number-renewal-rate"),
            ("individuals-policies", "households-policies"),
            ("new-and-renewed", "renewal-rate"),
            ("households-cover", "policies-by-product"),
        ),
    ),
    Dashboard(
        "active-individuals", "ERp4Zi8edwB", "III. Coverage: which individuals are covered?",
        "Which of the enrolled individuals have an active policy?",
        "Individuals with at least one active policy, where they are enrolled.",
        _STOCK, _DELETED,
        (
            ("covered-by-gender", "covered-by-age"),
            ("figures-covered", "coverage-by-gender"),
            ("covered-by-gender-and-area", "covered-by-age-and-area"),
            ("covered-by-education", "covered-by-family-type"),
            (f"{MAP}coverage",),
        ),
    ),
    Dashboard(
        "uncovered-individuals", "wXUpm1ane2b", "IV. Coverage: which individuals are not covered?",
        "Which of the enrolled individuals have no active policy, and why?",
        "Individuals enrolled without an active policy: it lapsed, or they never had one.",
        _STOCK, _DELETED,
        (
            ("number-not-covered", "figures-not-covered"),
            ("why-not-covered", "not-covered-by-gender"),
            ("not-covered-by-gender-and-area", "not-covered-by-age-and-area"),
            ("not-covered-by-age", "not-covered-by-education"),
        ),
    ),
    Dashboard(
        "active-households", "z1Yyhl2Ox0C", "V. Coverage: which households are covered?",
        "Which of the enrolled households have an active policy?",
        _HEADS, _STOCK, _NO_HEAD,
        (
            ("number-households-covered", "number-coverage-households", "figures-households-covered"),
            ("households-covered-by-gender", "households-covered-by-age"),
            ("households-covered-by-gender-and-area", "households-covered-by-age-and-area"),
        ),
    ),
    Dashboard(
        "uncovered-households", "KIPPfodhJ8R", "VI. Coverage: which households are not covered?",
        "Which of the enrolled households have no active policy?",
        _HEADS, _STOCK, _NO_HEAD,
        (
            ("number-households-not-covered", "figures-households-not-covered"),
            ("households-not-covered-by-gender", "households-not-covered-by-age"),
            ("households-not-covered-by-gender-and-area", "households-not-covered-by-age-and-area"),
        ),
    ),
    Dashboard(
        "policy-turnover", "", "VII. Policies: are they renewed?",
        "How many policies come, go and stay?",
        "Policies, each once, whatever the number of its members.",
        "In force, idle and suspended: on the last day of the month. New, renewed, expired and suspended: in the month.",
        f"Policies without a value. {_DELETED}",
        (
            ("number-in-force", "number-renewal-ratio", "figures-turnover"),
            ("policies-in-force", "policy-turnover"),
            ("renewal-and-growth", "in-force-by-area"),
        ),
    ),
)  # fmt: skip
