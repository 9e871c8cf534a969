"""Of which periods figures are sent: those that have ended, and of these the newest are open."""

import datetime as dt
from collections.abc import Iterable

from transforms.aggregates.figures.periods import DataPeriod, period_of
from transforms.openimis.aggregate_settings import Aggregates

MONTHS = {"monthly": 1, "quarterly": 3}
"""Frequency of the country file to months a period."""
_DAY = dt.timedelta(days=1)


def open_periods(as_of: dt.date, settings: Aggregates) -> list[DataPeriod]:
    """Return the newest periods that have ended, oldest first: they are sent again if they change.

    Args:
        as_of: The day of the snapshot, in the source's time zone; its own period has not ended.
        settings: What the country file says.
    """
    return _back_from(as_of, settings, settings.open_periods)


def sent_periods(as_of: dt.date, settings: Aggregates) -> list[DataPeriod]:
    """Return all periods of which figures are computed: the open ones, and those since the first.

    Args:
        as_of: See `open_periods`.
        settings: What the country file says.
    """
    found = open_periods(as_of, settings)
    if settings.since is None:
        return found
    months = MONTHS[settings.frequency]
    first = _number(int(settings.since[:4]), int(settings.since[4:])) // months
    latest = _number(as_of.year, as_of.month) // months
    return _back_from(as_of, settings, max(latest - first, settings.open_periods))


def reckoned_periods(as_of: dt.date, settings: Aggregates) -> list[DataPeriod]:
    """Return the periods that are sent, and the one before them.

    What there was on its last day follows from what is sent of the first: it is reckoned with where
    small cells are kept back.

    Args:
        as_of: See `open_periods`.
        settings: What the country file says.
    """
    return _back_from(as_of, settings, len(sent_periods(as_of, settings)) + 1)


def beside_others(periods: Iterable[DataPeriod], acknowledged: Iterable[str]) -> frozenset[str]:
    """Return the periods of which nothing may be sent, since DHIS2 has others of the same days.

    A quarter less two of its months is the third, and what there was on the last day of a month
    follows from the quarter after it. So it is of those that overlap one of the other length, and
    of those that lie next to one.

    Args:
        periods: Those that would be sent.
        acknowledged: Identifiers of the periods of which DHIS2 has values.
    """
    others = [period_of(each) for each in acknowledged]
    return frozenset(
        one.id
        for one in periods
        for other in others
        if ("Q" in one.id) != ("Q" in other.id)
        and one.first <= other.last + _DAY
        and other.first <= one.last + _DAY
    )


def _back_from(as_of: dt.date, settings: Aggregates, count: int) -> list[DataPeriod]:
    months = MONTHS[settings.frequency]
    latest = _number(as_of.year, as_of.month) // months
    return [_period(number, months) for number in range(latest - count, latest)]


def _number(year: int, month: int) -> int:
    return 12 * year + month - 1


def _period(number: int, months: int) -> DataPeriod:
    year, part = divmod(number, 12 // months)
    return period_of(f"{year}{part + 1:02d}" if months == 1 else f"{year}Q{part + 1}")
