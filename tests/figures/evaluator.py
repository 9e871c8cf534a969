"""What DHIS2 answers for a program indicator, computed without DHIS2.

    enrollments or events ─► those of each period ─► filter ─► value ─► org units above ─► figure

Laws by number are those of the reference on analytics.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from tests.figures.compiler import COUNTING, OF_ALL_EVENTS, Place, column, compiled
from tests.figures.expressions import (
    Attribute,
    Call,
    Element,
    Text,
    Variable,
    condition_of,
    found,
    parsed,
)
from tests.figures.tracker import Period, Tracker

ProgramIndicator = Mapping[str, Any]
"""A program indicator as DHIS2's JSON has it."""

HALF: Final = "half_away_from_zero"
NEW_ENGINE: Final = frozenset({"2.43"})
"""Versions whose default is another SQL engine (law 12)."""

_PERSON: Final = ("person", "orgUnit")
_EVENT: Final = ("event", "enrollment", "stage", "orgUnit", "occurredAt")
_AFTER = pl.duration(days=1)
_BOUNDS: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "AFTER_START_OF_REPORTING_PERIOD": lambda day: day >= pl.col("start"),
    "BEFORE_END_OF_REPORTING_PERIOD": lambda day: day < pl.col("end") + _AFTER,
    "BEFORE_START_OF_REPORTING_PERIOD": lambda day: day < pl.col("start"),
    "AFTER_END_OF_REPORTING_PERIOD": lambda day: day >= pl.col("end") + _AFTER,
}
_DATES: Final = {
    "EVENT_DATE": "occurredAt",
    "ENROLLMENT_DATE": "enrolledAt",
    "INCIDENT_DATE": "enrolledAt",
}
_AGGREGATIONS: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "SUM": lambda value: value.sum(),
    "LAST_IN_PERIOD": lambda value: value.sum(),
    "AVERAGE_SUM_ORG_UNIT": lambda value: value.sum(),
    "AVERAGE": lambda value: value.mean(),
    "DEFAULT": lambda value: value.mean(),
    "COUNT": lambda value: value.len().cast(pl.Float64),
    "MIN": lambda value: value.min(),
    "MAX": lambda value: value.max(),
    "STDDEV": lambda value: value.std().fill_null(0.0),
    "VARIANCE": lambda value: value.var().fill_null(0.0),
}


class UnprovenError(Exception):
    """The indicator has what servers refused, answered by chance, or were never asked."""


def figures(
    indicator: ProgramIndicator, tracker: Tracker, periods: Iterable[Period], version: str
) -> pl.DataFrame:
    """Return the figure of each period and org unit that has one.

    Args:
        indicator: In the shape of DHIS2's `programIndicators`.
        tracker: What DHIS2 holds.
        periods: Those asked for.
        version: Of DHIS2, such as `2.42`.

    Returns:
        period, orgUnit, value; rounded to the indicator's decimals, 2 if it has none.

    Raises:
        ExpressionError: Expression or filter does not parse.
        UnprovenError: It has an aggregation type, boundary or org unit field never tried.
    """
    return _Question(indicator, tracker, tuple(periods), version).answer()


class _Question:
    """One program indicator asked of one DHIS2."""

    def __init__(
        self, indicator: ProgramIndicator, tracker: Tracker, periods: Sequence[Period], version: str
    ) -> None:
        self._indicator = indicator
        self._periods = pl.DataFrame(
            [(each.id, each.start, each.end) for each in periods],
            schema={"period": pl.String, "start": pl.Date, "end": pl.Date},
            orient="row",
        ).cast({pl.Date: pl.Datetime("ms")})
        self._is_new = version in NEW_ENGINE
        self._is_event = indicator["analyticsType"] == "EVENT"
        self._expression = parsed(indicator["expression"])
        self._filter = parsed(indicator["filter"]) if indicator.get("filter") else None
        self._bounds = [
            (each["boundaryTarget"], each["analyticsPeriodBoundaryType"])
            for each in indicator.get("analyticsPeriodBoundaries", [])
        ]
        self._tracker = self._of_program(tracker)

    def answer(self) -> pl.DataFrame:
        self._refuse_what_is_unproven()
        rows = self._events() if self._is_event else self._enrollments()
        if self._filter is not None:
            rows = rows.filter(compiled(self._filter, self._place, self._tracker.types).expr)
        places = rows.join(self._tracker.ancestors, left_on="place", right_on="orgUnit")
        asked = places.group_by("period", orgUnit="ancestor")
        decimals = self._indicator.get("decimals", 2)
        return asked.agg(value=self._total().cast(pl.Float64).round(decimals, HALF)).drop_nulls()

    def _of_program(self, tracker: Tracker) -> Tracker:
        """The enrollments and events of the program, with no value but those that are read."""
        read = [*self._nodes(Attribute), *self._elements()]
        named = {each.uid for each in read} | {self._indicator.get("orgUnitField")}
        named |= {each.uid for target, _ in self._bounds for each in _attributes(target)}
        enrollments = tracker.enrollments.filter(program=self._indicator["program"]["id"])
        return replace(
            tracker,
            people=tracker.people.select(_columns(tracker.people, _PERSON, named)),
            enrollments=enrollments,
            events=tracker.events.select(_columns(tracker.events, _EVENT, named)).join(
                enrollments, on="enrollment", how="semi"
            ),
        )

    def _refuse_what_is_unproven(self) -> None:
        if not self._is_event and Variable("event_date") in self._nodes(Variable):
            raise UnprovenError("V{event_date} in ENROLLMENT type")
        if Variable("value_count") in self._nodes(Variable):
            raise UnprovenError("V{value_count}")

    @property
    def _place(self) -> Place:
        if self._is_new and not self._is_event:
            return Place.FILTER_OF_NEW_ENGINE
        return Place.FILTER

    def _nodes(self, kind: type[Any]) -> list[Any]:
        trees = [self._expression, *([self._filter] if self._filter else [])]
        return list(dict.fromkeys(node for tree in trees for node in found(tree, kind)))

    # Rows: one an enrollment or event and period in which it is looked at.

    def _events(self) -> pl.DataFrame:
        if not self._bounds and not self._is_new:  # Law 10.
            return self._whole_events().clear()
        rows = self._whole_events().filter(
            *(self._within(target, type_) for target, type_ in self._bounds)
        )
        valued = [pl.col(column(each)).is_not_null() for each in self._read_of_itself()]
        return rows.filter(pl.any_horizontal(valued)) if valued else rows  # Law 14.

    def _read_of_itself(self) -> list[Element]:
        """The elements of the expression that are read of the event at hand."""
        calls = [each for each in found(self._expression, Call) if each.name in OF_ALL_EVENTS]
        of_all = {each for call in calls for each in found(call, Element)}
        return [each for each in found(self._expression, Element) if each not in of_all]

    def _whole_events(self) -> pl.DataFrame:
        tracker = self._tracker
        rows = tracker.events.join(
            tracker.enrollments.rename({"orgUnit": "enrollment place"}), on="enrollment"
        ).join(tracker.people.rename({"orgUnit": "person place"}), on="person")
        own = [self._own(each) for each in self._elements()]
        rows = rows.with_columns(*own, place=self._field("orgUnit"))
        rows = rows.join(self._periods, how="cross")
        return self._with_functions(rows, tracker.events.join(self._periods, how="cross"))

    def _elements(self) -> list[Element]:
        bounds = [parsed(target) for target, _ in self._bounds if target.startswith("#")]
        return list(dict.fromkeys([*self._nodes(Element), *bounds]))

    def _own(self, element: Element) -> pl.Expr:
        """The value of the event at hand; none where it is of another stage (law 15)."""
        own = pl.col("stage") == element.stage
        return pl.when(own).then(pl.col(element.uid)).alias(column(element))

    def _enrollments(self) -> pl.DataFrame:
        tracker = self._tracker
        rows = (
            tracker.enrollments.join(
                tracker.people.rename({"orgUnit": "person place"}), on="person"
            )
            .with_columns(pl.col("orgUnit").alias("enrollment place"))
            .with_columns(place=self._field("orgUnit"))
            .join(self._periods, how="cross")
        )
        events = self._looked_at()
        for element in self._elements():
            rows = rows.join(_latest(events, element), on=["enrollment", "period"], how="left")
        rows = self._with_functions(rows, events)
        return rows.filter(*(self._within(*each) for each in self._bounds if _selects(each[0])))

    def _looked_at(self) -> pl.DataFrame:
        """The events that an enrollment is judged by: an EVENT_DATE boundary cuts them (law 5)."""
        events = self._tracker.events.join(self._periods, how="cross")
        cuts = [
            _BOUNDS[type_](pl.col("occurredAt"))
            for name, type_ in self._bounds
            if name == "EVENT_DATE"
        ]
        return events.filter(*cuts) if cuts else events

    def _with_functions(self, rows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
        for call in self._nodes(Call):
            if call.name in OF_ALL_EVENTS:
                rows = rows.join(
                    self._function(call, events), on=["enrollment", "period"], how="left"
                )
                if call.name.startswith("d2:count") and not self._is_lost(call):
                    rows = rows.with_columns(pl.col(column(call)).fill_null(0.0))
        for stage in {name for name, _ in self._bounds if name.startswith("PS_EVENTDATE")}:
            rows = rows.join(
                self._with_event(stage, events), on=["enrollment", "period"], how="semi"
            )
        return rows

    def _function(self, call: Call, events: pl.DataFrame) -> pl.DataFrame:
        element = call.arguments[0]
        assert isinstance(element, Element)
        value = pl.col(column(element))
        having = events.with_columns(self._own(element)).filter(value.is_not_null())
        if call.name.startswith("d2:count"):
            having, value = having.filter(self._counted(call, value)), pl.len().cast(pl.Float64)
        else:
            value = value.max() if call.name == "d2:maxValue" else value.min()
        return having.group_by("enrollment", "period").agg(value.alias(column(call)))

    def _counted(self, call: Call, value: pl.Expr) -> pl.Expr:
        if call.name == "d2:count":
            return pl.lit(value=True)
        if call.name == "d2:countIfCondition":
            return self._condition(call)
        if self._is_lost(call):
            return pl.lit(value=False)
        return value == compiled(call.arguments[1], Place.FILTER, self._tracker.types).expr

    def _condition(self, call: Call) -> pl.Expr:
        condition = condition_of(call)
        if found(condition, Text):
            raise UnprovenError("d2:countIfCondition with a text")
        return compiled(condition, Place.FILTER, self._tracker.types).expr

    def _is_lost(self, call: Call) -> bool:
        """Whether the new engine finds nothing, not even 0 (law 12)."""
        texts = call.name == "d2:countIfValue" and isinstance(call.arguments[1], Text)
        return self._is_new and texts

    def _with_event(self, target: str, events: pl.DataFrame) -> pl.DataFrame:
        stage = target.partition(":")[2]
        bounds = [
            _BOUNDS[type_](pl.col("occurredAt")) for name, type_ in self._bounds if name == target
        ]
        return events.filter(pl.col("stage") == stage, *bounds)

    # Parts of an indicator.

    def _within(self, target: str, type_: str) -> pl.Expr:
        if target in _DATES:
            return _BOUNDS[type_](pl.col(_DATES[target]))
        if target.startswith(("A{", "#{")):
            return _BOUNDS[type_](pl.col(column(parsed(target))))
        raise UnprovenError(f"boundary on {target}")

    def _field(self, of_itself: str) -> pl.Expr:
        """The org unit that a row is counted at (law 20)."""
        field = self._indicator.get("orgUnitField")
        places: dict[str | None, str] = {
            None: of_itself,
            "ENROLLMENT": "enrollment place",
            "REGISTRATION": "person place",
            "OWNER_AT_START": "enrollment place",
            "OWNER_AT_END": "enrollment place",
        }
        return pl.col(places.get(field) or str(field))

    def _total(self) -> pl.Expr:
        aggregation = self._indicator["aggregationType"]
        match self._expression:
            case Variable(name) if name in COUNTING and aggregation == "COUNT":
                if not self._is_event and self._is_new:  # Law 18.
                    return pl.len()
                return pl.col(COUNTING[name]).n_unique()
        value = compiled(self._expression, Place.EXPRESSION, self._tracker.types).expr
        if aggregation == "CUSTOM":
            return value
        if aggregation not in _AGGREGATIONS:
            raise UnprovenError(f"aggregation type {aggregation}")
        total = _AGGREGATIONS[aggregation](value.drop_nulls())
        return pl.when(value.count() > 0).then(total)


def _attributes(target: str) -> list[Attribute]:
    """The attribute whose value a boundary is on, if it is on one."""
    return found(parsed(target), Attribute) if target.startswith("A{") else []


def _columns(frame: pl.DataFrame, own: tuple[str, ...], named: set[str | None]) -> list[str]:
    return [*own, *(name for name in frame.columns if name in named)]


def _latest(events: pl.DataFrame, element: Element) -> pl.DataFrame:
    """The value of the latest event that has one (law 4)."""
    having = events.filter(pl.col("stage") == element.stage, pl.col(element.uid).is_not_null())
    latest = (
        pl.col(element.uid).sort_by("occurredAt", descending=True).first().alias(column(element))
    )
    return having.group_by("enrollment", "period").agg(latest)


def _selects(target: str) -> bool:
    """Whether a boundary of an ENROLLMENT indicator selects enrollments (law 6)."""
    return target != "EVENT_DATE" and not target.startswith("PS_EVENTDATE")
