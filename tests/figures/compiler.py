"""Makes a polars expression of a tree: what DHIS2's SQL does with it.

A node finds its value in a column of the row: `column(node)` names it. What a missing value
becomes depends on where the tree stands: see `Place`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from tests.figures.expressions import (
    Attribute,
    Binary,
    Call,
    Element,
    ExpressionError,
    Node,
    Number,
    Text,
    Unary,
    Variable,
    condition_of,
)
from tests.figures.tracker import Type


class Place(StrEnum):
    """Where a tree stands, which decides what a missing data element is."""

    FILTER = "it stays missing, and every comparison with it is not true"
    EXPRESSION = "0 or an empty text"
    FILTER_OF_NEW_ENGINE = "0 or an empty text, and never found to be missing"


@dataclass(frozen=True)
class Value:
    """A polars expression and what it is."""

    expr: pl.Expr
    type: Type


COUNTING = {
    "event_count": "event",
    "enrollment_count": "enrollment",
    "tei_count": "person",
    "org_unit_count": "orgUnit",
}
"""Variable to the column whose distinct values it counts."""

_VARIABLES: dict[str, tuple[str, Type]] = {
    "event_date": ("occurredAt", Type.DATE),
    "enrollment_date": ("enrolledAt", Type.DATE),
    "incident_date": ("enrolledAt", Type.DATE),
    "enrollment_status": ("status", Type.TEXT),
    "analytics_period_start": ("start", Type.DATE),
    "analytics_period_end": ("end", Type.DATE),
} | {name: (name_of, Type.TEXT) for name, name_of in COUNTING.items()}
"""Variable to its column; the pipeline sends the enrollment date as incident date too."""

_NOTHING: dict[Type, object] = {Type.NUMBER: 0.0, Type.TEXT: ""}
_COUNTS = ("d2:count", "d2:countIfValue", "d2:countIfCondition")
_EXTREMES = ("d2:maxValue", "d2:minValue")
OF_ALL_EVENTS = (*_COUNTS, *_EXTREMES)
"""Functions that look at all events of an enrollment."""


def column(node: Node) -> str:
    """Return the name of the column that holds a node's value."""
    if isinstance(node, Element):
        return f"{node.stage}.{node.uid}"
    if isinstance(node, Attribute):
        return node.uid
    if isinstance(node, Variable):
        return _VARIABLES[node.name][0]
    return str(node)


def compiled(tree: Node, place: Place, types: Mapping[str, Type]) -> Value:
    """Return the polars expression of a tree.

    Raises:
        ExpressionError: Things of different types are compared, or a variable has no value.
    """
    return _Compiler(place, types).value(tree)


@dataclass(frozen=True)
class _Compiler:
    place: Place
    types: Mapping[str, Type]

    def value(self, node: Node) -> Value:
        match node:
            case Number(value):
                return Value(pl.lit(value), Type.NUMBER)
            case Text(value):
                return Value(pl.lit(value), Type.TEXT)
            case Variable(name) if name in _VARIABLES:
                return Value(pl.col(column(node)), _VARIABLES[name][1])
            case Element() | Attribute():
                return self._item(node)
            case Unary() | Binary():
                return self._operation(node)
            case Call():
                return _CALLS[node.name](self, node)
        raise _wrong(node, "something that has a value here")

    def raw(self, node: Node) -> Value:
        """The value of a node; missing where it is missing."""
        if isinstance(node, Element | Attribute):
            return Value(pl.col(column(node)), self.types[node.uid])
        return self.value(node)

    def number(self, node: Node) -> pl.Expr:
        return self._of(node, Type.NUMBER)

    def date(self, node: Node) -> pl.Expr:
        return self._of(node, Type.DATE)

    def boolean(self, node: Node) -> pl.Expr:
        return self._of(node, Type.BOOLEAN)

    def _of(self, node: Node, type_: Type) -> pl.Expr:
        value = self.value(node)
        if value.type is not type_:
            raise _wrong(node, f"a {type_.value}, not a {value.type.value}")
        return value.expr

    def _item(self, node: Element | Attribute) -> Value:
        value = self.raw(node)
        nothing = _NOTHING.get(value.type)
        if self.place is Place.FILTER or nothing is None:
            return value
        return Value(value.expr.fill_null(nothing), value.type)

    def _operation(self, node: Unary | Binary) -> Value:
        if isinstance(node, Unary):
            if node.operator == "!":
                return Value(~self.boolean(node.operand), Type.BOOLEAN)
            return Value(-self.number(node.operand), Type.NUMBER)
        if node.operator in _LOGIC:
            left, right = self.boolean(node.left), self.boolean(node.right)
            return Value(_LOGIC[node.operator](left, right), Type.BOOLEAN)
        if node.operator in _ARITHMETIC:
            left, right = self.number(node.left), self.number(node.right)
            return Value(_ARITHMETIC[node.operator](left, right), Type.NUMBER)
        left, right = self._comparable(node)
        return Value(_COMPARISONS[node.operator](left, right), Type.BOOLEAN)

    def _comparable(self, node: Binary) -> tuple[pl.Expr, pl.Expr]:
        left, right = self.value(node.left), self.value(node.right)
        if {left.type, right.type} == {Type.DATE, Type.TEXT}:
            return _day(left), _day(right)
        if left.type is not right.type:
            raise _wrong(node, f"one type on both sides, not {left.type.value}, {right.type.value}")
        return left.expr, right.expr


def _day(value: Value) -> pl.Expr:
    return (
        value.expr
        if value.type is Type.DATE
        else value.expr.str.to_datetime("%Y-%m-%d", time_unit="ms")
    )


def _if(compiler: _Compiler, call: Call) -> Value:
    condition, then, otherwise = call.arguments
    if call.name == "d2:condition":
        condition = condition_of(call)
    found = compiler.value(then)
    choice = pl.when(compiler.boolean(condition)).then(found.expr)
    return Value(choice.otherwise(compiler.value(otherwise).expr), found.type)


def _is_there(compiler: _Compiler, call: Call) -> Value:
    (item,) = call.arguments
    there = compiler.raw(item).expr.is_not_null()
    if compiler.place is Place.FILTER_OF_NEW_ENGINE and isinstance(item, Element):
        there = pl.lit(value=True)
    return Value(~there if call.name == "isNull" else there, Type.BOOLEAN)


def _first(compiler: _Compiler, call: Call) -> Value:
    values = [compiler.raw(each) for each in call.arguments]
    return Value(pl.coalesce([each.expr for each in values]), values[0].type)


def _zing(compiler: _Compiler, call: Call) -> Value:
    value = compiler.raw(call.arguments[0]).expr.fill_null(0.0)
    return Value(pl.max_horizontal(value, 0.0), Type.NUMBER)


def _oizp(compiler: _Compiler, call: Call) -> Value:
    value = compiler.value(call.arguments[0]).expr
    return Value(pl.when(value >= 0).then(1.0).otherwise(0.0), Type.NUMBER)


def _between(compiler: _Compiler, call: Call) -> Value:
    first, last = (compiler.date(each).dt.date() for each in call.arguments)
    return Value(_UNITS[call.name](first, last).cast(pl.Float64), Type.NUMBER)


def _days(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    return (last - first).dt.total_days()


def _years(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Whole years, as PostgreSQL's `age` counts them: towards 0."""
    is_forward = first <= last
    early = pl.when(is_forward).then(first).otherwise(last)
    late = pl.when(is_forward).then(last).otherwise(first)
    years = late.dt.year() - early.dt.year()
    anniversary = _day_of_year(late) >= _day_of_year(early)
    whole = years - (~anniversary).cast(pl.Int32)
    there = pl.when(first.is_not_null() & last.is_not_null())
    return there.then(pl.when(is_forward).then(whole).otherwise(-whole))


def _day_of_year(day: pl.Expr) -> pl.Expr:
    return day.dt.month().cast(pl.Int32) * 100 + day.dt.day()


def _of_all_events(compiler: _Compiler, call: Call) -> Value:
    if call.name in _COUNTS:
        return Value(pl.col(column(call)), Type.NUMBER)
    (element,) = call.arguments
    return Value(pl.col(column(call)), compiler.raw(element).type)


def _summed(compiler: _Compiler, call: Call) -> Value:
    (argument,) = call.arguments
    value = compiler.value(argument).expr
    return Value(_TOTALS[call.name](value), Type.NUMBER)


_LOGIC: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "&&": lambda left, right: left & right,
    "||": lambda left, right: left | right,
}
_COMPARISONS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_ARITHMETIC: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": lambda left, right: left % right,
    "^": lambda left, right: left**right,
}
_UNITS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "d2:daysBetween": _days,
    "d2:weeksBetween": lambda first, last: _days(first, last) // 7,
    "d2:yearsBetween": _years,
}
_TOTALS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "sum": lambda value: value.sum(),
    "count": lambda value: value.n_unique(),
    "avg": lambda value: value.mean(),
}
_CALLS: dict[str, Callable[[_Compiler, Call], Value]] = {
    "if": _if,
    "d2:condition": _if,
    "isNull": _is_there,
    "isNotNull": _is_there,
    "d2:hasValue": _is_there,
    "firstNonNull": _first,
    "d2:zing": _zing,
    "d2:oizp": _oizp,
    **dict.fromkeys(_UNITS, _between),
    **dict.fromkeys(OF_ALL_EVENTS, _of_all_events),
    **dict.fromkeys(_TOTALS, _summed),
}


def _wrong(node: Node, expected: str) -> ExpressionError:
    return ExpressionError(str(node), 0, "this", expected)
