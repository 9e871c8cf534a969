"""Error codes of `POST /api/dataValueSets`: E76xx up to 2.42, E8xxx from 2.43."""

from transforms.dhis2.tables.error_classes import (
    REPORT,
    SET_UP_AGAIN,
    SHARE,
    ErrorCode,
    configuration,
    data,
)

LOCKED = (
    "Open the period in DHIS2 for as long as the load takes (a lock exception of the data set, or more expiry days), "
    "or leave it closed: the value stays as DHIS2 has it. It is sent again as long as aggregates.open_periods covers the period."
)
OPTIONS = "Run set-up-dhis2 again, which lets DHIS2 make the combinations of new options."

DATA_VALUE_CODES: dict[str, ErrorCode] = {
    "E7600": configuration("The data set is not there, or hidden from the user.", SHARE),
    "E7601": configuration("The user may not write data of the data set.", SHARE),
    "E7610": configuration("The data element is not there, or hidden from the user.", "Run set-up-dhis2 again, and give the user data capture."),
    "E7611": data("DHIS2 takes the period for none.", "Look at the period type of the data set, and at DHIS2's calendar."),
    "E7612": configuration("DHIS2 does not have the org unit, or hides it.", "Push the org units (scope orgunit), then send the values again."),
    "E7613": configuration("The category option combination is not there, or the user may not write data of it.", OPTIONS),
    "E7614": configuration("The user may not write data of a category option.", SHARE),
    "E7617": configuration("The org unit is not below the user's.", "Give the user the country's root as capture org unit."),
    "E7618": data("The value is empty.", REPORT),
    "E7619": data("DHIS2 accepts no such value of the data element.", "Look at its value type."),
    "E7630": configuration("DHIS2 wants a category option combination with every value.", "Switch the system setting off, or run set-up-dhis2 again."),
    "E7632": configuration("The period is of another type than the data set's.", SET_UP_AGAIN),
    "E7633": configuration("The data element is not in the data set.", SET_UP_AGAIN),
    "E7634": configuration("The category option combination is none of the data element's.", OPTIONS),
    "E7636": configuration("The data set is not assigned to the org unit.", "Run the load again, which assigns it if it may; else run set-up-dhis2."),
    "E7640": configuration("The data set is locked: its expiry days are over for the period.", LOCKED),
    "E7641": data("The period lies further in the future than the data set is open for.", "It passes when the period has ended."),
    "E7642": configuration("The data of the period are approved, and so locked.", LOCKED),
    "E7643": configuration("The data set does not take the period at this time.", LOCKED),
    "E7644": configuration("The data set does not take the period.", LOCKED),
    "E8003": configuration("The data element is in no data set.", SET_UP_AGAIN),
    "E8010": configuration("The user may not write data of the data set.", SHARE),
    "E8011": configuration("The org unit is not below the user's.", "Give the user the country's root as capture org unit."),
    "E8012": configuration("The user may not write data of a category option.", SHARE),
    "E8020": configuration("The data element is not in the data set.", SET_UP_AGAIN),
    "E8021": configuration("The period is none of the data set's.", SET_UP_AGAIN),
    "E8022": configuration("The data set is not assigned to the org unit.", "Run the load again, which assigns it if it may; else run set-up-dhis2. Of population figures: run set-up, then import again."),
    "E8024": configuration("The category option combination is none of the data element's.", OPTIONS),
    "E8030": configuration("The data set is locked: it is not the time to write the period.", LOCKED),
    "E8031": data("The org unit is not open in the period.", "Leave out periods before its opening date or after its closing date."),
    "E8032": configuration("The data of the period are approved, and so locked.", LOCKED),
    "E8033": configuration("The data set does not take the period at this time.", LOCKED),
    "E8103": configuration("The data element is not there.", SET_UP_AGAIN),
    "E8107": configuration("DHIS2 does not have the org unit.", "Push the org units (scope orgunit), then send the values again."),
    "E8108": configuration("The category option combination is not there.", OPTIONS),
    "E8122": data("DHIS2 accepts no such value of the data element.", "Look at its value type."),
    "E8128": data("Several values of the request are one in DHIS2.", REPORT),
}  # fmt: skip
"""Code to what DHIS2 found, and what to do."""

PASSING = frozenset({"E7611"})
"""Codes of what may be so for a moment only.

DHIS2 makes a month when the first value of it comes. If two requests bring one at once, it tells
one of them that the month is none (2.42.5.2).
"""
