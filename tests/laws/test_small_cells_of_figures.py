"""Nobody finds a small cell of the figures that are sent: all of them, by the tables that ship.

Figures of a made-up openIMIS, of some months that follow each other; what is sent of them; and an
attacker (`figures_attacker.py`) who solves everything that he has.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache

import polars as pl
import pytest

from flows.steps.compare.figures import figure_settings
from tests.figures.snapshots import made_of
from tests.laws.figures_attacker import Attacker
from tests.support.openimis_sample import sample
from transforms.aggregates.data_values import desired_values
from transforms.aggregates.figures.compute import figure_values
from transforms.aggregates.periods import reckoned_periods
from transforms.aggregates.places import org_units_of_places
from transforms.openimis.country import Country, country_of
from transforms.openimis.register import register_of

AS_OF = dt.date(2026, 1, 5)
SMALLEST = 5
CELL_KEY = ["figure", "period", "orgUnit"]


def country(frequency: str = "monthly") -> Country:
    """A country that sends all figures there are."""
    return country_of(
        {
            "root": {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"},
            "mode": "aggregate",
            "privacy": {"smallest_cell": SMALLEST},
            "service_groups": {"few": {"name": "Three services", "codes": ["S001", "S002", "S003"]}},
            "aggregates": {
                "frequency": frequency,
                "open_periods": 2,
                "item_groups": {"drugs": {"name": "Two items", "codes": ["I0001", "I0002"]}},
            },
        },
        "the test",
    )
