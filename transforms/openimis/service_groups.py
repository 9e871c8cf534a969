"""Groups of services that a country names by lists of codes: deliveries, caesareans, ANC visits."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

MOST_CODES = 100
"""Each code is a part of a DHIS2 filter; nobody has tried longer ones on a real server."""

Code = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^'\\\x00-\x1F]+$")
]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
"""It makes the UIDs of the figures, so it never changes; names and codes may."""


class ServiceGroup(BaseModel):
    """One group; a service may be in several.

    Attributes:
        name: What figures call it.
        codes: openIMIS's codes of services (`tblServices.ServCode`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    codes: list[Code] = Field(min_length=1, max_length=MOST_CODES)

    @field_validator("codes")
    @classmethod
    def _each_once(cls, codes: list[str]) -> list[str]:
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"{', '.join(twice)} is there twice")
        return codes


ServiceGroups = dict[Key, ServiceGroup]


def check_names(groups: ServiceGroups) -> None:
    """Refuse two groups of one name: DHIS2 accepts no two figures of one name.

    Raises:
        ValueError: There are.
    """
    names = [group.name.strip().lower() for group in groups.values()]
    if len(set(names)) < len(names):
        raise ValueError("service_groups: two groups have one name; figures are called by it")
