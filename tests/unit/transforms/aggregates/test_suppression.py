"""Small cells of one last day follow from the next one, whichever night that is sent in."""

from collections.abc import Collection
from typing import Any

import polars as pl

from transforms.aggregates.figures.categories import CATEGORIES
from transforms.aggregates.figures.table import FIGURE_BY_KEY
from transforms.aggregates.suppression import with_reasons
from transforms.aggregates.tables.relations import RELATIONS

FLOW, STOCK = "claims", "claims_at_end"
FIGURES = (FIGURE_BY_KEY[FLOW], FIGURE_BY_KEY[STOCK])
TEXTS = ("figure", "period", "place", "district", *CATEGORIES)
JANUARY, FEBRUARY = "202601", "202602"
Cell = tuple[str, str, str]


def cell(figure: str, period: str, status: str, claims: int) -> dict[str, Any]:
    """Claims of as many people at one facility."""
    place = {"place": "clinic", "district": "north"}
    product = {"product": "basic"} if figure == FLOW else {}
    return (
        dict.fromkeys(TEXTS)
        | place
        | product
        | {"figure": figure, "period": period, "claim_status": status}
        | {"value": claims, "persons": claims}
    )


def sent(
    cells: list[dict[str, Any]], closed: Collection[str] = (), absent: Collection[Cell] = ()
) -> set[Cell]:
    """Figure, period and status of the cells that are not kept back."""
    schema = dict.fromkeys(TEXTS, pl.String) | {"value": pl.Float64, "persons": pl.Int64}
    kept_back = pl.any_horizontal(
        pl.lit(value=False),
        *(
            (pl.col("figure") == figure)
            & (pl.col("period") == period)
            & (pl.col("claim_status") == status)
            for figure, period, status in absent
        ),
    )
    is_closed = pl.col("period").is_in([*closed])
    found = with_reasons(
        pl.DataFrame(cells, schema=schema),
        FIGURES,
        RELATIONS,
        5,
        stands=is_closed & ~kept_back,
        is_absent=is_closed & kept_back,
    )
    chosen = found.filter(pl.col("reason").is_null())
    return set(chosen.select("figure", "period", "claim_status").iter_rows())


def test_a_small_stock_of_the_month_before_does_not_follow_from_the_first_that_is_sent() -> None:
    """Twelve less ten are two."""
    before = [cell(STOCK, JANUARY, "rejected", 2), cell(STOCK, JANUARY, "entered", 10)]
    first = [cell(FLOW, FEBRUARY, "rejected", 10), cell(STOCK, FEBRUARY, "rejected", 12)]

    found = sent([*before, *first], closed=[JANUARY], absent=[(STOCK, JANUARY, "rejected")])

    assert not {(FLOW, FEBRUARY, "rejected"), (STOCK, FEBRUARY, "rejected")} <= found


def test_nothing_is_kept_back_for_want_of_the_month_before() -> None:
    small, large = cell(STOCK, JANUARY, "rejected", 2), cell(STOCK, JANUARY, "entered", 30)
    later = [cell(STOCK, FEBRUARY, "entered", 40), cell(FLOW, FEBRUARY, "entered", 10)]

    assert (STOCK, JANUARY, "entered") in sent([small, large])
    assert (STOCK, FEBRUARY, "entered") in sent([large, *later])


def test_what_dhis2_keeps_of_a_closed_month_hides_no_small_cell_of_an_open_one() -> None:
    """DHIS2 has the eight of January; so ten in February would tell the two between."""
    january = [cell(STOCK, JANUARY, "rejected", 8), cell(STOCK, JANUARY, "entered", 7)]
    february = [
        cell(FLOW, FEBRUARY, "rejected", 2),
        cell(STOCK, FEBRUARY, "rejected", 10),
        cell(STOCK, FEBRUARY, "entered", 5),
    ]

    found = sent([*january, *february], closed=[JANUARY])

    assert {(STOCK, JANUARY, "rejected"), (STOCK, JANUARY, "entered")} <= found
    assert (STOCK, FEBRUARY, "rejected") not in found
    assert (STOCK, FEBRUARY, "entered") not in found


def test_what_an_older_night_kept_back_of_a_closed_month_hides_a_small_cell_of_an_open_one() -> (
    None
):
    """DHIS2 has nothing of January; so ten in February tell nothing of the two between."""
    january = [cell(STOCK, JANUARY, "rejected", 8), cell(STOCK, JANUARY, "entered", 7)]
    february = [
        cell(FLOW, FEBRUARY, "rejected", 2),
        cell(STOCK, FEBRUARY, "rejected", 10),
        cell(STOCK, FEBRUARY, "entered", 5),
    ]
    older = {(STOCK, JANUARY, status) for status in ("rejected", "entered")}

    found = sent([*january, *february], closed=[JANUARY], absent=older)

    assert (STOCK, FEBRUARY, "rejected") in found
    assert (STOCK, FEBRUARY, "entered") in found
    assert older.isdisjoint(found)


def test_what_an_older_night_kept_back_does_not_follow_from_a_later_month() -> None:
    """It may hide a small cell of its own month: twenty less twelve are the eight of January."""
    january = [cell(STOCK, JANUARY, "rejected", 8)]
    february = [cell(FLOW, FEBRUARY, "rejected", 12), cell(STOCK, FEBRUARY, "rejected", 20)]

    found = sent([*january, *february], closed=[JANUARY], absent=[(STOCK, JANUARY, "rejected")])

    assert not {(FLOW, FEBRUARY, "rejected"), (STOCK, FEBRUARY, "rejected")} <= found
