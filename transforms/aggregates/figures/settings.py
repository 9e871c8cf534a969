"""What a country sets of its figures."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from transforms.openimis.country import Country
from transforms.openimis.service_groups import ServiceGroup


@dataclass(frozen=True)
class FigureSettings:
    """What figures depend on besides openIMIS itself.

    Attributes:
        as_of: The day of the snapshot, in the source's time zone.
        country: What the country file says.
        grace_months: How long after its last day a cover may be renewed, of all products; None: as
            long as each product says.
        household_ceiling: What a policy pays at most, of all products; None: what each product
            says.
        item_groups: Key of a group to its codes of items; those of services are the country
            file's `service_groups`.
    """

    as_of: dt.date
    country: Country
    grace_months: int | None = None
    household_ceiling: Decimal | None = None
    item_groups: Mapping[str, ServiceGroup] = field(default_factory=dict)
