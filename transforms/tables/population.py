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

DATA_VALUE_CODES: dict[str, str] = {
    "E7610": "The population data element is hidden from the user: give the user data capture.",
    "E7611": "DHIS2 takes the year for no period of the data set: look at its period type.",
    "E7612": "DHIS2 does not have the org unit, or hides it: push the org units, then import again.",
    "E7617": "The org unit is not below the user's: give the user the country's root.",
    "E7619": "DHIS2 takes no such value of the data element: look at its value type.",
    "E7641": "The year lies further in the future than the data set is open for.",
    "E8031": "The org unit is not open in the year: leave out years before its opening date or after its closing date (2.43).",
    "E8022": "The data set is not assigned to the org unit: run set-up, then import again.",
}
"""Codes of `POST /api/dataValueSets`, and what to do."""
