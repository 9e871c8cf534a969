"""A small scheme of insurance: an openIMIS, a stand-in DHIS2, a staging folder, and its nights.

sources.py     its openIMIS: SQLite in a file, or PostgreSQL on a server
job.py         one run by the steps that ship, without Prefect; picklable, so a process can take it
by_steps.py    all of it together, brought to DHIS2 by the steps; put back to any earlier moment
contents.py    what DHIS2 holds, and what the acknowledged state says that it holds
comparisons.py what has to be equal after a run
by_flows.py    the same with Prefect: blocks, a country file, and the flows (imported by name only)
"""

from tests.support.scheme.by_steps import (
    COUNTRY,
    DAY_ONE,
    FEW_QUESTIONS,
    Moment,
    Scheme,
    a_scheme,
)
from tests.support.scheme.job import KEY, PARTITIONS, Job, bring, cut_short, extract, load, stage
from tests.support.scheme.sources import PostgresqlSource, Source, SqliteSource

__all__ = [
    "COUNTRY",
    "DAY_ONE",
    "FEW_QUESTIONS",
    "KEY",
    "PARTITIONS",
    "Job",
    "Moment",
    "PostgresqlSource",
    "Scheme",
    "Source",
    "SqliteSource",
    "a_scheme",
    "bring",
    "cut_short",
    "extract",
    "load",
    "stage",
]
