"""What is read of openIMIS where figures are sent, besides keys and what the work needs anyway."""

from transforms.openimis.tables.column_types import Table
from transforms.openimis.tables.columns import (
    CEILINGS,
    CLAIM_ITEMS,
    CLAIM_SERVICES,
    CLAIMS,
    FAMILIES,
    FEEDBACK_PROMPTS,
    FEEDBACKS,
    INSUREES,
    PAYERS,
    PREMIUMS,
    PRODUCTS,
)

TABLES_OF_FIGURES: tuple[Table, ...] = (PREMIUMS, PAYERS, FEEDBACKS, FEEDBACK_PROMPTS)
"""Tables of which the tracker needs nothing."""

COLUMNS_OF_FUNDING: frozenset[tuple[str, str]] = frozenset({(PRODUCTS.name, "LocationId")})
"""What is read besides where funding is sent: openIMIS table and column."""

_VALUES: dict[str, tuple[str, ...]] = {
    INSUREES.name: ("DOB", "Gender"),
    FAMILIES.name: ("Poverty",),
    PRODUCTS.name: (
        "ConversionProdID", "GracePeriod", "GracePeriodRenewal", "Threshold",
        "CeilingInterpretation", *CEILINGS,
    ),
    CLAIMS.name: ("VisitType", "CareType", "RejectionReason"),
    CLAIM_SERVICES.name: ("ServiceID", "PolicyID"),
    CLAIM_ITEMS.name: ("ItemID", "PolicyID"),
}  # fmt: skip

COLUMNS_OF_FIGURES: frozenset[tuple[str, str]] = frozenset(
    (table, column)
    for table, columns in (
        *_VALUES.items(),
        *((each.name, tuple(column.name for column in each.columns)) for each in TABLES_OF_FIGURES),
    )
    for column in columns
)
"""openIMIS table and column."""
