"""The population: a yearly data set with one data element, with the seed's UIDs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataElement:
    """An aggregate data element."""

    uid: str
    name: str
    value_type: str
    aggregation: str


@dataclass(frozen=True)
class DataSet:
    """A data set that is filled once a period.

    Attributes:
        uid: The seed's UID.
        name: Name in DHIS2; also its short name.
        period_type: DHIS2's.
        open_future_periods: How many periods that have not ended can be filled.
        elements: Its data elements.
    """

    uid: str
    name: str
    period_type: str
    open_future_periods: int
    elements: tuple[DataElement, ...]


# AVERAGE_SUM_ORG_UNIT: a month or quarter of a year shows the figure of the year; with SUM it
# would show nothing.
POPULATION_ELEMENT = DataElement(
    "UbpmYBEmuwK", "Population (openIMIS)", "INTEGER_ZERO_OR_POSITIVE", "AVERAGE_SUM_ORG_UNIT"
)
POPULATION_SET = DataSet("bKrBgAUWYK3", "Population (openIMIS)", "Yearly", 1, (POPULATION_ELEMENT,))
