"""Periods of which figures are asked, in the calendar of the server, with their days.

The first days of 2081 to 2083 are those of Nepal's official calendar, as its years begin; months
have the days that DHIS2's own table gives them. An Ethiopian month has 30 days.
"""

from datetime import date

from tests.figures.tracker import Period, period

OF_SAMPLE: dict[str, tuple[Period, ...]] = {
    "iso8601": tuple(period(each) for each in ("202506", "2025Q2", "2025", "2024")),
    "nepali": (
        Period("208202", date(2025, 5, 15), date(2025, 6, 14)),
        Period("2082Q1", date(2025, 4, 14), date(2025, 7, 16)),
        Period("2082", date(2025, 4, 14), date(2026, 4, 13)),
        Period("2081", date(2024, 4, 13), date(2025, 4, 13)),
    ),
    "ethiopian": (
        Period("201709", date(2025, 5, 9), date(2025, 6, 7)),
        Period("2017Q3", date(2025, 3, 10), date(2025, 6, 7)),
        Period("2018", date(2025, 9, 11), date(2026, 9, 10)),
        Period("2017", date(2024, 9, 11), date(2025, 9, 10)),
    ),
}
"""Months, quarters and years in which the sample has figures."""

YEARS: dict[str, tuple[str, ...]] = {
    "iso8601": ("2023", "2024", "2025", "2026"),
    "nepali": ("2080", "2081", "2082", "2083"),
    "ethiopian": ("2015", "2016", "2017", "2018"),
}
"""Years of a population file."""
