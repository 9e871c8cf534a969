"""All measures, in the groups that DHIS2 shows them in."""

from transforms.package.tables.beneficiary_measures import BENEFICIARY_MEASURES
from transforms.package.tables.claim_measures import CLAIM_MEASURES, SERVICE_PEOPLE
from transforms.package.tables.funding_measures import FUNDING_MEASURES
from transforms.package.tables.measures import Measure

MEASURES: tuple[Measure, ...] = BENEFICIARY_MEASURES + CLAIM_MEASURES + FUNDING_MEASURES

PROGRAM_INDICATOR_GROUPS: tuple[tuple[str, str, tuple[Measure, ...]], ...] = (
    ("beneficiary", "Insuree program indicators", BENEFICIARY_MEASURES),
    ("claims", "Claims program indicators", (*CLAIM_MEASURES, SERVICE_PEOPLE)),
    ("funding", "Funding program indicators", FUNDING_MEASURES),
)
"""Key, name and measures."""
