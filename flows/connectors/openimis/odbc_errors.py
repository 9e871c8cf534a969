"""ODBC's errors in one sentence each: a table of SQLSTATEs, and SQL Server's own numbers.

A driver's message may quote a value of a row, so it is repeated only where a connection could not
be opened, before any row was read; passwords are blotted out.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import arrow_odbc
import pyodbc

from flows.connectors.openimis import postgresql_errors, sql_server_errors
from flows.connectors.openimis.sql_server_errors import is_of_sql_server
from transforms.core.errors import SourceBusyError, SourceError, SyncError

_WHAT_IT_MEANS: dict[str, str] = {
    "08": "the connection could not be made, or was lost: check host, port, network and that the "
    "database server runs",
    "28": "the database refused the login: check user and password in the block",
    "3D": "the database does not exist: check its name in the block",
    "42501": "the user may not read it: grant SELECT on the openIMIS tables",
    "42P01": "a table is not there (any more): check that this is an openIMIS database",
    "42S02": "a table is not there, or the user may not see it: check that this is an openIMIS "
    "database, and grant SELECT on its tables",
    "42703": "a column is not there (any more): start the run again; it reads the catalogue anew",
    "42S22": "a column is not there (any more): start the run again; it reads the catalogue anew",
    "42": "the database did not accept the query, or the user may not read the table: grant SELECT "
    "on the openIMIS tables",
    "42704": "a foreign table has no login for this user: CREATE USER MAPPING FOR … SERVER …",
    "HV": "a foreign table cannot be read from the database behind it: look whether table and "
    "columns are there, and whether its login may read them",
    "22021": "a text holds bytes that are no letters in the database's encoding: correct it there",
    "22P05": "a text holds bytes that are no letters in the database's encoding: correct it there",
    "22": "a value does not fit the type that its column must have",
    "53": "the database has no room for another connection, or for this reading: look at its load",
    "55P03": "a table was locked for too long: start the run again when nobody alters tables",
    "40": "the database ended the transaction because of another one: start the run again",
    "57": "the database ended the connection (shut down, or by an administrator): start the run "
    "again when it is up",
    "HYT": "the database did not answer in time: start the run again, or look at its load",
    "IM": "the ODBC driver or data source name is not known on this machine: see `odbcinst -q -d`, "
    "and install the driver or correct the block",
}
_NOBODY_ANSWERS = (
    "nobody answered: check host and port in the block, the firewall, and that the database "
    "server runs"
)
_FILE_IS_LOCKED = "another program holds the database file locked"
_TRANSIENT = {
    *sql_server_errors.TRANSIENT,
    *postgresql_errors.TRANSIENT,
    _NOBODY_ANSWERS,
    _FILE_IS_LOCKED,
}
_TRANSIENT_STATES = ("08", "40", "53", "55P03", "57", "HYT")
"""Beginnings of SQLSTATEs after which a retry may succeed: lost connections, deadlocks, a standby
that has to catch up, a server that stops or starts, locks, time-outs."""
_PERMANENT_TEXTS = ("authentication failed", "does not exist", "pg_hba.conf")
"""What PostgreSQL says of a connection that it will never let in, under the same SQLSTATE."""
_DRIVER_IS_MISSING = "Can't open lib"
_TOO_LONG = "without truncation"
_NO_UTF8 = "invalid UTF-8"
_LOCKED = "database is locked"
_ARROW_ODBC = re.compile(r"State: (\w{5}), Native error: (-?\d+), Message: (.*)", re.DOTALL)
_PYODBC = re.compile(r"^\[\w{5}\] (.*?)(?: \(-?\d+\) \(SQL\w+\))?$", re.DOTALL)
_PYODBC_NUMBERS = re.compile(r" \((-?\d+)\)(?= \(SQL\w+\)|; \[|$)")
_SECRET = re.compile(r"(?i)\b(pwd|password)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)")


@dataclass(frozen=True)
class _Complaint:
    """What a driver raised: SQLSTATE, its native error numbers, its message."""

    state: str
    numbers: tuple[int, ...]
    message: str

    @property
    def number(self) -> int | None:
        """SQL Server's number, which its administrators know it by; None for other databases."""
        return self.numbers[0] or None if is_of_sql_server(self.message) else None


@contextmanager
def as_source_error(doing: str, *, connecting: bool = False) -> Iterator[None]:
    """Turn what ODBC raises into a `SourceError`, or `SourceBusyError`, of one sentence.

    Args:
        doing: What was tried, such as `read` and a table.
        connecting: Whether that opens the connection: no row has been read yet, so the driver's
            message may be repeated, and a time-out means that nobody is there.
    """
    try:
        yield
    except (pyodbc.Error, arrow_odbc.Error) as error:
        raise _as_error(_complaint(error), doing, connecting=connecting) from None


def _as_error(complaint: _Complaint, doing: str, *, connecting: bool) -> SyncError:
    sentence = _sentence(complaint, doing, connecting=connecting)
    is_busy = _is_transient(complaint, _meaning(complaint, connecting=connecting))
    return SourceBusyError(sentence) if is_busy else SourceError(sentence)


def _is_transient(complaint: _Complaint, meaning: str) -> bool:
    if meaning in _TRANSIENT:
        return True
    if meaning != _by_state(complaint.state):
        return False
    refused = any(words in complaint.message for words in _PERMANENT_TEXTS)
    return complaint.state.startswith(_TRANSIENT_STATES) and not refused


def _sentence(complaint: _Complaint, doing: str, *, connecting: bool) -> str:
    meaning = _meaning(complaint, connecting=connecting)
    number = f", error {complaint.number}" if complaint.number else ""
    quote = f"; the driver says: {_first_line(complaint.message)}" if connecting else ""
    return (
        f"Could not {doing}: {meaning} (SQLSTATE {complaint.state}{number}{quote}). "
        f"Nothing was sent to DHIS2."
    )


def _complaint(error: Exception) -> _Complaint:
    if match := _ARROW_ODBC.search(str(error)):
        return _Complaint(match[1], (int(match[2]),), match[3])
    text = str(error.args[-1]) if error.args else ""
    state = str(error.args[0]) if len(error.args) > 1 else "HY000"
    numbers = tuple(int(number) for number in _PYODBC_NUMBERS.findall(text))
    shown = _PYODBC.match(text)
    return _Complaint(state, numbers or (0,), shown[1] if shown else text)


def _meaning(complaint: _Complaint, *, connecting: bool) -> str:
    message = complaint.message
    if _DRIVER_IS_MISSING in message:
        return _WHAT_IT_MEANS["IM"]
    if own := _own_meaning(complaint):
        return own
    if _TOO_LONG in message:
        return "a text is longer than its column says; 4,000 bytes at most are read"
    if _NO_UTF8 in message:
        return "a text is not encoded as the database says (UTF-8): look for its encoding"
    if _LOCKED in message:
        return _FILE_IS_LOCKED
    if connecting and complaint.state.startswith("HYT"):
        return _NOBODY_ANSWERS
    return _by_state(complaint.state)


def _own_meaning(complaint: _Complaint) -> str | None:
    """Return what the database means, where its words say more than the SQLSTATE."""
    message = complaint.message
    if is_of_sql_server(message):
        return sql_server_errors.meaning_of(complaint.numbers, message)
    return postgresql_errors.meaning_of(message)


def _by_state(state: str) -> str:
    prefixes = sorted((key for key in _WHAT_IT_MEANS if state.startswith(key)), key=len)
    return _WHAT_IT_MEANS[prefixes[-1]] if prefixes else "the database reported an error"


def _first_line(message: str) -> str:
    return _SECRET.sub(r"\1=***", message).strip().splitlines()[0].strip() if message else "nothing"
