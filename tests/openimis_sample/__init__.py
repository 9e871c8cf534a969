"""A made-up openIMIS database of any size, and the days that follow.

`sample` makes the frames, `write_sqlite` and `write_postgresql` put them into a database.
"""

from tests.openimis_sample.schema import LEVELS
from tests.openimis_sample.whole import sample
from tests.openimis_sample.writing import write_postgresql, write_sqlite

__all__ = ["LEVELS", "sample", "write_postgresql", "write_sqlite"]
