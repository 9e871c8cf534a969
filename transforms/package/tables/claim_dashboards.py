"""The dashboards of claims, services and items."""

from transforms.package.tables.dashboard_items import EVENT, MAP, Dashboard

_ENTERED = "By the day on which a claim was entered, at the facility that claims."
_CLAIM_DATE = "Proportions: by the claim date of the month, with what became of these claims by now. Numbers and amounts: by the day on which it happened."
_VISIT = "By the day of the visit, at the facility that claims."
_DELETED = "Claims that were deleted in openIMIS, in past months too."
_HOME = "By the day on which a claim was entered. Per individual: where the individual is enrolled, and not where the facility is."

CLAIM_DASHBOARDS: tuple[Dashboard, ...] = (
    Dashboard(
        "claims", "GMf0tnHcqXO", "Claims Management",
        "How many claims come in, of what value, and what becomes of them?",
        "Claims of health facilities.",
        f"{_ENTERED} Pending: on the last day of the month. Rejection rate: by claim date.", _DELETED,
        (
            ("number-claims", "number-claimed", "figures-claims"),
            ("claims-entered", "claimed"),
            ("claims-status", "claims-by-visit-type"),
            ("claims-by-area", "rejection-rate-by-area"),
        ),
    ),
    Dashboard(
        "claims-where", "", "Claims: where are they made?",
        "Which facilities and areas claim, how much, and which stand out?",
        "Claims of health facilities, with the amount claimed.", _ENTERED, _DELETED,
        (
            ("number-facilities", "number-claim-mean", "figures-where"),
            ("claimed-by-area", "claim-mean-by-area"),
            ("claims-by-facility-level", "claims-by-ownership"),
            ("reporting-facilities",),
            (f"{MAP}facilities",),
        ),
    ),
    Dashboard(
        "claims-whose", "", "Claims: for whom are they made?",
        "Who claims, and what does it come to for each individual?",
        "Claims, and individuals with at least one claim.", _HOME, _DELETED,
        (
            ("number-claimants", "number-claimants-share", "figures-whose"),
            ("claims-by-gender", "claims-by-age"),
            ("claimed-per-capita", "claimed-per-claimant"),
            ("claims-by-product", "claims-per-insuree"),
        ),
    ),
    Dashboard(
        "claims-care", "", "Claims: for what care are they made?",
        "For what kind of visit are claims made?",
        "Claims, each once, by type of visit.", _ENTERED, _DELETED,
        (
            ("number-emergency-share", "number-referral-share", "figures-care"),
            ("share-by-visit-type", "claims-care-by-area"),
        ),
    ),
    Dashboard(
        "claims-rejected", "", "Claims: what is rejected, and why?",
        "How many claims are rejected, of what value, where and why?",
        "Rejected claims, whole: services and items that were cut from a claim are not among them.",
        _CLAIM_DATE, _DELETED,
        (
            ("number-rejected", "number-rejection-rate", "figures-rejected"),
            ("claims-rejected", "rejected-value"),
            ("rejection-rate", "rejection-rate-by-review"),
            ("rejected-by-reason", "rejected-by-area"),
        ),
    ),
    Dashboard(
        "claims-paid", "", "Claims: what waits, and what is paid?",
        "How many claims are pending or reimbursed, and of what value?",
        "Pending: entered, checked or processed. Reimbursed: valuated, with an amount above zero.",
        f"{_CLAIM_DATE} Pending: on the last day of the month.", _DELETED,
        (
            ("number-pending", "number-share-reimbursed", "figures-paid"),
            ("pending", "reimbursed"),
            ("share-pending", "share-reimbursed"),
            ("claims-status-value", "remunerated"),
        ),
    ),
    Dashboard(
        "services", "", "Claims: which services are claimed?",
        "Which services are claimed, how often, where and of what value?",
        "Lines of services in claims, with quantity and price.", _VISIT, f"Services inside of a package. {_DELETED}",
        (
            ("number-services", "figures-services"),
            ("services-quantity", "services-amount"),
            ("services-per-claim", "services-by-area"),
        ),
    ),
    Dashboard(
        "items", "", "Claims: which medical items are claimed?",
        "Which medical items are claimed, how often, where and of what value?",
        "Lines of items in claims, with quantity and price.", _VISIT, f"Items inside of a package. {_DELETED}",
        (
            ("number-items", "figures-items"),
            ("items-quantity", "items-amount"),
            ("items-per-claim", "items-by-area"),
        ),
    ),
    Dashboard(
        "most-frequent", "", "Claims: what is claimed most often?",
        "Which diagnoses, services and medical items are claimed most often?",
        "Diagnoses: claims, by their main diagnosis. Services and items: lines of claims, and the quantity in them.",
        "Diagnoses: by the day on which a claim was entered. Services and items: by the day of the visit.",
        f"All but the ten that are most frequent. Services and items inside of a package. {_DELETED}",
        (
            (f"{EVENT}top-diagnoses",),
            (f"{EVENT}top-services", f"{EVENT}top-services-lines"),
            (f"{EVENT}top-items", f"{EVENT}top-items-lines"),
        ),
    ),
)  # fmt: skip
