"""Charts that a release had and this one has not: key, and name in DHIS2.

They are on none of our dashboards any more. In a DHIS2 that has them they stay, since somebody may
use them elsewhere; the plan of set-up names them.
"""

from transforms.core.metadata_uids import metadata_uid

RETIRED_CHARTS: tuple[tuple[str, str], ...] = (
    ("poor-ratio", "Poor to non-poor households"),
    ("family-size", "Average household size"),
    ("claimants-share", "Share of the enrolled with claims (%)"),
    ("pending-value", "Pending claims (value)"),
    ("services-lines", "Claimed services (lines)"),
    ("services-by-facility-level", "Claimed services by level of the facility (value)"),
    ("items-lines", "Claimed items (lines)"),
    ("items-by-facility-level", "Claimed items by level of the facility (value)"),
    ("claim-throughput", "Claims entered, checked, processed, valuated and rejected (number)"),
)

RETIRED_NAMES: dict[str, str] = {
    metadata_uid(f"visualization:{key}"): name for key, name in RETIRED_CHARTS
}
"""UID of a retired chart to its name."""
