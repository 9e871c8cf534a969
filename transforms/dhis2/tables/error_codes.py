"""What DHIS2's error codes mean: the class decides what the loader does, the words are for people.

DHIS2's own messages quote values, so ours stand here instead. Codes of the tracker import are
those of DHIS2 2.40 to 2.43; some have other words, but the same meaning, in different versions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

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


class ErrorClass(StrEnum):
    """Who can cure it."""

    DATA = "data"  # whoever keeps this record in openIMIS
    CONFIGURATION = "configuration"  # whoever runs DHIS2; most often every object has it
    PARENT = "parent"  # nobody here: the object above it must be cured first
    TOMBSTONE = "tombstone"  # the next generation of the UID: DHIS2 keeps deleted ones for ever
    ABSENT = "absent"  # nobody: what is to be deleted is not there
    WHOLE_REQUEST = "whole_request"  # the request fails as soon as the object is in it


@dataclass(frozen=True)
class ErrorCode:
    """One code.

    Attributes:
        error_class: Who can cure it.
        meaning: What DHIS2 found, in one plain sentence.
        hint: What to do about it.
        hint_if_many: What to do if nearly every object has it, where that is something else.
    """

    error_class: ErrorClass
    meaning: str
    hint: str
    hint_if_many: str = ""

    @property
    def if_many(self) -> str:
        """What to do if nearly every object has it."""
        return self.hint_if_many or self.hint


def _data(meaning: str, hint: str, if_many: str = "") -> ErrorCode:
    return ErrorCode(ErrorClass.DATA, meaning, hint, if_many or _CHANGED)


def _configuration(meaning: str, hint: str) -> ErrorCode:
    return ErrorCode(ErrorClass.CONFIGURATION, meaning, hint)


def _parent(meaning: str) -> ErrorCode:
    return ErrorCode(
        ErrorClass.PARENT,
        meaning,
        "Cure what is said about the object above it; this one follows by itself.",
    )


def _tombstone(meaning: str) -> ErrorCode:
    return ErrorCode(ErrorClass.TOMBSTONE, meaning, "Nothing: it is sent again under its next UID.")


def _absent(meaning: str) -> ErrorCode:
    return ErrorCode(
        ErrorClass.ABSENT,
        meaning,
        "Nothing, when it was to be deleted; else cure the object above it.",
    )


_SET_UP = "Run set-up-dhis2 again."
_CHANGED = "So many bad records are not likely: look what was changed in DHIS2's metadata, and run set-up-dhis2 again, which puts its own back."
_FILLED_ALREADY = "So many people are not likely to share it: this DHIS2 holds them from elsewhere. Let reconcile adopt them if they are ours, else delete them or use another DHIS2."
_SHARING = "Give the user data read and write in DHIS2's sharing settings (set-up-dhis2 makes the group), then clear DHIS2's cache."
_OPENIMIS = "Correct the record in openIMIS."
_RULES = (
    "Remove the program rule from the program, or let the loader skip rules as it does by default."
)
_PROGRAM_SETTINGS = "Set the program and its stages back as set-up-dhis2 makes them."
_REPORT = "Report it: the loader should not have sent this."

TRACKER_CODES: dict[str, ErrorCode] = {
    "E1000": _configuration("The org unit is not among the user's capture org units.", "Give the user the country's root as capture org unit in DHIS2, then clear DHIS2's cache (Data Administration, Maintenance)."),
    "E1001": _configuration("The user may not write data of the tracked entity type.", _SHARING),
    "E1002": _data("The person is there already.", _REPORT),
    "E1003": _configuration("The user may not change this person: another org unit owns it.", "Give the user the country's root as search and capture org unit."),
    "E1005": _configuration("The tracked entity type is not there, or the user may not see it.", _SHARING),
    "E1006": _configuration("An attribute is not there, or the user may not see it.", _SET_UP),
    "E1007": _data("A value does not fit the value type of its attribute.", _OPENIMIS),
    "E1008": _configuration("The program stage belongs to no program.", _SET_UP),
    "E1009": _data("The file is in use already.", _REPORT),
    "E1010": _configuration("The program is not there, or the user may not see it.", _SHARING),
    "E1011": _configuration("The org unit of the event is not there.", "Push the org units (scope orgunit)."),
    "E1012": _data("The geometry is not of the kind that the program asks for.", _PROGRAM_SETTINGS),
    "E1013": _configuration("The program stage is not there, or the user may not see it.", _SHARING),
    "E1014": _configuration("The program is one without registration.", _SET_UP),
    "E1015": _data("The person has an active enrollment in the program already.", "Look at the person's enrollments in DHIS2: one was made by hand or by another tool; complete or delete it."),
    "E1016": _data("The person is enrolled already, and the program allows it once.", "Look at the person's enrollments in DHIS2: one was made by hand or by another tool; delete it."),
    "E1018": _configuration("An attribute is mandatory in the program and has no value here.", "Make the attribute not mandatory in the program: openIMIS does not know it of everyone."),
    "E1019": _configuration("An attribute is not one of the program's.", _SET_UP),
    "E1020": _data("The enrollment date lies in the future.", "It passes when the day comes, if the date is right; else correct it in openIMIS."),
    "E1021": _data("The incident date lies in the future.", "It passes when the day comes, if the date is right; else correct it in openIMIS."),
    "E1022": _configuration("The tracked entity type is not the program's.", _SET_UP),
    "E1023": _configuration("The program asks for an incident date.", _PROGRAM_SETTINGS),
    "E1025": _data("The enrollment has no date.", _OPENIMIS),
    "E1029": _configuration("The program of the event is not assigned to its org unit.", "Assign the program to the org unit in DHIS2, or run set-up-dhis2 again, which does."),
    "E1030": _data("The event is there already.", _REPORT),
    "E1031": _data("The event has no date.", _OPENIMIS),
    "E1032": _absent("The event is not there."),
    "E1033": _parent("The event names no enrollment."),
    "E1039": _configuration("The program stage allows one event only.", "Make the program stage repeatable."),
    "E1041": _configuration("The program of the enrollment is not assigned to its org unit.", "Assign the program to the org unit in DHIS2, or run set-up-dhis2 again, which does."),
    "E1042": _configuration("A completed event needs a completion date in this program.", "Set the days after which completed events are closed to 0 in the program."),
    "E1043": _configuration("The event was completed too long ago to be changed.", "Set the days after which completed events are closed to 0 in the program, or give the user F_EDIT_EXPIRED."),
    "E1046": _configuration("The program closes periods, and the event has no date.", "Set the expiry days of the program to 0."),
    "E1047": _configuration("The event lies in a period that the program has closed.", "Set the expiry days of the program to 0, or give the user F_EDIT_EXPIRED."),
    "E1048": _data("The UID is malformed.", _REPORT),
    "E1049": _configuration("The org unit of the person is not there, or the user may not see it.", "Push the org units (scope orgunit)."),
    "E1050": _data("The scheduled event has no date.", _REPORT),
    "E1051": _data("An event that is not completed has a completion date.", _REPORT),
    "E1052": _data("An enrollment that is not completed has a completion date.", _REPORT),
    "E1054": _configuration("The program has a category combination other than the default.", _PROGRAM_SETTINGS),
    "E1055": _configuration("The program has a category combination other than the default.", _PROGRAM_SETTINGS),
    "E1056": _configuration("The event lies before the category option begins.", _PROGRAM_SETTINGS),
    "E1057": _configuration("The event lies after the category option ends.", _PROGRAM_SETTINGS),
    "E1063": _absent("The person is not there."),
    "E1064": _data("Another person has this unique value.", "Find the other person in DHIS2 or openIMIS, and correct the one that is wrong.", _FILLED_ALREADY),
    "E1068": _parent("The person of the enrollment is not there."),
    "E1069": _configuration("The program of the enrollment is not there, or the user may not see it.", _SHARING),
    "E1070": _configuration("The org unit of the enrollment is not there.", "Push the org units (scope orgunit)."),
    "E1074": _configuration("The program asks for no geometry.", _PROGRAM_SETTINGS),
    "E1075": _data("A value names no attribute.", _REPORT),
    "E1076": _configuration("A mandatory value is to be emptied.", "Make the attribute or data element not mandatory: openIMIS does not know it of everyone."),
    "E1077": _data("A text is longer than 1,200 characters.", "Shorten it in openIMIS."),
    "E1079": _data("The event's program is not that of its enrollment.", _REPORT),
    "E1080": _data("The enrollment is there already.", _REPORT),
    "E1081": _absent("The enrollment is not there."),
    "E1082": _tombstone("The event was deleted in DHIS2."),
    "E1083": _configuration("The user may not change completed events.", "Give the user F_UNCOMPLETE_EVENT."),
    "E1084": _data("The file is not there.", _REPORT),
    "E1085": _data("A value does not fit the value type of its attribute.", _OPENIMIS),
    "E1089": _data("The program stage is not one of the event's program.", _REPORT),
    "E1090": _configuration("An attribute is mandatory for the tracked entity type and has no value here.", "Make the attribute not mandatory in the tracked entity type."),
    "E1091": _configuration("The user may not write data of the program.", _SHARING),
    "E1094": _configuration("The user may not change this enrollment.", _SHARING),
    "E1095": _configuration("The user may not write data of the program stage.", _SHARING),
    "E1096": _configuration("The user may not read data of the program.", _SHARING),
    "E1097": _configuration("The user may not read data of the program stage.", _SHARING),
    "E1098": _configuration("The user may not read data of the category option.", _SHARING),
    "E1099": _configuration("The user may not write data of the category option.", _SHARING),
    "E1100": _data("openIMIS no longer has this person, but another program of DHIS2 does.", "Our enrollments and events of the person were deleted; the person and the values that we sent of it stay. It is tried again in every run: it goes as soon as no other program has it. Ask those who keep the other program."),
    "E1102": _configuration("The user has no access to the person in this program: another org unit owns it.", "Give the user the country's root as capture org unit, or set the program's access level to open."),
    "E1103": _configuration("The user may not delete an enrollment that has events, or had some.", "Run set-up-dhis2 again and give the user the role openIMIS Loader, which has F_ENROLLMENT_CASCADE_DELETE."),
    "E1104": _configuration("The user may not read data of the program or of its tracked entity type.", _SHARING),
    "E1105": _configuration("An org unit lies outside the user's search org units.", "Give the user the country's root as search org unit: values name villages and facilities too."),
    "E1112": _configuration("An attribute is confidential, and the server has no encryption.", "Make the attribute not confidential, or set encryption.password in dhis.conf."),
    "E1113": _tombstone("The enrollment was deleted in DHIS2."),
    "E1114": _tombstone("The person was deleted in DHIS2."),
    "E1115": _configuration("The category option combination of the event is not there.", _PROGRAM_SETTINGS),
    "E1116": _configuration("The category options of the event are not there.", _PROGRAM_SETTINGS),
    "E1117": _configuration("The category options of the event do not go together.", _PROGRAM_SETTINGS),
    "E1118": _data("The assigned user is not there.", _REPORT),
    "E1119": _data("A note with this UID is there already.", _REPORT),
    "E1120": _data("The assigned user was ignored.", _REPORT),
    "E1121": _data("The person lacks what every person needs: type and org unit.", _REPORT),
    "E1122": _data("The enrollment lacks what every enrollment needs: person, program and org unit.", _REPORT),
    "E1123": _data("The event lacks what every event needs: enrollment, program stage and org unit.", _REPORT),
    "E1124": _data("A relationship lacks a property.", _REPORT),
    "E1125": _data("A value is not a code of its option set.", "Push the option sets (scope optionset); if the option was deleted by hand, put it back."),
    "E1126": _data("The type of a person cannot change.", "A person of another type has this UID; delete it in DHIS2."),
    "E1127": _data("The program or person of an enrollment cannot change.", "An enrollment that was made otherwise has this UID; delete it in DHIS2."),
    "E1128": _data("The program stage or enrollment of an event cannot change.", "An event that was made otherwise has this UID; delete it in DHIS2."),
    "E1129": _configuration("The program has an enrollment category combination other than the default.", _PROGRAM_SETTINGS),
    "E1130": _configuration("The program has an enrollment category combination other than the default.", _PROGRAM_SETTINGS),
    "E1131": _configuration("The user may not read data of the tracked entity type.", _SHARING),
    "E1300": _configuration("A program rule refuses it.", _RULES),
    "E1301": _configuration("A program rule asks for a value.", _RULES),
    "E1302": _data("A value does not fit the value type of its data element.", _OPENIMIS),
    "E1303": _data("A compulsory value is missing.", _OPENIMIS),
    "E1304": _configuration("A data element is not there.", _SET_UP),
    "E1305": _configuration("A data element is not one of the program stage.", _SET_UP),
    "E1306": _configuration("A program rule asks for a value of the person.", _RULES),
    "E1307": _configuration("A program rule sets another value.", _RULES),
    "E1308": _configuration("A program rule sets another value of an event.", _RULES),
    "E1309": _configuration("A program rule sets another value of the person.", _RULES),
    "E1310": _configuration("A program rule replaces an attribute.", _RULES),
    "E1313": _parent("The enrollment of the event is not there."),
    "E1314": _configuration("A program rule hides the data element.", _RULES),
    "E1315": _data("An event of this status holds no values.", _REPORT),
    "E1316": _data("An event cannot go back to this status.", _REPORT),
    "E1317": _configuration("A program rule hides the attribute.", _RULES),
    "E1318": _configuration("The program is one without registration.", _SET_UP),
    "E1319": _configuration("A program rule makes a date that is none.", _RULES),
    "E1320": _configuration("A program rule schedules an event.", _RULES),
    "E1321": _configuration("A program rule schedules an event in a stage that the user may not write.", _RULES),
    "E1322": _configuration("A program rule schedules an event that is there.", _RULES),
    "E1323": _configuration("The user has no program.", _SHARING),
    "E1324": _configuration("The user has the person in no program: another org unit owns it.", "Give the user the country's root as search and capture org unit."),
    "E1325": _configuration("The user may read no program.", _SHARING),
    "E1326": _configuration("The program stage closes completed events.", "Let the program stage not block completed events (blockEntryForm): set-up-dhis2 does so."),
    "E5000": _parent("The object above it was refused."),
    "E5001": _parent("The objects below it could not be deleted."),
}  # fmt: skip

METADATA_CODES: dict[str, ErrorCode] = {
    "E1004": _configuration("It is there already.", "Nothing, if it is right; else change it instead of creating it."),
    "E1106": _data("It holds two translations of one property into one language.", "Remove one of the two in DHIS2 (Translations app)."),
    "E3000": _configuration("The user may not create objects of this kind.", "Give the user the role openIMIS Loader (the daily load) or openIMIS Administrator (set-up)."),
    "E1520": _configuration("The user may not move org units.", "Give the user the role openIMIS Loader, or F_ORGANISATIONUNIT_MOVE."),
    "E1521": _configuration("The user may not change the org unit that is to be moved.", "Give the user the role openIMIS Loader, or F_ORGANISATIONUNIT_ADD."),
    "E1522": _configuration("The org unit's parent lies outside the user's org units.", "Give the user the country's root as org unit."),
    "E1523": _configuration("The org unit's new parent lies outside the user's org units.", "Give the user the country's root as org unit."),
    "E3001": _configuration("The user may not change objects of this kind.", "Give the user the role and the user group that set-up made: openIMIS Loader and Data capture for the daily load, openIMIS Administrator and Administration for set-up."),
    "E4000": _data("A required property is missing.", "Give the record in openIMIS what is missing, such as a name."),
    "E4001": _data("A text is too long or too short for its property.", "Shorten or complete it in openIMIS."),
    "E4002": _data("A text does not have the form that its property asks for.", _OPENIMIS),
    "E4014": _data("The UID is malformed.", _REPORT),
    "E4028": _data("Another option of the set has this code or name.", "Delete or rename the option that was made by hand."),
    "E4030": _configuration("It is in use and cannot be deleted.", "Leave it, or delete first what uses it."),
    "E5002": _parent("It refers to an object that is not there."),
    "E5003": _data("Another object has this unique code or name.", "Rename the object that was made by hand, or give it the UID of the package."),
    "E7612": _configuration("The org unit is not there, or the user may not see it.", "Push the org units (scope orgunit)."),
    "E7619": _data("The value does not fit the value type of its data element.", _OPENIMIS),
    "E8022": _configuration("The data set is not assigned to the org unit.", "Assign the data set to the org unit in DHIS2."),
}  # fmt: skip

OWN_CODES: dict[str, ErrorCode] = {
    "whole_request": ErrorCode(ErrorClass.WHOLE_REQUEST, "DHIS2 fails the whole request as soon as this object is in it, and gives no reason for the object.", "Look for invisible characters or impossible dates in the record; else look at DHIS2's log at this time."),
    "transfer_person_missing": _parent("The person whose owner is to change is not there."),
    "transfer_failed": _data("DHIS2 could not change the owner of this person.", "Look at DHIS2's log; the next run tries again."),
    "transfer_not_allowed": _data("The user may not change the owner of this person.", "Give the user the country's root as capture and search org unit, or set the program's access level to open."),
}  # fmt: skip
"""What DHIS2 tells without a code."""

REASONS_OF_CODES: dict[str, str] = {
    "E1100": "person_in_another_program",
}
"""What DHIS2 finds as well as we do, so that it has one reason code whoever found it."""

OWN_CODES |= {reason: TRACKER_CODES[code] for code, reason in REASONS_OF_CODES.items()}
ERROR_CODES: dict[str, ErrorCode] = METADATA_CODES | TRACKER_CODES | OWN_CODES

UNKNOWN_CODE = _configuration(
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
