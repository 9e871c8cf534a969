"""The user roles: what a user may do. Groups and org units decide what a user sees.

Authorities are those of `/api/authorities`, and are in all supported versions: DHIS2 takes an
unknown one without a word (all versions). 2.40 and 2.41 do not list those that let a user make or
change a class of metadata (`F_…_ADD`), but ask for them all the same. Who may write an object needs
one of its class, and the object's sharing; a private one will do.
Authorities of apps (`M_dhis-web-…`) are listed only where the app is installed.
"""

from dataclasses import dataclass

from transforms.core.metadata_uids import metadata_uid
from transforms.package.tables.sharing import (
    ADMINISTRATION,
    BOARD,
    DATA_ACCESS,
    DATA_CAPTURE,
    UserGroup,
)


@dataclass(frozen=True)
class UserRole:
    """A role that an administrator of DHIS2 gives to users.

    Attributes:
        key: Of which its UID is made.
        name: Name in DHIS2.
        description: For whom it is.
        group: The user group that such a user has to be in as well; None where none is needed.
        org_units: Which org units such a user gets.
        authorities: What it allows.
    """

    key: str
    name: str
    description: str
    group: UserGroup | None
    org_units: str
    authorities: tuple[str, ...]

    @property
    def uid(self) -> str:
        """Made from the key."""
        return metadata_uid(f"userRole:{self.key}")


DASHBOARDS, CHARTS, MAPS = "M_dhis-web-dashboard", "M_dhis-web-data-visualizer", "M_dhis-web-maps"
LISTS, EVENT_REPORTS = "M_dhis-web-line-listing", "M_dhis-web-event-reports"
CAPTURE = "M_dhis-web-capture"
MAINTENANCE, USERS, DATA_ADMINISTRATION = (
    "M_dhis-web-maintenance", "M_dhis-web-user", "M_dhis-web-data-administration",
)  # fmt: skip
SEES_EVENTS = "F_VIEW_EVENT_ANALYTICS"

ADMINISTRATOR = UserRole(
    "administrator", "openIMIS Administrator",
    "Runs set-up, changes dashboards and groups, makes users; no superuser.",
    ADMINISTRATION, "the country",
    (
        DASHBOARDS, CHARTS, MAPS, LISTS, EVENT_REPORTS, CAPTURE, MAINTENANCE, USERS, DATA_ADMINISTRATION,
        SEES_EVENTS, "F_DATAVALUE_ADD", "F_METADATA_IMPORT", "F_METADATA_EXPORT",
        "F_PERFORM_MAINTENANCE", "F_SYSTEM_SETTING",
        "F_USER_VIEW", "F_USER_ADD", "F_USERGROUP_PUBLIC_ADD", "F_USERROLE_PUBLIC_ADD",
        "F_ORGANISATIONUNIT_ADD", "F_ORGANISATIONUNIT_MOVE", "F_ORGANISATIONUNITLEVEL_UPDATE",
        "F_ORGUNITGROUP_PUBLIC_ADD", "F_ORGUNITGROUPSET_PUBLIC_ADD", "F_OPTIONSET_PUBLIC_ADD",
        "F_TRACKED_ENTITY_ATTRIBUTE_PUBLIC_ADD", "F_TRACKED_ENTITY_ADD", "F_DATAELEMENT_PUBLIC_ADD",
        "F_DATASET_PUBLIC_ADD", "F_PROGRAM_PUBLIC_ADD", "F_PROGRAMSTAGE_ADD",
        "F_PROGRAM_INDICATOR_PUBLIC_ADD", "F_PROGRAM_INDICATOR_GROUP_PUBLIC_ADD",
        "F_INDICATOR_PUBLIC_ADD", "F_INDICATORGROUP_PUBLIC_ADD", "F_INDICATORTYPE_ADD",
        "F_LEGEND_SET_PUBLIC_ADD", "F_VISUALIZATION_PUBLIC_ADD", "F_EVENT_VISUALIZATION_PUBLIC_ADD",
        "F_MAP_PUBLIC_ADD", "F_DASHBOARD_PUBLIC_ADD",
    ),
)  # fmt: skip
DISTRICT_USER = UserRole(
    "district", "openIMIS District user",
    "Sees dashboards, lists and maps of the user's district.",
    DATA_ACCESS, "the user's district",
    (DASHBOARDS, CHARTS, MAPS, LISTS, EVENT_REPORTS, CAPTURE, SEES_EVENTS),
)  # fmt: skip
FACILITY_USER = UserRole(
    "facility", "openIMIS Facility user",
    "Sees dashboards and lists of the user's health facility.",
    DATA_ACCESS, "the user's health facility",
    (DASHBOARDS, CHARTS, MAPS, LISTS, EVENT_REPORTS, CAPTURE, SEES_EVENTS),
)  # fmt: skip
INSURANCE_BOARD = UserRole(
    "board", "openIMIS Insurance board",
    "Sees dashboards, charts and maps of the country; no person, and no event of one.",
    BOARD, "the country",
    (DASHBOARDS, CHARTS, MAPS, SEES_EVENTS),
)  # fmt: skip

# Without F_ENROLLMENT_CASCADE_DELETE, DHIS2 keeps each enrollment that ever had an event, deleted
# ones among them (E1103; 2.40 to 2.43). It reaches into no other program: an enrollment is of one.
# Events are posted as completed, and DHIS2 may take a deletion for a change of that.
LOADER = UserRole(
    "loader", "openIMIS Loader",
    "The daily load, and nothing else: no app, no superuser.",
    DATA_CAPTURE, "the country, as capture and search org unit",
    (
        "F_ENROLLMENT_CASCADE_DELETE", "F_UNCOMPLETE_EVENT",
        "F_ORGANISATIONUNIT_ADD", "F_ORGANISATIONUNIT_MOVE", "F_OPTIONSET_PRIVATE_ADD", "F_ORGUNITGROUP_PRIVATE_ADD", "F_PROGRAM_PRIVATE_ADD", "F_DATASET_PRIVATE_ADD",
        "F_DATAVALUE_ADD",
    ),
)  # fmt: skip
ANALYTICS = UserRole(
    "analytics", "openIMIS Analytics tables",
    "Lets the loader build the analytics tables after a load; besides, all that maintenance can do.",
    None, "none more",
    ("F_PERFORM_MAINTENANCE", SEES_EVENTS),
)  # fmt: skip

USER_ROLES: tuple[UserRole, ...] = (
    ADMINISTRATOR, DISTRICT_USER, FACILITY_USER, INSURANCE_BOARD, LOADER, ANALYTICS,
)  # fmt: skip
