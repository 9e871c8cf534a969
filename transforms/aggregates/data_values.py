"""The data values that DHIS2 should hold: figures of periods and places, as a desired frame.

    values of figures ─► at org units ─► small cells kept back ─► keys ─► desired

The columns are those of `transforms.model.resources`. What of it stands or becomes zero, because
DHIS2 has it already, is decided beside what DHIS2 has confirmed: `standing.py`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from transforms.aggregates.elements import element_uid, elements
from transforms.aggregates.figures.categories import CATEGORIES
from transforms.aggregates.figures.table import Figure
from transforms.aggregates.options import options_of
from transforms.aggregates.periods import beside_others, open_periods, sent_periods
from transforms.aggregates.standing import NOTHING_SENT, PAIR, SentValues
from transforms.aggregates.suppression import TELLING, with_reasons
from transforms.aggregates.tables.relations import JOURNEYS, RELATIONS
from transforms.changes.objects.schemas import desired_schema
from transforms.model.resources import DATA_VALUES
from transforms.model.value_keys import key_of_value
from transforms.openimis.country import Country

UNPLACED = "figure_without_org_unit"
BESIDE = "period_of_other_frequency"
_TRAILING = r"\.?0+$"


@dataclass(frozen=True)
class DesiredValues:
    """What DHIS2 should hold of figures.

    Attributes:
        desired: The desired frame of `DATA_VALUES`.
        withheld: key of each value that must not be sent.
        counted: Reason code to how many values are not sent.
        beside: Periods of which nothing is sent, since DHIS2 has others of the same days.
    """

    desired: pl.DataFrame
    withheld: pl.Series
    counted: dict[str, int]
    beside: frozenset[str] = frozenset()


def desired_values(
    values: pl.DataFrame,
    at: pl.DataFrame,
    as_of: dt.date,
    country: Country,
    before: SentValues = NOTHING_SENT,
) -> DesiredValues:
    """Return the values that DHIS2 should hold.

    Args:
        values: See `transforms.aggregates.figures.compute.VALUES`; of `reckoned_periods`.
        at: place (UUID), orgUnit (UID of where what lies at the place goes) and district.
        as_of: The day of the snapshot.
        country: Which figures are sent, and the smallest cell.
        before: What DHIS2 has.
    """
    settings = country.aggregates
    beside = beside_others(sent_periods(as_of, settings), before.periods())
    sent = [each.id for each in sent_periods(as_of, settings) if each.id not in beside]
    is_open = [each.id for each in open_periods(as_of, settings) if each.id not in beside]
    figures = list(elements(country).values())
    chosen = values.filter(pl.col("figure").is_in([each.key for each in figures]))
    placed = chosen.join(at, on="place", how="left")
    cells = _add_up(placed.filter(pl.col("orgUnit").is_not_null()), figures)
    closed = before.closed_pairs(is_open, sent).collect()
    marked = _with_what_stands(_with_keys(cells, figures, country), closed, before.keys)
    judged = with_reasons(
        marked,
        figures,
        RELATIONS,
        country.smallest_cell,
        JOURNEYS,
        stands=pl.col("is_closed") & pl.col("is_held"),
        is_absent=pl.col("is_closed") & ~pl.col("is_held"),
    )
    named = judged.filter(pl.col("period").is_in(sent))
    unplaced = placed.filter(pl.col("period").is_in(sent))["orgUnit"].null_count()
    besides = judged.filter(pl.col("period").is_in(beside), ~pl.col("is_held")).height
    others = {code: count for code, count in ((UNPLACED, unplaced), (BESIDE, besides)) if count}
    return DesiredValues(
        desired=_desired(named.filter(pl.col("reason").is_null())),
        withheld=named.filter(pl.col("reason").is_not_null())["key"],
        counted=_counted(named.filter(_is_reported())) | others,
        beside=beside,
    )


def _add_up(placed: pl.DataFrame, figures: list[Figure]) -> pl.DataFrame:
    """Add up what several places have that go to one org unit; the first of them names the sum.

    People live in one district, but the same may be at several facilities: of these, as many people
    count as are surely behind the sum.
    """
    by = ["figure", "period", "orgUnit", *CATEGORIES]
    at_facilities = [each.key for each in figures if each.place == "facility"]
    may_be_same = pl.col("figure").is_in(at_facilities)
    persons = pl.col("persons")
    return (
        placed.group_by(by)
        .agg(
            pl.col("place", "district").min(),
            pl.col("value").sum(),
            persons=pl.when(may_be_same.first()).then(persons.max()).otherwise(persons.sum()),
        )
        .sort("place", "period", "figure", *CATEGORIES)
    )


def _with_what_stands(
    cells: pl.DataFrame, closed: pl.DataFrame, confirmed: pl.Series
) -> pl.DataFrame:
    """Add `is_closed` (nothing of the figure in that period is sent any more), and `is_held`."""
    pairs = closed.with_columns(is_closed=pl.lit(value=True))
    return cells.join(pairs, on=PAIR, how="left", maintain_order="left").with_columns(
        pl.col("is_closed").fill_null(value=False), is_held=pl.col("key").is_in(confirmed.implode())
    )


def _is_reported() -> pl.Expr:
    """Whether somebody could still want the value: not of what came to a closed period later."""
    return (pl.col("reason") != TELLING) | ~pl.col("is_closed") | pl.col("is_held")


def _with_keys(cells: pl.DataFrame, figures: list[Figure], country: Country) -> pl.DataFrame:
    uids = {each.key: element_uid(each, country.aggregates.frequency) for each in figures}
    codes = {key: cells[key].drop_nulls().unique().to_list() for key in CATEGORIES}
    element = pl.col("figure").replace_strict(uids, return_dtype=pl.String)
    return cells.with_columns(dataElement=element, options=options_of(codes)).with_columns(
        key=key_of_value()
    )


def _desired(named: pl.DataFrame) -> pl.DataFrame:
    schema = desired_schema(DATA_VALUES)
    empty: Mapping[str, pl.Expr] = {
        "parent": pl.lit(None), "status": pl.lit(None), "occurredAt": pl.lit(None),
        "faults": pl.lit([]), "notes": pl.lit([]), "in_window": pl.lit(value=True),
    }  # fmt: skip
    rows = named.select(
        "key",
        "orgUnit",
        person=person_of("place", "period"),
        figure_value=_text(pl.col("value")),
        **empty,
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def person_of(place: str, period: str) -> pl.Expr:
    """Return in whose bundle values lie: those of a place and period lie in one."""
    return pl.concat_str(place, period, separator=":")


def _text(value: pl.Expr) -> pl.Expr:
    """Return a number as DHIS2 keeps it: without zeros behind the point, and the point alone."""
    return value.cast(pl.Decimal(38, 4)).cast(pl.String).str.replace(_TRAILING, "")


def _counted(named: pl.DataFrame) -> dict[str, int]:
    counts = named.drop_nulls("reason").group_by("reason").len("count").sort("reason")
    return dict(counts.iter_rows())
