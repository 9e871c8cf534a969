"""Print what openIMIS's demo database has and what DHIS2 then holds, at both schema levels."""

import os
import sys
import tempfile
from pathlib import Path

os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")

from prefect.testing.utilities import prefect_test_harness

from tests.support.databases import (
    PostgreSQL,
    demo_folder,
    load_demo,
    postgresql,
    why_no_postgresql,
)
from tests.system.demo_database.comparison import RESOURCES, Line, difference, markdown
from tests.system.demo_database.demo_scheme import LEVELS, DemoScheme, set_up_scheme
from tests.system.demo_database.figures import asked_of_dhis2, asked_of_openimis

VERSION = "2.42"


def main() -> int:
    """Return 1 if a row of openIMIS is neither held nor a reject, or differs."""
    if demo_folder() is None or why_no_postgresql():
        print(why_no_postgresql() or "There is no ../shared/openimis-demo beside the checkout.")
        return 1
    with postgresql() as server, prefect_test_harness(server_startup_timeout=120):
        are_right = [shown(server, level) for level in LEVELS]
    return 0 if all(are_right) else 1


def shown(server: PostgreSQL, level: str) -> bool:
    """Sync the demo database at a schema level, twice, print the table; return if all is right."""
    database = server.create_database()
    load_demo(database.conninfo, level)
    with (
        tempfile.TemporaryDirectory() as folder,
        set_up_scheme(database, Path(folder), VERSION) as scheme,
    ):
        state = scheme.sync(run_id="first")
        lines = scheme.table("first")
        print(f"\n## openIMIS {level} on PostgreSQL → DHIS2 {VERSION}: {state.name}\n")
        print(markdown(lines))
        checks = [explained(lines), same_values(scheme), same_figures(scheme), repeated(scheme)]
    return all(checks)


def explained(lines: list[Line]) -> bool:
    """Print and return whether every wanted row is held or a reject."""
    unexplained = sum(not line.is_explained for line in lines)
    print(f"\nUnexplained: {unexplained}.", end=" ")
    return not unexplained


def same_values(scheme: DemoScheme) -> bool:
    """Print and return whether DHIS2 holds nothing that differs from what the SQL says."""
    wanted, held = scheme.wanted("first"), scheme.held()
    differing = sum(len(difference(wanted[name], held[name])[1]) for name in RESOURCES)
    values = sum(len(row) for name in RESOURCES for row in held[name])
    print(f"Rows that differ in any of {values:,} values: {differing}.", end=" ")
    return not differing


def same_figures(scheme: DemoScheme) -> bool:
    """Print the figures that differ; return whether none does."""
    in_openimis = asked_of_openimis(scheme.openimis.conninfo)
    in_dhis2 = asked_of_dhis2(scheme.held())
    differing = [text for text in in_openimis if in_openimis[text] != in_dhis2[text]]
    print(f"Questions answered differently: {len(differing)} of {len(in_openimis)}.", end=" ")
    return not differing


def repeated(scheme: DemoScheme) -> bool:
    """Print and return whether a second run writes nothing."""
    mark = len(scheme.written())
    scheme.sync(run_id="second")
    requests = len(scheme.written()) - mark
    print(f"Requests of a second run that write: {requests}.")
    return not requests


if __name__ == "__main__":
    sys.exit(main())
