"""What a country sets of its figures."""

import datetime as dt
from dataclasses import dataclass

from transforms.openimis.country import Country


@dataclass(frozen=True)
class FigureSettings:
    """What figures depend on besides openIMIS itself.

    Attributes:
        as_of: The day of the snapshot, in the source's time zone.
        country: What the country file says.
    """

    as_of: dt.date
    country: Country
