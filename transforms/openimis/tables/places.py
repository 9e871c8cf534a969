"""The org unit groups and group sets, and which openIMIS places are in which.

The seven groups of the seed keep its UIDs. A group set is a dimension of analysis, so a place is in
at most one group of a set. Where openIMIS says nothing, the group is made empty and is the
operator's to fill. Names end in `(openIMIS)`: every country has its own "Hospitals" already.
"""

from dataclasses import dataclass

from transforms.core.metadata_uids import metadata_uid

LOCATIONS = "tblLocations"
HEALTH_FACILITIES = "tblHF"
BESIDE_OTHERS = " (openIMIS)"


@dataclass(frozen=True)
class OrgUnitGroup:
    """A group of org units.

    Attributes:
        uid: The seed's UID, or one made from the key.
        key: Its name in the country file, where that says which values are in it.
        name: Name in DHIS2; also its short name.
        kind: What its org units are, in one letter (column `kind` of the org units).
        codes: Values of the set's column that are in it, unless the country file says otherwise.
    """

    uid: str
    key: str
    name: str
    kind: str = ""
    codes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The one value of `LocationType`."""
        return self.codes[0]


@dataclass(frozen=True)
class GroupSet:
    """Groups of which a place is in one.

    Attributes:
        key: Its section in the country file, where openIMIS fills it.
        name: Name in DHIS2; also its short name.
        groups: Its groups.
        table: openIMIS table of the places; None: an operator fills it.
        column: Its column that says in which group a place is.
        description: What it says, for people.
        optional: Whether openIMIS fills it only where the country file has its section.
    """

    key: str
    name: str
    groups: tuple[OrgUnitGroup, ...]
    table: str | None = None
    column: str | None = None
    description: str = ""
    optional: bool = False

    @property
    def uid(self) -> str:
        """Made from the key."""
        return metadata_uid(f"organisationUnitGroupSet:{self.key}")


def _group(key: str, name: str, *codes: str) -> OrgUnitGroup:
    uid = metadata_uid(f"organisationUnitGroup:{key}")
    return OrgUnitGroup(uid, key, name + BESIDE_OTHERS, codes=codes)


REGION = OrgUnitGroup("UMRPiQP7N4v", "region", "Region (openIMIS)", "R", ("R",))
DISTRICT = OrgUnitGroup("TMRPiQP7N4v", "district", "District (openIMIS)", "D", ("D",))
WARD = OrgUnitGroup("TMRPiQP8N4v", "ward", "Ward (openIMIS)", "W", ("W",))
VILLAGE = OrgUnitGroup("TMRPiQT7N4v", "village", "Village (openIMIS)", "V", ("V",))
HOSPITAL = OrgUnitGroup("WMRPiQP7N4v", "hospital", "Hospitals (openIMIS)", "H", ("H",))
HEALTH_CENTRE = OrgUnitGroup(
    "YMRPiQP7N4v", "health_centre", "Health centres (openIMIS)", "C", ("C",)
)
DISPENSARY = OrgUnitGroup("XMRPiQP7N4v", "dispensary", "Dispensaries (openIMIS)", "X", ("D",))

OTHER_FACILITY = "F"
"""Kind of a health facility of a level that the country file puts into no group."""

PLACE_LEVEL = GroupSet(
    "place_level", "Level of place (openIMIS)", (REGION, DISTRICT, WARD, VILLAGE),
    LOCATIONS, "LocationType", "What openIMIS calls a location: region, district, ward, village.",
)  # fmt: skip
FACILITY_LEVEL = GroupSet(
    "facility_level", "Facility level (openIMIS)", (HOSPITAL, HEALTH_CENTRE, DISPENSARY),
    HEALTH_FACILITIES, "HFLevel", "The level that openIMIS has of a health facility.",
)  # fmt: skip
FACILITY_OWNERSHIP = GroupSet(
    "facility_ownership", "Facility ownership (openIMIS)",
    (_group("public", "Public facilities", "D", "G"), _group("private", "Private facilities", "C", "P")),
    HEALTH_FACILITIES, "LegalForm",
    "The legal form that openIMIS has of a health facility.",
)  # fmt: skip
FACILITY_STATUS = GroupSet(
    "facility_status", "Facility status (openIMIS)",
    (
        _group("active", "Active facilities", "AC"),
        _group("inactive", "Inactive facilities", "IN"),
        _group("idle", "Idle facilities", "ID"),
        _group("delisted", "Delisted facilities", "DE"),
    ),
    HEALTH_FACILITIES, "status",
    "Whether the scheme works with a health facility: openIMIS 1.11 and later have it.",
    optional=True,
)  # fmt: skip
FACILITY_TYPE = GroupSet(
    "facility_type", "Facility type (openIMIS)",
    (
        _group("phc", "Primary health care units"),
        _group("phcc", "Primary health care centres"),
        _group("district_hospital", "District hospitals"),
        _group("zonal_hospital", "Zonal hospitals"),
        _group("teaching_hospital", "Teaching hospitals"),
        _group("ngo", "Facilities of NGOs"),
    ),
    description="Not known to openIMIS: put each health facility into its group in DHIS2.",
)  # fmt: skip
FACILITY_KIND = GroupSet(
    "facility_kind", "Facility kind (openIMIS)",
    (
        _group("primary", "Primary care"),
        _group("general", "General hospitals"),
        _group("eye", "Eye hospitals"),
        _group("cardiothoracic", "Cardiothoracic hospitals"),
        _group("cancer", "Cancer hospitals"),
        _group("institute", "Health institutes"),
        _group("polyclinic", "Polyclinics"),
    ),
    description="Not known to openIMIS: put each health facility into its group in DHIS2.",
)  # fmt: skip
SETTLEMENT = GroupSet(
    "settlement", "Urban and rural (openIMIS)",
    (_group("urban", "Urban places"), _group("rural", "Rural places")),
    description="Not known to openIMIS: put each village or health facility into its group in DHIS2.",
)  # fmt: skip

GROUP_SETS: tuple[GroupSet, ...] = (
    PLACE_LEVEL, FACILITY_LEVEL, FACILITY_OWNERSHIP, FACILITY_TYPE, FACILITY_KIND, SETTLEMENT,
    FACILITY_STATUS,
)  # fmt: skip
