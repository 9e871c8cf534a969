"""A made-up openIMIS database of any size, and the days that follow.

`sample` makes the frames, `write_sqlite`, `write_postgresql` and `write_sql_server` put them into a
database,
`next_day` lets a day pass there; `OPERATIONS` are the changes it is made of.
"""

from tests.support.openimis_sample.next_day import next_day
from tests.support.openimis_sample.operations import OPERATIONS
from tests.support.openimis_sample.schema import LEVELS
from tests.support.openimis_sample.sql_server import write_sql_server
from tests.support.openimis_sample.whole import sample
from tests.support.openimis_sample.writing import write_postgresql, write_sqlite

__all__ = [
    "LEVELS",
    "OPERATIONS",
    "next_day",
    "sample",
    "write_postgresql",
    "write_sql_server",
    "write_sqlite",
]
