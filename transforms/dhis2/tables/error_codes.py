"""What DHIS2's error codes mean: the class decides what the loader does, the words are for people.

DHIS2's own messages quote values, so ours stand in `tracker_codes`, `metadata_codes` and
`data_value_codes` instead.
"""

from collections.abc import Iterable

from transforms.dhis2.tables.data_value_codes import DATA_VALUE_CODES
from transforms.dhis2.tables.error_classes import ErrorClass, ErrorCode, configuration, data, parent
from transforms.dhis2.tables.metadata_codes import METADATA_CODES
from transforms.dhis2.tables.tracker_codes import TRACKER_CODES

OWN_CODES: dict[str, ErrorCode] = {
    "whole_request": ErrorCode(ErrorClass.WHOLE_REQUEST, "DHIS2 fails the whole request as soon as this object is in it, and gives no reason for the object.", "Look for invisible characters or impossible dates in the record; else look at DHIS2's log at this time."),
    "no_answer": ErrorCode(ErrorClass.WHOLE_REQUEST, "A request with this object gets no answer (time-out, lost connection, or busy), while one without it does. DHIS2 may have taken the object all the same.", "Look at the logs of the proxy and of DHIS2 at this time; the next run tries again."),
    "blocked_on_the_way": ErrorCode(ErrorClass.WHOLE_REQUEST, "A firewall or proxy before DHIS2 refuses every request with this object, and lets others through.", "Let its administrator look at its log at this time and allow the request (a rule finds something in the record that looks like code); or correct the record in openIMIS."),
    "transfer_person_missing": parent("The person whose owner is to change is not there."),
    "transfer_failed": data("DHIS2 could not change the owner of this person.", "Look at DHIS2's log; the next run tries again."),
    "transfer_not_allowed": data("The user may not change the owner of this person.", "Give the user the country's root as capture and search org unit, or set the program's access level to open."),
}  # fmt: skip
"""What DHIS2 answers without a code."""

REASONS_OF_CODES: dict[str, str] = {
    "E1100": "person_in_another_program",
}
"""What DHIS2 finds as well as we do, so that it has one reason code whoever found it."""

OWN_CODES |= {reason: TRACKER_CODES[code] for code, reason in REASONS_OF_CODES.items()}
ERROR_CODES: dict[str, ErrorCode] = METADATA_CODES | TRACKER_CODES | DATA_VALUE_CODES | OWN_CODES

UNKNOWN_CODE = configuration(
    "DHIS2 gives a reason that this package does not know.",
    "Look the code up in DHIS2's documentation, and report it.",
)

_WEIGHT = (
    ErrorClass.WHOLE_REQUEST,
    ErrorClass.TOMBSTONE,
    ErrorClass.PARENT,
    ErrorClass.CONFIGURATION,
    ErrorClass.ABSENT,
    ErrorClass.DATA,
)


def error_code(code: str) -> ErrorCode:
    """Return what `code` means; an unknown one is the operator's to look up."""
    return ERROR_CODES.get(code, UNKNOWN_CODE)


def weightiest(codes: Iterable[str]) -> ErrorClass:
    """Return the class of an object that was refused for several reasons at once."""
    return min((error_code(code).error_class for code in codes), key=_WEIGHT.index)
