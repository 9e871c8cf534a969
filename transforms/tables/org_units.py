"""The org unit groups, with the UIDs of the seed, and which openIMIS places are in which."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrgUnitGroup:
    """A group of org units.

    Attributes:
        uid: The seed's UID.
        name: Name in DHIS2; also its short name.
        kind: What its org units are, in one letter (column `kind` of the org units).
        table: openIMIS table of the places.
        code: Value of `LocationType` or `HFLevel`.
    """

    uid: str
    name: str
    kind: str
    table: str
    code: str


REGION = OrgUnitGroup("UMRPiQP7N4v", "Region", "R", "tblLocations", "R")
DISTRICT = OrgUnitGroup("TMRPiQP7N4v", "District", "D", "tblLocations", "D")
WARD = OrgUnitGroup("TMRPiQP8N4v", "Ward", "W", "tblLocations", "W")
VILLAGE = OrgUnitGroup("TMRPiQT7N4v", "Village", "V", "tblLocations", "V")
HOSPITAL = OrgUnitGroup("WMRPiQP7N4v", "Hospitals", "H", "tblHF", "H")
HEALTH_CENTRE = OrgUnitGroup("YMRPiQP7N4v", "HealthCenter", "C", "tblHF", "C")
DISPENSARY = OrgUnitGroup("XMRPiQP7N4v", "Dispensary", "X", "tblHF", "D")

OTHER_FACILITY = "F"
"""Kind of a health facility of a level that openIMIS was configured to have; it is in no group."""

ORG_UNIT_GROUPS: tuple[OrgUnitGroup, ...] = (
    REGION, DISTRICT, WARD, VILLAGE, HOSPITAL, HEALTH_CENTRE, DISPENSARY,
)  # fmt: skip
