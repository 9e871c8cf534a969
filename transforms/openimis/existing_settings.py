"""What the country file says of people and metadata that DHIS2 has already."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Uid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{10}$")]
"""UID of an object of DHIS2's own."""
LINK: Literal["link"] = "link"
SEPARATE: Literal["separate"] = "separate"


class Existing(BaseModel):
    """What of DHIS2's own is used in place of ours; nothing of it is ever written.

    Attributes:
        tracked_entity_type: Of which our people are.
        attributes: Name of a value of a person, as `[privacy]` calls it, to DHIS2's attribute.
        option_sets: Name of one of our option sets to DHIS2's.
        values: Name of an option set to openIMIS's code to DHIS2's code, where these differ. What
            is not named is left out.
        org_unit_groups: Key of a group set to key of a group to DHIS2's group.
        identifier: Name of the value by which a person who is in DHIS2 already is known.
        people: What becomes of such a person: `link` enrols the person who is there, `separate`
            makes one beside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tracked_entity_type: Uid | None = None
    attributes: dict[str, Uid] = {}
    option_sets: dict[str, Uid] = {}
    values: dict[str, dict[str, str]] = {}
    org_unit_groups: dict[str, dict[str, Uid]] = {}
    identifier: str | None = None
    people: Literal["link", "separate"] = SEPARATE


class WithExisting(BaseModel):
    """The part of the country file that is about what DHIS2 has already, org units aside.

    Attributes:
        existing: What of it is used in place of ours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    existing: Existing = Existing()
