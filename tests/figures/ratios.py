"""What DHIS2 answers for an indicator, computed of the figures of its parts."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from tests.figures.evaluator import HALF
from tests.figures.expressions import (
    Binary,
    DataElement,
    ExpressionError,
    Node,
    Number,
    ProgramIndicator,
    Unary,
    found,
    parsed,
)

Part = ProgramIndicator | DataElement
_CELL = ["period", "orgUnit"]
_OPERATIONS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}


def ratios(
    indicator: Mapping[str, Any], factor: float, parts: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Return the figure of each period and org unit that has one (laws 22 to 24, 26).

    Args:
        indicator: In the shape of DHIS2's `indicators`.
        factor: Of its indicator type.
        parts: UID of a program indicator or data element to its figures, as DHIS2 rounds them:
            period, orgUnit, value.

    Returns:
        period, orgUnit, value; rounded to the indicator's decimals.

    Raises:
        ExpressionError: Numerator or denominator does not parse, or has what belongs elsewhere.
        KeyError: A part is not there.
    """
    numerator, denominator = parsed(indicator["numerator"]), parsed(indicator["denominator"])
    rows = _cells(numerator, denominator, parts)
    rows = rows.filter(_is_there(numerator), _is_there(denominator), _value(denominator) != 0)
    value = factor * _value(numerator) / _value(denominator)
    return rows.select(*_CELL, value=value.round(indicator.get("decimals", 2), HALF))


def parts_of(tree: Node) -> list[Part]:
    """Return what a numerator or denominator is made of."""
    return [*found(tree, ProgramIndicator), *found(tree, DataElement)]


def _cells(numerator: Node, denominator: Node, parts: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """A row a period and org unit that any part has a figure of; a column a part."""
    uids = dict.fromkeys(each.uid for tree in (numerator, denominator) for each in parts_of(tree))
    rows = pl.DataFrame(schema=dict.fromkeys(_CELL, pl.String))
    for uid in uids:
        part = parts[uid].rename({"value": uid})
        rows = rows.join(part, on=_CELL, how="full", coalesce=True)
    return rows


def _is_there(tree: Node) -> pl.Expr:
    """Whether any of its parts has a figure; one without parts is always there."""
    parts = [pl.col(each.uid).is_not_null() for each in parts_of(tree)]
    return pl.any_horizontal(parts) if parts else pl.lit(value=True)


def _value(tree: Node) -> pl.Expr:
    match tree:
        case Number(value):
            return pl.lit(value)
        case ProgramIndicator(uid) | DataElement(uid):
            return pl.col(uid).fill_null(0.0)
        case Unary("-", operand):
            return -_value(operand)
        case Binary(operator, left, right) if operator in _OPERATIONS:
            return _OPERATIONS[operator](_value(left), _value(right))
    raise ExpressionError(
        str(tree), 0, "this", "program indicators, data elements, numbers, + - * /"
    )


def yearly_figures(
    values: pl.DataFrame, ancestors: pl.DataFrame, periods: list[str]
) -> pl.DataFrame:
    """Return the figures of a data element that is filled once a year (law 25).

    Its aggregation type is AVERAGE_SUM_ORG_UNIT: a part of the year has the figure of the year, an
    org unit the sum of those below. DHIS2 averages by days, which differs in the fifth digit.

    Args:
        values: period (a year), orgUnit, value.
        ancestors: orgUnit, ancestor.
        periods: Those asked for.

    Returns:
        period, orgUnit, value.
    """
    asked = pl.DataFrame({"asked": periods}).with_columns(period=pl.col("asked").str.slice(0, 4))
    rows = values.join(asked, on="period").join(ancestors, on="orgUnit")
    return rows.group_by(period="asked", orgUnit="ancestor").agg(pl.col("value").sum())
