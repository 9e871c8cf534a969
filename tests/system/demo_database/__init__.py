"""The real openIMIS demo database, end to end: read through ODBC, carried into the stand-in.

    SQL written from the rules ─► rows wanted ─┐
                                               ├─► equal, but for rejects that say why
    sync ─► DHIS2 ─► rows held ────────────────┘

`python -m tests.system.demo_database` prints the table of both.
"""

import pytest

from tests.support.databases import demo_folder

needs_demo_database = [
    pytest.mark.demo_database,
    pytest.mark.skipif(
        demo_folder() is None,
        reason="there is no openIMIS demo database (../shared/openimis-demo) beside the checkout",
    ),
]
