"""What figures say of one another: sums that are the same, whoever counts them.

Who knows all but one cell of such a sum knows the cell. So each relation is an equation that
`complementary.py` reckons with.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

COUNTRY, DISTRICT, PLACE = "country", "district", "place"
Codes = tuple[str, ...]
_TERMS: dict[str, pl.DataType] = {
    "equation": pl.String(),
    "cell": pl.UInt32(),
    "sign": pl.Int8(),
}


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
        place: Whether the sums are those of a place, of a district, or of the country.
        by_chance: Whether the two need not be the same, and often are: where they differ, who
            takes them for the same is misled, and nothing is kept back for that.
    """

    left: tuple[Summands, ...]
    right: tuple[Summands, ...]
    by: tuple[str, ...]
    place: str
    by_chance: bool = False

    @property
    def sides(self) -> list[tuple[Summands, int]]:
        """Each side, and the sign of its cells in the equation: left less right is nothing."""
        return [*((side, 1) for side in self.left), *((side, -1) for side in self.right)]

    @property
    def figures(self) -> set[str]:
        """Keys of the figures without which it says nothing."""
        return {side.figure for side, _ in self.sides}


@dataclass(frozen=True)
class Journeys:
    """Three figures of what people get outside their district: who went from where to where.

    What a district's facilities have is what its people have, less what these have elsewhere, with
    what people of other districts have here. Of the last only this is known: over all districts it
    adds up to what people have elsewhere, and nobody goes elsewhere in his own district.

    Attributes:
        home: Key of the figure by home.
        elsewhere: Of the part of it at facilities of other districts.
        here: Of the figure by facility.
    """

    home: str
    elsewhere: str
    here: str

    @property
    def figures(self) -> set[str]:
        """Keys of the figures without which it says nothing."""
        return {self.home, self.elsewhere, self.here}


def equations(cells: pl.DataFrame, relations: Sequence[Relation]) -> pl.DataFrame:
    """Return the cells of each equation.

    Of the first period nobody here knows what was before it: of that, no equation says anything.

    Args:
        cells: cell (its number), figure, period, period_after, place, district, a column a
            category, value, stands.
        relations: What holds of the figures.

    Returns:
        equation (its name), cell, sign.
    """
    found = [
        _terms(cells, each).with_columns(
            equation=pl.format("{}:{}", pl.lit(number), "of"), by_chance=pl.lit(each.by_chance)
        )
        for number, each in enumerate(relations)
    ]
    if not found:
        return pl.DataFrame(schema=_TERMS)
    is_now = (~pl.col("is_before")).any().over("equation")
    holds = pl.col("amount").sum().over("equation") == 0
    # What DHIS2 keeps may be another number than the one that was computed now.
    counts = ~pl.col("by_chance") | holds | pl.col("stands").any().over("equation")
    return pl.concat(found).filter(is_now & counts).select(_TERMS.keys())


def _terms(cells: pl.DataFrame, of: Relation) -> pl.DataFrame:
    looks_back = any(side.is_before for side, _ in of.sides)
    later = cells.filter(pl.col("period") > pl.col("period").min()) if looks_back else cells
    at = [] if of.place == COUNTRY else [of.place]
    parts = [
        (cells if side.is_before else later)
        .filter(is_of(side))
        .select(
            "cell",
            "stands",
            sign=pl.lit(sign, pl.Int8),
            amount=pl.col("value") * sign,
            is_before=pl.lit(value=side.is_before),
            of=pl.concat_str(_period(side), *at, *of.by, separator="|", ignore_nulls=True),
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


def equations_of_journeys(cells: pl.DataFrame, journeys: Sequence[Journeys]) -> pl.DataFrame:
    """Return the cells of each equation: by home, elsewhere, and by facility.

    Args:
        cells: cell (its number), figure, period, place, district.
        journeys: Of which figures.

    Returns:
        equation (its name), cell, sign.
    """
    rows = []
    for of in journeys:
        for period in cells.filter(pl.col("figure") == of.home)["period"].unique().sort():
            home, elsewhere, here = (
                _of_districts(cells, key, period) for key in (of.home, of.elsewhere, of.here)
            )
            for number, terms in enumerate(_balances_of_journeys(home, elsewhere, here)):
                name = f"{of.home}:{period}:{number}"
                rows += [(name, cell, sign) for cell, sign in terms.items()]
    return pl.DataFrame(rows, schema=_TERMS, orient="row")


def _of_districts(cells: pl.DataFrame, figure: str, period: str) -> dict[str, list[int]]:
    rows = cells.filter(pl.col("figure") == figure, pl.col("period") == period)
    of_districts = rows.group_by("district", maintain_order=True).agg("cell")
    return dict(of_districts.iter_rows())


def _balances_of_journeys(
    home: Mapping[str, list[int]], elsewhere: Mapping[str, list[int]], here: Mapping[str, list[int]]
) -> list[dict[int, int]]:
    """Return what is told of districts between which people can go, without who went where.

    People of a district can go to all others that have something. Districts between which somebody
    can go, by whatever way, are told together: those who left some of them came to some of them.
    """
    groups: list[tuple[set[str], set[str]]] = [(set(), {each}) for each in {*home, *here}]
    for one in elsewhere:
        near = [each for each in groups if each[1] & ({*here} - {one})]
        groups = [each for each in groups if each not in near]
        left, reached = (set().union(*(each[n] for each in near)) for n in (0, 1))
        groups.append((left | {one}, reached))
    return [
        _signed(home, reached, 1)
        | _signed(here, reached, -1)
        | _signed(elsewhere, left - reached, 1)
        | _signed(elsewhere, reached - left, -1)
        for left, reached in groups
    ]


def _signed(of: Mapping[str, list[int]], districts: Iterable[str], sign: int) -> dict[int, int]:
    return {cell: sign for each in districts for cell in of.get(each, ())}
