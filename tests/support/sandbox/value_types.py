"""DHIS2's value types: which texts each takes (ValidationUtils.valueIsValid; numbers as in `event-
number-forms`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from .answers import refusal
from .times import MalformedDateError, parse

Check = Callable[[str], bool]

_NUMBER = re.compile(r"(-?0|-?[1-9]\d*)(\.\d+)?")
_INTEGER = re.compile(r"0|-?[1-9]\d*")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2}).*")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_PHONE = re.compile(r"[0-9+()#.\s/ext-]{6,50}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"(https?|ftp)://\S+")
_COORDINATE = re.compile(r"\[-?\d+(\.\d+)?,-?\d+(\.\d+)?\]")
_UID = re.compile(r"[a-zA-Z][a-zA-Z0-9]{10}")
NO_SUCH_YEAR = (
    'Cannot load from int array because the return value of "java.util.Map.get(Object)" is null'
)


def _fits_int(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and -(2**31) <= int(text) < 2**31


def _number(text: str) -> bool:
    return len(text) < 250 and _NUMBER.fullmatch(text) is not None


def _within(low: float, high: float) -> Check:
    return lambda text: _number(text) and low <= float(text) <= high


def _integer(accept: Callable[[int], bool]) -> Check:
    return lambda text: _fits_int(text) and accept(int(text))


@lru_cache(maxsize=200_000)
def _date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def _date_time(text: str) -> bool:
    try:
        parse(text)
    except MalformedDateError:
        return False
    return "T" in text or " " in text


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda text: pattern.fullmatch(text) is not None


def _anything(text: str) -> bool:
    return len(text) <= 50_000


CHECKS: dict[str, Check] = {
    "TEXT": _anything,
    "LONG_TEXT": _anything,
    "MULTI_TEXT": _anything,
    "LETTER": lambda text: len(text) == 1 and text.isalpha(),
    "NUMBER": _number,
    "INTEGER": _fits_int,
    "INTEGER_POSITIVE": _integer(lambda number: number > 0),
    "INTEGER_ZERO_OR_POSITIVE": _integer(lambda number: number >= 0),
    "INTEGER_NEGATIVE": _integer(lambda number: number < 0),
    "PERCENTAGE": _within(0, 100),
    "UNIT_INTERVAL": _within(0, 1),
    "BOOLEAN": lambda text: text.lower() in {"true", "false"},
    "TRUE_ONLY": lambda text: text.lower() == "true",
    "DATE": _date,
    "AGE": _date,
    "DATETIME": _date_time,
    "TIME": _matches(_TIME),
    "PHONE_NUMBER": _matches(_PHONE),
    "EMAIL": _matches(_EMAIL),
    "URL": _matches(_URL),
    "COORDINATE": _matches(_COORDINATE),
    "ORGANISATION_UNIT": _matches(_UID),
    "USERNAME": _anything,
    "FILE_RESOURCE": _matches(_UID),
    "IMAGE": _matches(_UID),
}


def check_of(value_type: str, calendar: str) -> Check:
    """What a server that counts in a calendar asks of a value of this type."""
    judged = _OTHER_CALENDARS.get(calendar)
    if judged is not None and value_type in {"DATE", "AGE"}:
        return judged
    return CHECKS.get(value_type, _anything)


def _nepali(text: str) -> bool:
    """As of a Nepali month with the fewest days; of years that DHIS2's table lacks it fails."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    if not 1970 <= int(match[1]) <= 2100:
        raise refusal(500, NO_SUCH_YEAR)
    return 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 29


def _ethiopian(text: str) -> bool:
    match = _DATE.fullmatch(text)
    return match is not None and 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 30


_OTHER_CALENDARS: dict[str, Check] = {"nepali": _nepali, "ethiopian": _ethiopian}


def is_valid(value_type: str, text: str) -> bool:
    """Whether DHIS2 accepts this text for a value of this type."""
    return CHECKS.get(value_type, _anything)(text)
