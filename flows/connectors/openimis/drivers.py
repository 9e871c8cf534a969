"""Which ODBC driver a connection string names, and whether this machine has it."""

from pathlib import Path

import pyodbc

from flows.connectors.openimis.connection_strings import settings_of
from transforms.core.errors import SourceError


def find_driver(connection_string: str) -> str:
    """Return the driver, or the data source, that a connection string names.

    Raises:
        SourceError: It names none, or one that this machine does not have.
    """
    settings = settings_of(connection_string)
    driver, source = settings.get("driver"), settings.get("dsn")
    if driver is None and source is None:
        raise _no_driver("names neither a driver (Driver=…) nor a data source (DSN=…)")
    present = pyodbc.drivers() if driver else list(pyodbc.dataSources())
    named = driver or source or ""
    if named.lower() in {each.lower() for each in present} or Path(named).is_file():
        return named
    listed = ", ".join(present) or "none"
    raise _no_driver(f"names {named!r}, which this machine does not have (it has: {listed})")


def _no_driver(found: str) -> SourceError:
    return SourceError(
        f"The connection string of the openimis-database block {found}. A driver that is installed "
        f"where the flows run was expected: see odbcinst -q -d. Nothing was read."
    )
