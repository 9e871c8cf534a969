"""What an error code of DHIS2 can be: its class decides what the loader does."""

from dataclasses import dataclass
from enum import StrEnum

SET_UP_AGAIN = "Run set-up-dhis2 again."
METADATA_CHANGED = "So many bad records are not likely: look what was changed in DHIS2's metadata, and run set-up-dhis2 again, which puts its own back."
FILLED_ALREADY = "So many people are not likely to share it: this DHIS2 holds them from elsewhere. Let reconcile adopt them if they are ours, else delete them or use another DHIS2."
SHARE = "Give the user data read and write in DHIS2's sharing settings (set-up-dhis2 makes the group), then clear DHIS2's cache."
CORRECT_THE_RECORD = "Correct the record in openIMIS."
REMOVE_THE_RULE = (
    "Remove the program rule from the program, or let the loader skip rules as it does by default."
)
RESET_THE_PROGRAM = "Set the program and its stages back as set-up-dhis2 makes them."
REPORT = "Report it: the loader should not have sent this."


class ErrorClass(StrEnum):
    """Who can put it right."""

    DATA = "data"  # whoever keeps this record in openIMIS
    CONFIGURATION = "configuration"  # whoever runs DHIS2; most often every object has it
    PARENT = "parent"  # nobody here: the object above it must be put right first
    TOMBSTONE = "tombstone"  # the next generation of the UID: DHIS2 keeps deleted ones for ever
    ABSENT = "absent"  # nobody: what is to be deleted is not there
    WHOLE_REQUEST = "whole_request"  # the request fails as soon as the object is in it


@dataclass(frozen=True)
class ErrorCode:
    """One code.

    Attributes:
        error_class: Who can put it right.
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


def data(meaning: str, hint: str, if_many: str = "") -> ErrorCode:
    """Return a code of a bad record: whoever keeps it in openIMIS can correct it."""
    return ErrorCode(ErrorClass.DATA, meaning, hint, if_many or METADATA_CHANGED)


def configuration(meaning: str, hint: str) -> ErrorCode:
    """Return a code of a setting: whoever runs DHIS2 can correct it."""
    return ErrorCode(ErrorClass.CONFIGURATION, meaning, hint)


def parent(meaning: str) -> ErrorCode:
    """Return a code of an object above this one, which has to be corrected first."""
    return ErrorCode(
        ErrorClass.PARENT,
        meaning,
        "Correct what is wrong with the object above it; this one follows by itself.",
    )


def tombstone(meaning: str) -> ErrorCode:
    """Return a code of an object that DHIS2 has deleted."""
    return ErrorCode(ErrorClass.TOMBSTONE, meaning, "Nothing: it is sent again under its next UID.")


def absent(meaning: str) -> ErrorCode:
    """Return a code of an object that DHIS2 does not have."""
    return ErrorCode(
        ErrorClass.ABSENT,
        meaning,
        "Nothing, when it was to be deleted; else correct the object above it.",
    )
