"""What a measure is: what is counted, of which time, and how it may be divided.

    measure and split ─► one program indicator

Every form is one that four real DHIS2 servers computed rightly: events that are valid on the day
instead of the latest event, boundaries always, a filter by status before any amount is summed.
`until` is the last day of a status, so a stock is "event date ≤ last day of the period ≤ until".
"""

from dataclasses import dataclass
from enum import StrEnum

from transforms.core.fields import Field, OptionSet
from transforms.model.tables.programs import Program, Stage


class AnalyticsType(StrEnum):
    """What is counted: enrollments, or events."""

    ENROLLMENT = "ENROLLMENT"
    EVENT = "EVENT"


class Aggregation(StrEnum):
    """How the expression is put together."""

    COUNT = "COUNT"
    SUM = "SUM"
    AVERAGE = "AVERAGE"


@dataclass(frozen=True)
class Boundary:
    """One end of the time that is looked at.

    Attributes:
        target: `EVENT_DATE` or `ENROLLMENT_DATE`.
        type: Where it ends; the last day of the period is inside.
    """

    target: str
    type: str


def _flow(target: str) -> tuple[Boundary, ...]:
    return (
        Boundary(target, "AFTER_START_OF_REPORTING_PERIOD"),
        Boundary(target, "BEFORE_END_OF_REPORTING_PERIOD"),
    )


def _stock(target: str) -> tuple[Boundary, ...]:
    return (Boundary(target, "BEFORE_END_OF_REPORTING_PERIOD"),)


ENROLLED_IN_PERIOD = _flow("ENROLLMENT_DATE")
ENROLLED_BY_END = _stock("ENROLLMENT_DATE")
ENROLLED_BEFORE = (Boundary("ENROLLMENT_DATE", "BEFORE_START_OF_REPORTING_PERIOD"),)
EVENT_IN_PERIOD = _flow("EVENT_DATE")
EVENT_BY_END = _stock("EVENT_DATE")
EVENT_BEFORE = (Boundary("EVENT_DATE", "BEFORE_START_OF_REPORTING_PERIOD"),)

AT_ENROLLMENT = "ENROLLMENT"
"""Shown where the person is enrolled, so that it can be set against those enrolled."""

AT_REGISTRATION = "REGISTRATION"
"""Shown where the person of the claim is registered, so that it can be set against people."""


@dataclass(frozen=True)
class Split:
    """One part of a measure.

    Attributes:
        key: Unique among the splits of a measure.
        label: Stands in brackets after the measure's name.
        condition: Added to the measure's filter.
        option_set: The set that `code` is of; None where the condition is of another kind.
        code: The option's code; a split whose option the country does not have is left out.
    """

    key: str
    label: str
    condition: str
    option_set: OptionSet | None = None
    code: str | None = None


@dataclass(frozen=True)
class OptionSplit:
    """One split for each option that the country has of a set.

    Attributes:
        key: First part of the splits' keys.
        label: First part of the splits' labels.
        operand: What is compared with the option's code.
        option_set: The set.
    """

    key: str
    label: str
    operand: str
    option_set: OptionSet


@dataclass(frozen=True)
class Measure:
    """A figure, and how it may be divided.

    Attributes:
        key: Short name, used in tables and tests.
        name: Name in DHIS2; unique.
        short: Short name, with place for a split.
        definition: What is counted, in words an analyst can check.
        program: The program.
        analytics_type: Whether enrollments or events are counted.
        aggregation: How the expression is put together.
        expression: DHIS2 expression.
        conditions: All must hold; joined by `&&`.
        boundaries: The time that is looked at.
        splits: Parts that are program indicators of their own.
        org_unit_field: Where it is shown; None: at the org unit of the event or enrollment.
        decimals: Digits that DHIS2 keeps, also inside of ratios.
        asked_by: Setting of the country file without which it is not made.
    """

    key: str
    name: str
    short: str
    definition: str
    program: Program
    analytics_type: AnalyticsType
    aggregation: Aggregation
    expression: str
    conditions: tuple[str, ...]
    boundaries: tuple[Boundary, ...]
    splits: tuple[Split | OptionSplit, ...] = ()
    org_unit_field: str | None = None
    decimals: int = 0
    asked_by: str | None = None


END = "V{analytics_period_end}"
START = "V{analytics_period_start}"
EVENT_DATE = "V{event_date}"
ENROLLMENT_DATE = "V{enrollment_date}"
ENROLLMENTS = "V{enrollment_count}"
PEOPLE = "V{tei_count}"
EVENTS = "V{event_count}"
ORG_UNITS = "V{org_unit_count}"

Count = tuple[AnalyticsType, Aggregation, str]
"""Kind of what is counted, how it is put together, and the expression."""

COUNT_ENROLLMENTS: Count = (AnalyticsType.ENROLLMENT, Aggregation.COUNT, ENROLLMENTS)
COUNT_PEOPLE: Count = (AnalyticsType.EVENT, Aggregation.COUNT, PEOPLE)
COUNT_EVENTS: Count = (AnalyticsType.EVENT, Aggregation.COUNT, EVENTS)


def sum_of(amount: str) -> Count:
    """Return the sum of an expression over events."""
    return (AnalyticsType.EVENT, Aggregation.SUM, amount)


def mean_of(days: str) -> Count:
    """Return the mean of an expression over events."""
    return (AnalyticsType.EVENT, Aggregation.AVERAGE, days)


def field_of(fields: tuple[Field, ...], key: str) -> Field:
    """Return the field of a key."""
    return next(field for field in fields if field.key == key)


def element(stage: Stage, fields: tuple[Field, ...], key: str) -> str:
    """Return the expression of a data element of a stage."""
    return f"#{{{stage.uid}.{field_of(fields, key).uid}}}"


def attribute(field: Field) -> str:
    """Return the expression of an attribute of the person."""
    return f"A{{{field.uid}}}"
