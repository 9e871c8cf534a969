"""Nobody finds a small cell in what DHIS2 holds after the nights of two months.

All figures there are; in the second month openIMIS has corrected the first. The attacker of the law
(`tests/laws/figures_attacker.py`) gets what the stand-in holds, and solves it.
"""

import datetime as dt
from collections.abc import Iterator

import polars as pl
import pytest

from flows.steps.compare.figures import figure_settings
from staging.snapshots import read_snapshot
from tests.laws.figures_attacker import Attacker
from tests.laws.test_small_cells_of_figures import SMALLEST, dense
from tests.support.loader import LOADER_USER
from tests.support.sandbox import running_sandbox
from tests.support.scheme import Scheme
from tests.system.aggregates.figures_scheme import SMALL_CELLS, query, with_root
from transforms.aggregates.elements import element_uid, option_uid
from transforms.aggregates.figures.categories import CATEGORIES
from transforms.aggregates.figures.compute import figure_values
from transforms.aggregates.figures.table import FIGURES
from transforms.aggregates.periods import reckoned_periods
from transforms.aggregates.places import org_units_of_places
from transforms.core.json_texts import Json
from transforms.openimis.register import register_of

pytestmark = pytest.mark.longer

JANUARY, FEBRUARY = dt.date(2026, 1, 5), dt.date(2026, 2, 5)
CLOSED = ("202509", "202510")
"""In February. DHIS2 has of the later one what January's night sent; the other was sent never."""
Held = dict[tuple[str, str, str, frozenset[str]], str]
"""Data element, period, org unit and options to the value."""


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheme]:
    """A scheme that was loaded in January, was corrected, and was loaded in February."""
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        country = with_root(SMALL_CELLS)
        scheme = Scheme(tmp_path_factory.mktemp("months"), sandbox, country=country)
        scheme.day = JANUARY
        scheme.partitions = 1
        scheme.begin(dense(400, 5, 1))
        scheme.bring("january")
        _correct(scheme)
        scheme.next_day(seed=1, day=FEBRUARY)
        scheme.bring("february")
        yield scheme


def _correct(scheme: Scheme) -> None:
    """Take every third claim of two open months back, as openIMIS does."""
    query(
        scheme,
        """update "tblClaim" set "ValidityTo" = '2026-01-20' where "ValidityTo" is null
           and "DateClaimed" between '2025-11-01' and '2025-12-31' and "ClaimID" % 3 = 0""",
    )


def held(scheme: Scheme) -> Held:
    """Return what DHIS2 holds."""
    combos = scheme.sandbox.metadata("categoryOptionCombos")
    options = scheme.sandbox.metadata("categoryOptions")
    default = {uid for uid, each in options.items() if each["name"] == "default"}
    return {
        (element, period, unit, _options(combos[combo], default)): row["value"]
        for (element, period, unit, combo), row in scheme.sandbox.state.data_values.items()
    }


def _options(combo: Json, default: set[str]) -> frozenset[str]:
    uids = (each["id"] for each in combo.get("categoryOptions") or ())
    return frozenset(uids) - default


def truth(scheme: Scheme, run: str, as_of: dt.date) -> pl.DataFrame:
    """Return all values of figures, as they are in the snapshot of a run."""
    chosen = scheme.settings
    register = register_of(read_snapshot(scheme.run(run)).frames, chosen)
    periods = reckoned_periods(as_of, chosen.aggregates)
    values = figure_values(register, periods, figure_settings(as_of, chosen)).collect()
    return values.join(org_units_of_places(register, None, chosen), on="place")


@pytest.fixture(scope="module")
def cells(nights: Scheme) -> pl.DataFrame:
    """All cells: those of closed months as they were in January; and what DHIS2 has of them."""
    january, february = truth(nights, "january", JANUARY), truth(nights, "february", FEBRUARY)
    is_closed = pl.col("period").is_in(CLOSED)
    both = pl.concat([january.filter(is_closed), february.filter(~is_closed)])
    has = held(nights)
    elements = {each.key: element_uid(each, "monthly") for each in FIGURES}
    numbers = [
        has.get(
            (
                elements[row["figure"]],
                row["period"],
                row["orgUnit"],
                frozenset(option_uid(key, row[key]) for key in CATEGORIES if row[key] is not None),
            )
        )
        for row in both.iter_rows(named=True)
    ]
    return (
        both.with_columns(held=pl.Series(numbers, dtype=pl.String))
        .with_row_index("cell")
        .with_columns(
            pl.col("cell").cast(pl.Int64),
            is_small=(pl.col("persons") < SMALLEST) & (pl.col("figure") != "funding"),
            hidden=pl.col("held").is_null(),
        )
    )


def test_dhis2_has_of_each_month_what_openimis_had(cells: pl.DataFrame) -> None:
    sent = cells.filter(~pl.col("hidden"))

    assert sent.filter(
        pl.col("held").cast(pl.Float64) != pl.col("value").cast(pl.Float64)
    ).is_empty()
    assert set(sent["period"]) == {"202510", "202511", "202512", "202601"}
    assert sent.height > 100


def test_dhis2_has_no_small_cell(cells: pl.DataFrame) -> None:
    assert cells.filter("is_small", ~pl.col("hidden")).is_empty()


def test_no_small_cell_follows_from_what_dhis2_has(cells: pl.DataFrame) -> None:
    finds = Attacker(cells).finds()

    found = cells.filter("is_small", pl.col("cell").is_in(sorted(finds)))
    assert found.select("figure", "period", "place", "value").to_dicts() == []


def test_were_only_small_cells_kept_back_some_would_follow(cells: pl.DataFrame) -> None:
    finds = Attacker(cells.with_columns(hidden="is_small")).finds()

    assert not cells.filter("is_small", pl.col("cell").is_in(sorted(finds))).is_empty()
