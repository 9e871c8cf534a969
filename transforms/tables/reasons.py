"""Reason codes: why a row is held back (a fault), or what was left out of it (a note).

Codes are public: clerks filter the reject file by them. Hints say what to do, and hold no value.
"""

REASONS: dict[str, str] = {
    "no_place": (
        "No village is known for this person, neither now nor before, and no facility from a "
        "claim: set the current village or the family's village in openIMIS."
    ),
    "insuree_without_date": (
        "Neither the person's record nor a policy has a date: correct ValidityFrom in openIMIS."
    ),
    "insurance_number_double": (
        "Another current person has the same insurance number: the number was left out of both, "
        "or of this one if DHIS2 already holds it for the other. Correct one in openIMIS."
    ),
    "family_missing": (
        "The family that the person's record names does not exist: the person was sent without "
        "family. Correct the family in openIMIS."
    ),
    "phone_number_malformed": (
        "DHIS2 takes 6 to 50 digits, blanks and signs as a phone number: it was left out. "
        "Correct it in openIMIS."
    ),
    "first_service_point_unknown": (
        "The facility that the person's record names does not exist or is not in DHIS2: choose "
        "another first service point in openIMIS."
    ),
    "location_type_unknown": (
        "The location is neither region, district, ward nor village: correct its type in openIMIS."
    ),
    "location_without_region": (
        "The chain of parents does not end at a region: a parent is missing, or the chain is a "
        "circle. Correct the location's parent in openIMIS."
    ),
    "health_facility_without_district": (
        "The location of the health facility does not exist or lies below no region: correct it "
        "in openIMIS."
    ),
    "option_code_blank": (
        "The list entry that is meant has no code in openIMIS: the value was left out. Give the "
        "entry a code."
    ),
    "option_code_too_long": (
        "The list entry that is meant has a code of more than 230 characters, which DHIS2 does "
        "not take: shorten the code in openIMIS."
    ),
}

FIELD_REASONS: dict[str, str] = {
    "_unknown": "The code is not in the list that openIMIS keeps for it: correct it in openIMIS.",
    "_too_long": "The value is longer than DHIS2 takes: shorten it in openIMIS.",
    "_has_control_characters": (
        "The value holds invisible control characters, for which DHIS2 refuses the whole request: "
        "type it again in openIMIS."
    ),
    "_not_a_number": "The value is not a finite number: correct it in openIMIS.",
}
"""Endings of the codes that every field has; the field's name in DHIS2 comes before."""


def hint(code: str) -> str:
    """Return what to do about a reason code, in plain words."""
    return REASONS.get(code) or next(
        text for ending, text in FIELD_REASONS.items() if code.endswith(ending)
    )
