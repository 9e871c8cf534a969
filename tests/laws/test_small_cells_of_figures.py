"""Nobody finds a small cell of the figures that are sent: all of them, by the tables that ship.

Figures of a made-up openIMIS, of some months that follow each other; what is sent of them; and an
attacker (`figures_attacker.py`) who solves everything that he has.
"""

import datetime as dt
from functools import cache

import polars as pl
import pytest

from flows.steps.compare.figures import figure_settings
from tests.figures.snapshots import made_of
from tests.laws.figures_attacker import Attacker
from tests.support.openimis_sample import sample
from transforms.aggregates.figures.compute import figure_values
from transforms.aggregates.figures.table import FIGURES
from transforms.aggregates.periods import reckoned_periods
from transforms.aggregates.places import org_units_of_places
from transforms.aggregates.suppression import with_reasons
from transforms.aggregates.tables.relations import JOURNEYS, RELATIONS
from transforms.openimis.country import Country, country_of
from transforms.openimis.register import register_of

AS_OF = dt.date(2026, 1, 5)
SMALLEST = 5


def country(frequency: str = "monthly") -> Country:
    """A country that sends all figures there are."""
    return country_of(
        {
            "root": {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"},
            "mode": "aggregate",
            "privacy": {"smallest_cell": SMALLEST},
            "service_groups": {
                "few": {"name": "Three services", "codes": ["S001", "S002", "S003"]}
            },
            "aggregates": {
                "frequency": frequency,
                "open_periods": 2,
                "item_groups": {"drugs": {"name": "Two items", "codes": ["I0001", "I0002"]}},
            },
        },
        "the test",
    )


def dense(insurees: int, seed: int, districts: int) -> dict[str, pl.DataFrame]:
    """A sample with few districts, facilities and products: most of its cells are not small."""
    frames = sample(insurees, seed=seed, level="1.11", as_of=AS_OF, defects=False)
    places, sites, claims = frames["tblLocations"], frames["tblHF"], frames["tblClaim"]
    all_districts = places.filter(LocationType="D")["LocationId"].unique().sort().to_list()
    goes = {each: all_districts[n % districts] for n, each in enumerate(all_districts)}
    parent = pl.col("ParentLocationId")
    is_ward = pl.col("LocationType") == "W"
    moved = sites.with_columns(pl.col("LocationId").replace(goes))
    current = moved.filter(pl.col("ValidityTo").is_null()).sort("HfID")
    kept = current.group_by("LocationId", maintain_order=True).head(2)["HfID"].to_list()
    at = {each: kept[each % len(kept)] for each in claims["HFID"].unique()}
    few = (1 + pl.col("ProdID") % 2).cast(frames["tblPolicy"]["ProdID"].dtype)
    return frames | {
        "tblLocations": places.with_columns(
            pl.when(is_ward).then(parent.replace(goes)).otherwise(parent)
        ),
        "tblHF": moved,
        "tblClaim": claims.with_columns(pl.col("HFID").replace(at)),
        "tblPolicy": frames["tblPolicy"].with_columns(few.alias("ProdID")),
    }


@cache
def judged(insurees: int, seed: int, districts: int, frequency: str) -> pl.DataFrame:
    """All cells of all figures: cell, is_small, is_sent, what they are, value and persons."""
    chosen = country(frequency)
    register = register_of(made_of(dense(insurees, seed, districts)))
    periods = reckoned_periods(AS_OF, chosen.aggregates)
    settings = figure_settings(AS_OF, chosen)
    values = figure_values(register, periods, settings).collect()
    at = org_units_of_places(register, None, chosen)
    # All periods are sent, the one before the others too: nothing is held against the law.
    before = with_reasons(values.join(at, on="place"), FIGURES, RELATIONS, SMALLEST, JOURNEYS)
    return before.with_row_index("cell").with_columns(
        pl.col("cell").cast(pl.Int64),
        is_small=(pl.col("persons") < SMALLEST) & (pl.col("figure") != "funding"),
        is_sent=pl.col("reason").is_null(),
    )


def found(cells: pl.DataFrame, hidden: pl.Expr) -> list[dict[str, object]]:
    """Return the small cells that the attacker finds out."""
    finds = Attacker(cells.with_columns(hidden=hidden)).finds()
    small = cells.filter("is_small", pl.col("cell").is_in(sorted(finds)))
    return small.select("figure", "period", "place", "value").to_dicts()


CASES = [(800, 5, 2, "quarterly")]
MORE = [
    (800, 7, 2, "monthly"),
    (900, 1, 3, "quarterly"),
    (600, 5, 4, "monthly"),
    (1500, 3, 3, "monthly"),
    (1500, 4, 1, "quarterly"),
]
every_case = pytest.mark.parametrize(
    "case", [*CASES, *(pytest.param(each, marks=pytest.mark.longer) for each in MORE)]
)


@every_case
def test_no_small_cell_of_the_figures_follows_from_all_that_is_sent(
    case: tuple[int, int, int, str],
) -> None:
    cells = judged(*case)

    assert cells.filter("is_small", "is_sent").is_empty()
    assert found(cells, ~pl.col("is_sent")) == []
    assert cells.filter("is_sent").height > 200


def test_where_only_small_cells_are_kept_back_the_attacker_finds_some() -> None:
    cells = judged(*CASES[0])
    figures = {str(each["figure"]) for each in found(cells, pl.col("is_small"))}

    assert {"insured", "claims"} <= figures


@every_case
def test_most_of_what_is_not_small_is_sent(case: tuple[int, int, int, str]) -> None:
    cells = judged(*case).filter(~pl.col("is_small"))

    assert cells.filter("is_sent").height > 0.9 * cells.height
