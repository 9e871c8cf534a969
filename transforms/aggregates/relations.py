"""What figures say of one another: sums that are the same, whoever counts them.

Who knows all but one cell of such a sum knows the cell. So each relation is an equation that
`complementary.py` reckons with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

DISTRICT, PLACE = "district", "place"
Codes = tuple[str, ...]


@dataclass(frozen=True)
class Summands:
    """Cells of a figure that are added up.

    Attributes:
        figure: Its key.
        only: Category to the codes that are added up; of a category that is not named, all.
        is_before: Whether the cells are those of the period before.
    """

    figure: str
    only: Mapping[str, Codes] = field(default_factory=dict)
    is_before: bool = False


@dataclass(frozen=True)
class Relation:
    """Two sums that are the same for each period, place, and options of the categories of both.

    Attributes:
        left: One side: cells of one figure or more.
        right: The other.
        by: Categories by which both are divided; what else divides a side is added up.
        place: Whether the sums are those of a place, or of a district.
    """

    left: tuple[Summands, ...]
    right: tuple[Summands, ...]
    by: tuple[str, ...]
    place: str

    @property
    def sides(self) -> list[tuple[Summands, int]]:
        """Each side, and the sign of its cells in the equation: left less right is nothing."""
        return [*((side, 1) for side in self.left), *((side, -1) for side in self.right)]


@dataclass(frozen=True)
class Balance:
    """A figure of districts that adds up, over the country, to figures of facilities.

    No other sum has a cell of it, so two of its cells that are kept back hide each other, and one
    hides whatever is kept back at the facilities.

    Attributes:
        figure: Key of the figure of districts.
        others: What adds up to the same; each alone does.
    """

    figure: str
    others: tuple[Summands, ...]


def equations(cells: pl.DataFrame, relations: Sequence[Relation]) -> pl.DataFrame:
    """Return the cells of each equation.

    Of the first period nobody here knows what was before it: of that, no equation says anything.

    Args:
        cells: cell (its number), figure, period, period_after, place, district, a column a
            category.
        relations: What holds of the figures.

    Returns:
        equation (Int64), cell, sign (Int8).
    """
    found = [
        _terms(cells, each).with_columns(pl.lit(number).alias("relation"))
        for number, each in enumerate(relations)
    ]
    if not found:
        return pl.DataFrame(schema={"equation": pl.Int64(), "cell": pl.UInt32(), "sign": pl.Int8()})
    terms = pl.concat(found).filter((~pl.col("is_before")).any().over("relation", "of"))
    number = pl.struct("relation", "of").rank("dense").cast(pl.Int64)
    return terms.select("cell", "sign", equation=number).select("equation", "cell", "sign")


def _terms(cells: pl.DataFrame, of: Relation) -> pl.DataFrame:
    looks_back = any(side.is_before for side, _ in of.sides)
    later = cells.filter(pl.col("period") > pl.col("period").min()) if looks_back else cells
    parts = [
        (cells if side.is_before else later)
        .filter(is_of(side))
        .select(
            "cell",
            sign=pl.lit(sign, pl.Int8),
            is_before=pl.lit(value=side.is_before),
            of=pl.concat_str(_period(side), of.place, *of.by, separator="|", ignore_nulls=True),
        )
        for side, sign in of.sides
    ]
    return pl.concat(parts)


def _period(side: Summands) -> pl.Expr:
    """Return the period of whose equation a cell is."""
    return pl.col("period_after") if side.is_before else pl.col("period")


def is_of(side: Summands) -> pl.Expr:
    """Whether a cell is one of a side."""
    chosen = [pl.col("figure") == side.figure]
    chosen += [pl.col(key).is_in(list(codes)) for key, codes in side.only.items()]
    return pl.all_horizontal(chosen)
