"""ODBC's complaints in one sentence each: a table of SQLSTATEs.

A driver's message may quote a value of a row, so it is repeated only where a connection could not
be opened, before any row was read; passwords are blotted out.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import arrow_odbc
import pyodbc

from transforms.errors import SourceError

_WHAT_IT_MEANS: dict[str, str] = {
    "08": "the connection could not be made, or was lost: check host, port, network and that the "
    "database server runs",
    "28": "the database refused the login: check user and password in the block",
    "3D": "the database does not exist: check its name in the block",
    "42501": "the user may not read it: grant SELECT on the openIMIS tables",
    "42P01": "a table is not there (any more): check that this is an openIMIS database",
    "42S02": "a table is not there, or the user may not see it: check that this is an openIMIS "
    "database, and grant SELECT on its tables",
    "42703": "a column is not there (any more): start the run again, it asks the catalogue anew",
    "42S22": "a column is not there (any more): start the run again, it asks the catalogue anew",
    "42": "the database did not accept the query, or the user may not read the table: grant SELECT "
    "on the openIMIS tables",
    "22": "a value does not fit the type that its column must have",
    "40": "the database ended the transaction because of another one: start the run again",
    "57": "the database ended the connection (shut down, or by an administrator): start the run "
    "again when it is up",
    "HYT": "the database did not answer in time: start the run again, or look at its load",
    "IM": "the ODBC driver or data source name is not known on this machine: see `odbcinst -q -d`, "
    "and install the driver or correct the block",
}
_DRIVER_IS_MISSING = "Can't open lib"
_SNAPSHOT_IS_OFF = {"3952", "3956"}
_TOO_LONG = "without truncation"
_ARROW_ODBC = re.compile(r"State: (\w{5}), Native error: (-?\d+), Message: (.*)", re.DOTALL)
_PYODBC = re.compile(r"^\[\w{5}\] (.*?)(?: \((-?\d+)\) \(SQL\w+\))?$", re.DOTALL)
_SECRET = re.compile(r"(?i)\b(pwd|password)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)")


@contextmanager
def as_source_error(doing: str, *, quoting_the_driver: bool = False) -> Iterator[None]:
    """Turn what ODBC raises into a `SourceError` of one sentence.

    Args:
        doing: What was tried, such as `read tblClaim`.
        quoting_the_driver: Whether its message may be repeated: never once rows are read.
    """
    try:
        yield
    except (pyodbc.Error, arrow_odbc.Error) as error:
        raise SourceError(_sentence(error, doing, quoting_the_driver=quoting_the_driver)) from None


def _sentence(error: Exception, doing: str, *, quoting_the_driver: bool) -> str:
    state, native, message = _parts(error)
    meaning = _meaning(state, native, message)
    quote = f"; the driver says: {_first_line(message)}" if quoting_the_driver else ""
    return f"Could not {doing}: {meaning} (SQLSTATE {state}{quote}). Nothing was sent to DHIS2."


def _parts(error: Exception) -> tuple[str, str, str]:
    text = str(error.args[-1]) if error.args else ""
    if found := _ARROW_ODBC.search(str(error)):
        return found[1], found[2], found[3]
    found = _PYODBC.match(text)
    state = str(error.args[0]) if len(error.args) > 1 else "HY000"
    return state, (found[2] or "" if found else ""), (found[1] if found else text)


def _meaning(state: str, native: str, message: str) -> str:
    if _DRIVER_IS_MISSING in message:
        return _WHAT_IT_MEANS["IM"]
    if native in _SNAPSHOT_IS_OFF:
        return (
            "SQL Server does not allow snapshot isolation in this database: an administrator runs "
            "ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON once"
        )
    if _TOO_LONG in message:
        return "a text is longer than its column says; 4,000 bytes at most are read"
    prefixes = sorted((key for key in _WHAT_IT_MEANS if state.startswith(key)), key=len)
    return _WHAT_IT_MEANS[prefixes[-1]] if prefixes else "the database reported an error"


def _first_line(message: str) -> str:
    return _SECRET.sub(r"\1=***", message).strip().splitlines()[0].strip() if message else "nothing"
