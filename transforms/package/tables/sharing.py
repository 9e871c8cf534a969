"""Who may see and write what set-up makes: nothing is public, four user groups have access.

    openIMIS Data access      people who read: indicators, dashboards, the data below their org
    units openIMIS Insurance board  people who read figures, and no person or event
    openIMIS Data capture     the daily load: writes data, and assigns org units
    openIMIS Administration   people who change the package in DHIS2: dashboards, sharing, groups

What somebody sees of the data is what lies at or below the org units of the user.
"""

from dataclasses import dataclass

from transforms.core.metadata_uids import metadata_uid
from transforms.dhis2.tables.metadata_classes import Sharing

PUBLIC = "--------"


@dataclass(frozen=True)
class UserGroup:
    """A user group that has access to the package.

    Attributes:
        uid: The seed's UID, or one made from the name.
        name: Name in DHIS2.
        metadata: Access to metadata: read, write.
        data: Access to data: read, write.
        persons: Access to data of single persons: what DHIS2's tracker shows of person types and
            program stages. Figures need the data of programs alone (2.40 to 2.43).
        assigned: Access to metadata of what org units are assigned to: DHIS2 takes an assignment
            only from who may write the object.
    """

    uid: str
    name: str
    metadata: str
    data: str
    persons: str
    assigned: str

    def access(self, sharing: Sharing, *, assigned: bool = False) -> str:
        """Return DHIS2's access string: metadata, data, four places that it does not use."""
        metadata = self.assigned if assigned else self.metadata
        data = {Sharing.DATA: self.data, Sharing.PERSONS: self.persons}.get(sharing, "--")
        return f"{metadata}{data}----"


DATA_ACCESS = UserGroup(
    "qpmKFqRh6aL", "openIMIS Data access", metadata="r-", data="r-", persons="r-", assigned="r-"
)
BOARD = UserGroup(
    metadata_uid("userGroup:board"), "openIMIS Insurance board",
    metadata="r-", data="r-", persons="--", assigned="r-",
)  # fmt: skip
DATA_CAPTURE = UserGroup(
    "EeSHlVIYxxH", "openIMIS Data capture", metadata="r-", data="rw", persons="rw", assigned="rw"
)
ADMINISTRATION = UserGroup(
    metadata_uid("userGroup:administration"), "openIMIS Administration",
    metadata="rw", data="r-", persons="r-", assigned="rw",
)  # fmt: skip
USER_GROUPS: tuple[UserGroup, ...] = (DATA_ACCESS, BOARD, DATA_CAPTURE, ADMINISTRATION)
READERS_OF_EVENTS = tuple(group for group in USER_GROUPS if group.persons.startswith("r"))
"""Who gets an answer of DHIS2's event analytics; others get 409."""
