"""`OPENIMIS_TSQL=… make test-tsql`: openIMIS on a T-SQL engine, by all drivers that reach it.

Makes databases of its own, named openimis_to_dhis2_test…, and removes them. Exit code 1 if a step
failed, 2 if nothing could be tried.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"

import pyodbc
from prefect.testing.utilities import prefect_test_harness

from tests.live.tsql.days import try_days
from tests.live.tsql.engine import Engine, engine
from tests.live.tsql.faults import try_faults
from tests.live.tsql.names import try_names
from tests.live.tsql.report import PAGE, Report
from tests.support.databases import postgresql
from tests.support.openimis_sample import LEVELS

HOW = """There is no OPENIMIS_TSQL. Give it the connection string of a SQL Server whose login
may make databases and logins, for example:

OPENIMIS_TSQL='Driver={ODBC Driver 18 for SQL Server};Server=host,1433;Uid=…;Pwd=…' make test-tsql

Nothing was tried."""


def main() -> int:
    """Try all, print the closing table, write the page if that is asked for."""
    connection_strings = os.environ.get("OPENIMIS_TSQL", "")
    if not connection_strings.strip():
        print(HOW, file=sys.stderr)
        return 2
    report = Report()
    try:
        with engine(connection_strings) as found:
            try_all(found, report)
            page = report.page(found.version, [driver.name for driver in found.drivers])
    except pyodbc.Error as error:
        print(f"The engine cannot be used: {error.args[-1]}", file=sys.stderr)
        return 2
    print("\n" + page.partition("\n\n- ")[2])
    print(report.closing_line())
    if os.environ.get("WRITE"):
        PAGE.write_text(page)
    return 1 if report.failed else 0


def try_all(found: Engine, report: Report) -> None:
    """Try every step at both levels."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgresql() as server,
        prefect_test_harness(server_startup_timeout=120),
    ):
        for level in LEVELS:
            database = try_days(level, found, server, Path(folder), report)
        for driver in found.drivers:
            try_names(found, driver, report)
            try_faults(found, driver, database, report)


if __name__ == "__main__":
    sys.exit(main())
