"""Error codes of the metadata import."""

from transforms.dhis2.tables.error_classes import (
    CORRECT_THE_RECORD,
    REPORT,
    ErrorCode,
    configuration,
    data,
    parent,
)

METADATA_CODES: dict[str, ErrorCode] = {
    "E1004": configuration("It is there already.", "Nothing, if it is right; else change it instead of creating it."),
    "E1106": data("It holds two translations of one property into one language.", "Remove one of the two in DHIS2 (Translations app)."),
    "E3000": configuration("The user may not create objects of this kind.", "Give the user the role openIMIS Loader (the daily load) or openIMIS Administrator (set-up)."),
    "E1520": configuration("The user may not move org units.", "Give the user the role openIMIS Loader, or F_ORGANISATIONUNIT_MOVE."),
    "E1521": configuration("The user may not change the org unit that is to be moved.", "Give the user the role openIMIS Loader, or F_ORGANISATIONUNIT_ADD."),
    "E1522": configuration("The org unit's parent lies outside the user's org units.", "Give the user the country's root as org unit."),
    "E1523": configuration("The org unit's new parent lies outside the user's org units.", "Give the user the country's root as org unit."),
    "E3001": configuration("The user may not change objects of this kind.", "Give the user the role and the user group that set-up made: openIMIS Loader and Data capture for the daily load, openIMIS Administrator and Administration for set-up."),
    "E4000": data("A required property is missing.", "Give the record in openIMIS what is missing, such as a name."),
    "E4001": data("A text is too long or too short for its property.", "Shorten or complete it in openIMIS."),
    "E4002": data("A text does not have the form that its property asks for.", CORRECT_THE_RECORD),
    "E4014": data("The UID is malformed.", REPORT),
    "E4028": data("Another option of the set has this code or name.", "Delete or rename the option that was made by hand."),
    "E4030": configuration("It is in use and cannot be deleted.", "Leave it, or delete first what uses it."),
    "E5002": parent("It refers to an object that is not there."),
    "E5003": data("Another object has this unique code or name.", "Rename the object that was made by hand, or give it the UID of the package."),
}  # fmt: skip
