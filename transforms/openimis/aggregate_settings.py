"""What the country file says of figures that are sent as data values: `mode` and `[aggregates]`."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transforms.openimis.service_groups import ServiceGroups

Mode = Literal["tracker", "aggregate", "both"]
"""Persons, policies and claims; figures of months and places, and nothing of a person; or both."""

SMALLEST_CELL = "smallest_cell"


class Aggregates(BaseModel):
    """Which figures are sent, and of which periods.

    Attributes:
        figures: Their keys; None: all that there are.
        frequency: How long a period is.
        since: The first period, as the month in which it begins (`202601`); None: the first of
            those that are open. What lies before the open ones is sent once.
        open_periods: So many periods that have ended are sent again where openIMIS corrects them.
        grace_months: How long after its last day a cover may be renewed, of all products; None: as
            long as each product says.
        household_ceiling: What a policy pays at most, of all products; None: what each product
            says.
        item_groups: Key of a group to its name and its codes of items (`tblItems.ItemCode`); those
            of services are the file's `service_groups`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    figures: list[str] | None = Field(default=None, min_length=1)
    frequency: Literal["monthly", "quarterly"] = "monthly"
    since: str | None = Field(default=None, pattern=r"^(19|20)\d\d(0[1-9]|1[0-2])$")
    open_periods: int = Field(default=3, ge=1, le=60)
    grace_months: int | None = Field(default=None, ge=0, le=60)
    household_ceiling: Decimal | None = Field(default=None, gt=0)
    item_groups: ServiceGroups = {}


def take_smallest_cell(content: Any) -> Any:
    """Return the content of a country file with `privacy.smallest_cell` as a setting of its own.

    The section has treatments of fields, by their names, and this one number.
    """
    privacy = content.get("privacy") if isinstance(content, dict) else None
    if not isinstance(privacy, dict) or SMALLEST_CELL not in privacy:
        return content
    treatments = {name: each for name, each in privacy.items() if name != SMALLEST_CELL}
    return content | {"privacy": treatments, SMALLEST_CELL: privacy[SMALLEST_CELL]}


class Figures(BaseModel):
    """Whether persons or figures are sent: a part of the country file.

    Attributes:
        mode: Whether persons are sent, figures of months and places, or both.
        aggregates: Which figures, and of which periods.
        smallest_cell: Figures of fewer people, but of some, are not sent (in the file
            `privacy.smallest_cell`).
    """

    mode: Mode = "tracker"
    aggregates: Aggregates = Aggregates()
    smallest_cell: int = Field(default=5, ge=0, le=1_000)

    @model_validator(mode="before")
    @classmethod
    def _with_smallest_cell(cls, content: Any) -> Any:
        return take_smallest_cell(content)

    @property
    def sends_persons(self) -> bool:
        """Whether persons, policies and claims are sent."""
        return self.mode != "aggregate"

    @property
    def sends_figures(self) -> bool:
        """Whether figures of months and places are sent."""
        return self.mode != "tracker"
