"""Bad records, a few of each kind."""

import polars as pl

from tests.openimis_sample.plan import Plan


def with_defects(plan: Plan, tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return tables
