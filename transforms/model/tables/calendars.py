"""Calendars in which a DHIS2 may count (its system setting `keyCalendar`), and what that changes.

dates of objects        ISO in every calendar: DHIS2 accepts, filters and gives them back unchanged
values of type DATE     read as ISO dates by analytics and by all that counts, but judged by the
  and AGE               server's calendar (2.40 to 2.43): a day that its month does not have is
                        refused (E1007, E1302), and a year that its table does not have is 500
values of type DATETIME ISO, and judged so: in these calendars our dates are of this type
periods                 the calendar's: of figures, charts and data values (population by year)

Analytics: the job fails, or leaves the tables of events empty; see below. All of it was seen alike
on 2.40.12, 2.41.9.1, 2.42.5.2 and 2.43.1.
"""

from dataclasses import dataclass

import polars as pl

from transforms.core.fields import ValueType
from transforms.openimis.country_sections import ISO as ISO

DATES = frozenset({ValueType.DATE, ValueType.AGE})
MIDNIGHT = "T00:00:00"
POPULATION_YEARS = 45
"""How far back a year of the population may lie: a Nepali year of before that reads like an ISO
year of today, which is what a file that was not converted has."""

ANALYTICS = (
    "DHIS2 counts in the calendar {name!r}, in which {what}. People, policies and claims themselves "
    "are right. For the dashboards, load into a DHIS2 that counts in iso8601."
)
EVENTS_ARE_LEFT_OUT = (
    "its analytics tables of events stay empty (it takes the years of dates for years of its "
    "calendar): figures and charts of policies and claims show nothing, those of who is enrolled "
    "are right"
)
NOTHING_IS_BUILT = (
    "its job for the analytics tables fails (its table of days ends with the Nepali year 2100, and "
    "values by year do not fit into tables by ISO year): figures and charts show nothing"
)


@dataclass(frozen=True)
class Calendar:
    """A calendar in which real servers were tried.

    Attributes:
        name: As `/api/system/info` and the country file name it.
        years_ahead: By how much its year is ahead of the ISO year at the end of that.
        dates_are_moments: Values that are dates are of type DATETIME.
        analytics: What becomes of analytics; empty where all is well.
    """

    name: str
    years_ahead: int
    dates_are_moments: bool = True
    analytics: str = ""

    def has_plausible(self, year: pl.Expr, now: int) -> pl.Expr:
        """Whether a year of the population is one of this calendar, as far as one can see.

        Args:
            year: Four digits.
            now: The ISO year of today.
        """
        if not self.dates_are_moments:
            return pl.lit(value=True)
        last = now + self.years_ahead + 1
        return year.cast(pl.Int32, strict=False).is_between(last - POPULATION_YEARS, last)

    def value_type(self, value_type: ValueType) -> str:
        """Return the type that a value of ours has in DHIS2."""
        moment = self.dates_are_moments and value_type in DATES
        return "DATETIME" if moment else value_type.value


CALENDARS: dict[str, Calendar] = {
    calendar.name: calendar
    for calendar in (
        Calendar(ISO, 0, dates_are_moments=False),
        Calendar(
            "nepali", 57,
            analytics=ANALYTICS.format(name="nepali", what=NOTHING_IS_BUILT),
        ),
        Calendar(
            "ethiopian", -7, analytics=ANALYTICS.format(name="ethiopian", what=EVENTS_ARE_LEFT_OUT)
        ),
    )
}  # fmt: skip
