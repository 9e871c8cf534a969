"""A scheme whose figures go into a DHIS2 that must hold no person."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.scheme import DAY_ONE, Scheme
from tests.support.scheme.by_steps import COUNTRY

EVERY_CELL = """
mode = "aggregate"
[privacy]
smallest_cell = 0
[aggregates]
figures = ["insured", "claims", "claimed_amount"]
"""
SMALL_CELLS = 'mode = "aggregate"\n'
VALUES = "/api/dataValueSets"


class Value(NamedTuple):
    """Where a value lies."""

    figure: str
    period: str
    org_unit: str
    options: frozenset[str]


@contextmanager
def figures_scheme(
    folder: Path, country: str = EVERY_CELL, insurees: int = 40, version: str = "2.42"
) -> Iterator[Scheme]:
    """Give a scheme that is set up, and of which nothing was loaded."""
    with running_sandbox(version=version, users=[LOADER_USER]) as sandbox:
        scheme = Scheme(folder, sandbox, country=with_root(country))
        scheme.begin(sample(insurees, seed=2, level="1.4", as_of=DAY_ONE, defects=False))
        yield scheme


@contextmanager
def put_back(scheme: Scheme) -> Iterator[Scheme]:
    """Give a scheme to be changed; afterwards it is as it was."""
    moment, country = scheme.moment(), scheme.country
    values = dict(scheme.sandbox.state.data_values)
    yield scheme
    scheme.back_to(moment)
    scheme.country, scheme.sandbox.state.data_values = country, values


def with_root(country: str) -> str:
    """Return the text of a country file, with the sections that all have."""
    first, *sections = country.split("\n[")
    return "\n".join([first, COUNTRY, *(f"[{section}" for section in sections)])


def stored(sandbox: Sandbox) -> dict[Value, str]:
    """Return the data values that DHIS2 holds, by names."""
    return {
        Value(
            named(sandbox, "dataElements", element).removesuffix(" (openIMIS)"),
            period,
            unit,
            frozenset(labels(sandbox, combo)),
        ): row["value"]
        for (element, period, unit, combo), row in sandbox.state.data_values.items()
    }


def named(sandbox: Sandbox, kind: str, uid: str) -> str:
    """Return the name of an object of metadata."""
    return str(sandbox.metadata(kind)[uid]["name"])


def labels(sandbox: Sandbox, combo: str) -> Iterator[str]:
    """Yield what the options of a combination are called."""
    for option in sandbox.metadata("categoryOptionCombos")[combo].get("categoryOptions") or ():
        row = sandbox.metadata("categoryOptions")[option["id"]]
        yield str(row.get("formName") or row["name"])


def posts(scheme: Scheme) -> int:
    """Return how many requests with data values were made."""
    return len(scheme.sandbox.posted(VALUES))


def query(scheme: Scheme, text: str, *values: object) -> list[tuple[object, ...]]:
    """Read openIMIS, or change it."""
    with closing(sqlite3.connect(scheme.database)) as connection, connection:
        return connection.execute(text, values).fetchall()
