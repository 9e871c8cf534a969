"""Who may see and write what set-up makes: nothing is public, two user groups have access."""

from dataclasses import dataclass
from enum import StrEnum

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
        uid: The seed's UID.
        name: Name in DHIS2.
        metadata: Access to metadata: read, write.
        data: Access to data: read, write.
    """

    uid: str
    name: str
    metadata: str
    data: str

    def access(self, sharing: Sharing) -> str:
        """Return DHIS2's access string: metadata, data, four places that it does not use."""
        return f"{self.metadata}{self.data if sharing is Sharing.DATA else '--'}----"


DATA_ACCESS = UserGroup("qpmKFqRh6aL", "openIMIS Data access", metadata="r-", data="r-")
DATA_CAPTURE = UserGroup("EeSHlVIYxxH", "openIMIS Data capture", metadata="r-", data="rw")
USER_GROUPS: tuple[UserGroup, ...] = (DATA_ACCESS, DATA_CAPTURE)
