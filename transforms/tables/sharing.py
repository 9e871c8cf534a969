"""Who may see and write what set-up makes: nothing is public, three user groups have access.

    openIMIS Data access      people who read: indicators, dashboards, the data below their org units
    openIMIS Data capture     the daily load: writes data, and assigns org units
    openIMIS Administration   people who change the package in DHIS2: dashboards, sharing, groups

What somebody sees of the data is what lies at or below the org units of the user.
"""

from dataclasses import dataclass
from enum import StrEnum

from transforms.metadata_uids import metadata_uid

PUBLIC = "--------"


class Sharing(StrEnum):
    """What can be shared of a class of metadata."""

    NONE = "none"
    METADATA = "metadata"
    DATA = "metadata and data"


@dataclass(frozen=True)
class UserGroup:
    """A user group that has access to the package.

    Attributes:
        uid: The seed's UID, or one made from the name.
        name: Name in DHIS2.
        metadata: Access to metadata: read, write.
        data: Access to data: read, write.
        assigned: Access to metadata of what org units are assigned to: DHIS2 takes an assignment
            only from who may write the object.
    """

    uid: str
    name: str
    metadata: str
    data: str
    assigned: str

    def access(self, sharing: Sharing, *, assigned: bool = False) -> str:
        """Return DHIS2's access string: metadata, data, four places that it does not use."""
        metadata = self.assigned if assigned else self.metadata
        return f"{metadata}{self.data if sharing is Sharing.DATA else '--'}----"


DATA_ACCESS = UserGroup(
    "qpmKFqRh6aL", "openIMIS Data access", metadata="r-", data="r-", assigned="r-"
)
DATA_CAPTURE = UserGroup(
    "EeSHlVIYxxH", "openIMIS Data capture", metadata="r-", data="rw", assigned="rw"
)
ADMINISTRATION = UserGroup(
    metadata_uid("userGroup:administration"), "openIMIS Administration",
    metadata="rw", data="r-", assigned="rw",
)  # fmt: skip
USER_GROUPS: tuple[UserGroup, ...] = (DATA_ACCESS, DATA_CAPTURE, ADMINISTRATION)
