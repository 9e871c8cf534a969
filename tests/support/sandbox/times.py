"""Dates as DHIS2 reads and writes them: read without zone in the server's zone (UTC here), written
without zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_FORMS = re.compile(
    r"(\d{4})(?:-?(\d{2})(?:-?(\d{2})"
    r"(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d{3,9}))?)?)?)?)?)?"
    r"(Z|[+-]\d{2}:?\d{2})?"
)


class MalformedDateError(ValueError):
    """A text that DHIS2 does not read as a date."""


def now() -> int:
    """Milliseconds since 1970."""
    return int(datetime.now(UTC).timestamp() * 1000)


@lru_cache(maxsize=200_000)
def parse(text: str) -> int:
    """Milliseconds since 1970 of an ISO date with or without time; MalformedDateError otherwise."""
    match = _FORMS.fullmatch(text)
    if match is None:
        raise MalformedDateError(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z") else zone
    digits = (fraction or "0").ljust(6, "0")[:6]
    iso = (
        f"{year}-{month or '01'}-{day or '01'}"
        f"T{hour or '00'}:{minute or '00'}:{second or '00'}.{digits}{offset}"
    )
    try:
        return int(datetime.fromisoformat(iso).timestamp() * 1000)
    except ValueError as malformed:
        raise MalformedDateError(text) from malformed


def end_of_month(milliseconds: int) -> int:
    """The last day of the month, at midnight."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    after = (moment.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (after - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(last.timestamp() * 1000)


def parse_any(value: object) -> int | None:
    """A date of a payload: null, text or epoch milliseconds."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise MalformedDateError(str(value))
    if isinstance(value, int):
        return value
    return parse(str(value))


def parse_in(zone: str, value: object) -> int | None:
    """The same; a moment over which a zone's clocks were put forward is as much later.

    Milliseconds are of the local clock all the same, as if the zone were UTC.
    """
    moment = parse_any(value)
    return None if moment is None else _kept(zone, moment)


@lru_cache(maxsize=200_000)
def _kept(zone: str, milliseconds: int) -> int:
    local = datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=ZoneInfo(zone))
    again = local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    return int(again.timestamp() * 1000)


@lru_cache(maxsize=200_000)
def written(milliseconds: int) -> str:
    """`2024-01-31T00:00:00.000`."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}"


def written_or_none(milliseconds: int | None) -> str | None:
    """The same, or null."""
    return None if milliseconds is None else written(milliseconds)


def instant(milliseconds: int) -> str:
    """`2024-01-31T00:00:00Z`, as arguments of errors show it."""
    return f"{written(milliseconds)[:19]}Z"
