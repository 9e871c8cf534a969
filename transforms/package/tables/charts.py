"""What a chart or table is: what it shows, of which time and which org units, and how.

Items are keys of program indicators (`covered.female`) or, after `indicator:`, of indicators. A key
that ends in `:*` stands for all of the country's options (`covered.education:*`). What a country
does not have is left out of the chart, and a chart without items is left out.

Periods are relative and over: of the time since the last month's end, some figures are of today.
"""

from dataclasses import dataclass
from enum import StrEnum

from transforms.core.metadata_uids import metadata_uid
from transforms.openimis.tables.places import GroupSet
from transforms.package.tables.legend_sets import LegendSet


class ChartType(StrEnum):
    """DHIS2's type of a visualization."""

    COLUMN = "COLUMN"
    STACKED_COLUMN = "STACKED_COLUMN"
    BAR = "BAR"
    LINE = "LINE"
    STACKED_AREA = "STACKED_AREA"
    PIE = "PIE"
    GAUGE = "GAUGE"
    SINGLE_VALUE = "SINGLE_VALUE"
    PIVOT_TABLE = "PIVOT_TABLE"


class Period(StrEnum):
    """A relative period that is over, as `relativePeriods` spells it."""

    LAST_MONTH = "lastMonth"
    LAST_YEAR = "lastYear"
    LAST_3_MONTHS = "last3Months"
    LAST_6_MONTHS = "last6Months"
    LAST_12_MONTHS = "last12Months"
    LAST_QUARTER = "lastQuarter"
    LAST_4_QUARTERS = "last4Quarters"


class OrgUnits(StrEnum):
    """Whose figures are shown."""

    OWN = "own"
    OWN_AND_BELOW = "own and below"


PERIODS = {
    Period.LAST_3_MONTHS: 3,
    Period.LAST_6_MONTHS: 6,
    Period.LAST_12_MONTHS: 12,
    Period.LAST_4_QUARTERS: 4,
}
"""How many periods a relative period is, where it is more than one."""
MOST_LABELS = 12
"""With more points than these, labels stand in the way of each other."""
GROUPS = "org unit group set"
"""Stands for the UID of the chart's group set."""


@dataclass(frozen=True)
class Layout:
    """What stands where.

    Attributes:
        columns: Series of a chart, columns of a table.
        rows: Categories of a chart, rows of a table.
        filters: What is the same for all that is shown.
        org_units: Whose figures.
    """

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    filters: tuple[str, ...]
    org_units: OrgUnits = OrgUnits.OWN


BY_PERIOD = Layout(("dx",), ("pe",), ("ou",))
BY_AREA = Layout(("dx",), ("ou",), ("pe",), OrgUnits.OWN_AND_BELOW)
"""One's own place stands beside those below it: a facility has none, and DHIS2 answers 409 then."""
BY_ITEM = Layout(("pe",), ("dx",), ("ou",))
KEY_FIGURES = BY_ITEM
"""Figures below each other, with the months before beside the last one."""
BY_GROUP = Layout(("dx",), (GROUPS,), ("pe", "ou"))
TOTAL = Layout(("dx",), (), ("pe", "ou"))


@dataclass(frozen=True)
class Visualization:
    """A chart or table.

    Attributes:
        key: Short name, used in tables and tests.
        seed_uid: The seed's UID; empty where it has none.
        name: Name and title in DHIS2.
        kind: Type of chart.
        layout: What stands where.
        items: Data items, by key.
        period: Of which time.
        legend: Colours by value.
        group_set: With `BY_GROUP`, by which groups of org units.
        note: What an analyst has to know.
    """

    key: str
    seed_uid: str
    name: str
    kind: ChartType
    layout: Layout
    items: tuple[str, ...]
    period: Period
    legend: LegendSet | None = None
    group_set: GroupSet | None = None
    note: str = ""

    @property
    def uid(self) -> str:
        """The seed's UID, or one made from the key."""
        return self.seed_uid or metadata_uid(f"visualization:{self.key}")


GENDERS = ("female", "male", "other-gender")
AGES = ("age-0-14", "age-15-29", "age-30-44", "age-45")
POVERTY = ("poor", "non-poor")
VISIT_TYPES = ("emergency", "referral", "other")
AT_END = "Each figure is of the last day of its period."
BELOW_ONE = "One's own org unit and those below it: the country and its regions, a region and its districts."
FACILITIES_BELOW = f"{BELOW_ONE} Who has a district sees its health facilities side by side."
OF_THE_HEAD = "Households count by their heads; gender and age are the head's."


def each_part(measure: str, splits: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of parts of a measure."""
    return tuple(f"{measure}.{split}" for split in splits)


def number(
    key: str,
    name: str,
    item: str,
    legend: LegendSet | None = None,
    period: Period = Period.LAST_MONTH,
) -> Visualization:
    """Return one figure of last month, in large digits."""
    return Visualization(
        f"number-{key}", "", name, ChartType.SINGLE_VALUE, TOTAL, (item,), period, legend
    )


def key_figures(key: str, name: str, *items: str) -> Visualization:
    """Return figures of the last three months, side by side."""
    title = f"{name}: the last three months"
    return Visualization(
        f"figures-{key}", "", title, ChartType.PIVOT_TABLE, KEY_FIGURES, items, Period.LAST_3_MONTHS
    )
