"""The dashboards of operations: how promptly claims are settled, and what it costs."""

from transforms.package.tables.dashboard_items import Dashboard

_DELETED = "Claims and policies that were deleted in openIMIS, in past months too."

OPERATIONS_DASHBOARDS: tuple[Dashboard, ...] = (
    Dashboard(
        "operations", "", "Operations: how promptly are claims settled?",
        "How many days pass until a claim is valuated, and how many claims wait for long?",
        "Claims. Days to valuation: from the claim date. Awaited for long: pending for more than 30 days.",
        "Days: by the day of the check or valuation. Awaited: on the last day of the month. Settled and rejected: by claim date.",
        f"The day of payment, which openIMIS does not send. {_DELETED}",
        (
            ("number-promptness", "number-overdue", "figures-operations"),
            ("promptness", "days-of-processing"),
            ("overdue", "overdue-share"),
            ("promptness-by-area", "settlement-and-rejection"),
        ),
    ),
    Dashboard(
        "finances", "", "Finances: do policies pay for the claims?",
        "What do claims cost, against what policies bring?",
        "Claims ratio: what is remunerated of the claims of the month, against the part of the policies' values that falls on its days.",
        "Claims: by claim date. Policies activated, contributions and funding: by the day on which it happened.",
        f"Contributions and funding, unless the country file asks for them. {_DELETED}",
        (
            ("number-claims-ratio", "figures-finances"),
            ("policy-value", "incurred-claims-ratio"),
            ("cost-per-claim", "claims-ratio-by-area"),
            ("contributions", "contributions-by-pay-type", "funding"),
        ),
    ),
)  # fmt: skip
