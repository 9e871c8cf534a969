"""Reason codes that every field has, and what to do about any code."""

import re

from transforms.openimis.tables.reasons import REASONS

FIELD_REASONS: dict[str, str] = {
    "_unknown": "The code is not in the list that openIMIS keeps for it: correct it in openIMIS.",
    "_not_in_dhis2": (
        "DHIS2 does not have the option with this code (or the org unit that is named), and the "
        "load could not make it: look at options.csv, then run set-up-dhis2. Or the org unit lies "
        "outside of the search org units of the loader: give it the country's root. An event waits; "
        "a person, or an event with a referral, was sent without the value, which follows by itself."
    ),
    "_unmatched": (
        "The place that the value names waits for a decision, or has no org unit in DHIS2: the value "
        "was left out. Decide in the file of matches; the value follows by itself."
    ),
    "_without_word": (
        "The option set is DHIS2's own, and the country file does not say which of its codes means "
        "this one: the value was left out. Add it to existing.values; the value follows by itself."
    ),
    "_hidden_in_dhis2": (
        "The attribute or data element is not in DHIS2, or hidden from the user of the load: run "
        "set-up-dhis2, or give the data-capture group the right to read it. The value follows by "
        "itself."
    ),
    "_missing": "DHIS2 accepts no event without this value: enter it in openIMIS.",
    "_too_long": "The value is longer than DHIS2 accepts: shorten it in openIMIS.",
    "_has_control_characters": (
        "The value holds invisible control characters, for which DHIS2 refuses the whole request: "
        "type it again in openIMIS."
    ),
    "_malformed": (
        "DHIS2 accepts 6 to 50 digits, blanks and signs as a phone number: it was left out. "
        "Correct it in openIMIS."
    ),
    "_not_a_number": "The value is not a finite number: correct it in openIMIS.",
    "_unreadable": (
        "The value in this column cannot be read as it stands (a date beyond the year 9999, a "
        "number that is none or too large or has more than two decimals, a text that is too "
        "long): what is made of the row was neither sent nor deleted. Correct it in openIMIS."
    ),
}
"""Endings of the codes that every field has; the field's name in DHIS2 comes before."""


def unreadable_reason(column: str) -> str:
    """Return the reason code of an unreadable value of a column of openIMIS: `dob_unreadable`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", column)
    return f"{words.lower()}_unreadable"


def hint_of(code: str) -> str | None:
    """Return what to do about a reason code, in plain words; None if it is none of ours."""
    endings = (text for ending, text in FIELD_REASONS.items() if code.endswith(ending))
    return REASONS.get(code) or next(endings, None)
