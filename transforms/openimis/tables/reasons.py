"""Reason codes: why a row is held back (a fault), or what was left out of it (a note).

Codes are public: clerks filter the reject file by them. Hints say what to do, and hold no value.
"""

import re

MADE_OF_UNREADABLE = "source_row_unreadable"
REASONS: dict[str, str] = {
    MADE_OF_UNREADABLE: (
        "A row of openIMIS that this is made of (a place, family, policy, claim or line) holds a "
        "value that cannot be read: it was neither sent nor deleted. The rows are named in "
        "openimis_rows.csv; correct them in openIMIS."
    ),
    "no_place": (
        "No village is known for this person, neither now nor before, and no facility from a "
        "claim: set the current village or the family's village in openIMIS, or name the place of "
        "all such people in the country file (fallback_place)."
    ),
    "place_assumed": (
        "openIMIS knows no place of this person: the one that the country file names was taken "
        "(fallback_place). Set the current village or the family's village in openIMIS."
    ),
    "insuree_excluded": (
        "The insurance number is one that openIMIS gives to its funds, or that the country file "
        "excludes: nobody is insured by it, so it was left out with its policies."
    ),
    "place_of_funds": (
        "openIMIS made this place for its funds (a region FR called Funding, and what lies below "
        "it): nobody lives there, so it was left out."
    ),
    "current_village_unknown": (
        "The person's current village does not exist, or lies below no region: the next place that "
        "is known was taken. Correct the current village in openIMIS."
    ),
    "insuree_status_unknown": (
        "The person's status is none that openIMIS has (AC, IN, DE): nobody can say whether the "
        "enrollment is active. Correct it in openIMIS."
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
        "The list entry has no code in openIMIS: the value was left out. Give the entry a code."
    ),
    "option_code_too_long": (
        "The list entry has a code of more than 230 characters, which DHIS2 does "
        "not take: shorten the code in openIMIS."
    ),
    "insuree_policy_insuree_unknown": (
        "The insuree that the insuree policy names does not exist in openIMIS: the policy of that "
        "member cannot be sent. Correct or delete the insuree policy."
    ),
    "insuree_policy_policy_unknown": (
        "The policy that the insuree policy names does not exist in openIMIS: correct or delete "
        "the insuree policy."
    ),
    "insuree_policy_double": (
        "openIMIS has several current rows of this insuree and this policy. They were taken for one: "
        "with the earliest effective date and the latest expiry date. Delete those that are too many."
    ),
    "policy_without_stage": (
        "The policy has no stage. openIMIS takes it for a new policy, and so it was sent. Enter the "
        "stage in openIMIS."
    ),
    "policy_without_product": (
        "The policy has no product: it was sent without, and counts in no figure by product. If it "
        "should have one, enter it in openIMIS."
    ),
    "policy_enrollment_date_missing": (
        "Neither the insuree policy nor the policy has an enrollment date: enter it in openIMIS."
    ),
    "policy_date_out_of_range": (
        "The enrollment, start, effective or expiry date of the policy is before 1900 or after "
        "2100: correct it in openIMIS."
    ),
    "policy_status_date_not_known": (
        "openIMIS kept no trace of the day on which the policy was suspended or expired: the "
        "later of effective date and the record's own date was taken, or the latter alone."
    ),
    "policy_effective_date_missing": (
        "The policy was active, but has no effective date: no event says that it was. Enter the "
        "effective date in openIMIS."
    ),
    "claim_insuree_unknown": (
        "The insuree that the claim names does not exist in openIMIS: correct the claim."
    ),
    "claim_facility_unknown": (
        "The health facility that the claim names does not exist in openIMIS, or lies below no "
        "region: correct the claim, or the facility's district."
    ),
    "claim_date_missing": "The claim has no claim date: enter it in openIMIS.",
    "claim_date_out_of_range": (
        "The claim date is before 1900 or after 2100: correct it in openIMIS."
    ),
    "claim_date_in_future": (
        "The claim date lies more than a day after the day of the extract, so it is taken for a "
        "slip of the pen: correct it in openIMIS, or wait until it has come."
    ),
    "claim_status_unknown": (
        "The claim's status is none that openIMIS has: the claim was held back. Correct it in "
        "openIMIS."
    ),
    "claim_status_date_out_of_range": (
        "The claim was checked, processed, valuated or rejected before 1900 or after 2100: "
        "correct the date in openIMIS."
    ),
    "claim_status_date_missing": (
        "Nothing in openIMIS says when the claim came to its present status: it was sent with the "
        "statuses before. Enter the date of submission or processing."
    ),
    "claim_administrator_unknown": (
        "The claim administrator whom the claim names does not exist: the claim was sent without. "
        "Correct the claim in openIMIS."
    ),
    "claim_batch_run_unknown": (
        "The batch run that the claim names does not exist: the day of processing was taken for "
        "that of valuation. Correct the claim in openIMIS."
    ),
    "claim_line_claim_unknown": (
        "The claim that the line names does not exist in openIMIS: correct or delete the line."
    ),
    "claim_visit_date_missing": "The claim has no visit date (DateFrom): enter it in openIMIS.",
    "claim_visit_date_out_of_range": (
        "The visit date (DateFrom) of the claim is before 1900 or after 2100: correct it in "
        "openIMIS."
    ),
    "org_unit_missing": (
        "No org unit is known in which this object could lie: see the rejects of the person, "
        "or the health facility, that it belongs to."
    ),
    "date_missing": (
        "The object has no date, and DHIS2 takes none without: correct the date in openIMIS."
    ),
    "key_missing": (
        "The openIMIS row has no UUID, so it cannot be recognised again: have the database's "
        "administrator give it one."
    ),
    "key_double": (
        "Several current rows of openIMIS have this UUID or key: have the database's "
        "administrator make them differ."
    ),
    "key_malformed": (
        "The UUID is not made of 32 hexadecimal digits: have the database's administrator "
        "correct it."
    ),
    "uid_double": (
        "Two rows of openIMIS give one and the same DHIS2 UID, a matter of chance: give one of "
        "them another UUID."
    ),
    "parent_refused": (
        "DHIS2 refused the object that this one belongs to: correct that one; "
        "this follows by itself."
    ),
    "parent_rejected": (
        "The object above it was held back or refused: correct that one; this one follows by itself."
    ),
    "not_stored": (
        "DHIS2 answered OK and stored something else; it is tried again in the next run. If it stays "
        "so, look at the object in DHIS2 and at its log."
    ),
    "not_assigned": (
        "DHIS2 did not put the org unit into its group or program; it is tried again in the next "
        "run. If it stays so, look at the group and the program in DHIS2."
    ),
    "group_not_in_dhis2": (
        "DHIS2 lacks the group, program or data set that the org unit belongs to, or hides it from "
        "the user of the load: run set-up-dhis2, which makes it again."
    ),
    "org_unit_not_in_dhis2": (
        "DHIS2 does not have the org unit in which this lies, or hides it from the user of the "
        "load, and the load could not make it again: look at org_units.csv, then run "
        "set-up-dhis2."
    ),
    "org_unit_not_assigned": (
        "The program is not assigned to the org unit in which this lies: run set-up-dhis2, or "
        "assign it in DHIS2."
    ),
    "org_unit_outside_capture": (
        "The org unit in which this lies is not below the capture org units of the load's user: "
        "give the user the country's root, then clear DHIS2's cache."
    ),
    "org_unit_outside_search": (
        "The org unit in which this lies is not below the search org units of the load's user: "
        "give the user the country's root, then clear DHIS2's cache."
    ),
    "program_not_open": (
        "The program is not in DHIS2, or does not let the user of the load read and write data: "
        "run set-up-dhis2, and put the user into the group that it makes."
    ),
    "program_stage_not_open": (
        "The program stage is not in DHIS2, or does not let the user of the load read and write "
        "data: run set-up-dhis2, and put the user into the group that it makes."
    ),
    "option_set_has_a_hole": (
        "An option of this set was deleted by hand in DHIS2 2.40, which cannot save the set since: "
        "mend its sort_order in DHIS2's database, or upgrade DHIS2."
    ),
    "population_place_unknown": (
        "No location of openIMIS has the code of this line, or it lies below no region: correct "
        "the code."
    ),
    "population_place_double": (
        "Several locations of openIMIS have the code of this line: make their codes differ."
    ),
    "population_level_other": (
        "The location is of another level than the country file says (population.level): give the "
        "figure of a place of that level, or change the country file and run set-up again."
    ),
    "population_place_not_assigned": (
        "DHIS2 does not have the place in the population data set: run set-up, or wait for the "
        "next load, then import again."
    ),
    "population_year_malformed": "The year is none of four digits from 1900 to 2099: correct it.",
    "population_year_of_another_calendar": (
        "DHIS2 counts in another calendar than ISO, in which the year is no year of today: give the "
        "year as DHIS2 counts (ISO 2025 begins in Nepali 2081 and in Ethiopian 2017)."
    ),
    "population_figure_malformed": (
        "The population is no whole number of at most nine digits, without blanks or signs: "
        "correct it."
    ),
    "population_figure_double": (
        "The file has another line of the same code and year; none of them was taken: leave one."
    ),
}

LEFT_OUT: frozenset[str] = frozenset(
    {
        "no_place",
        "insuree_policy_insuree_unknown",
        "insuree_policy_policy_unknown",
        "claim_insuree_unknown",
        "claim_line_claim_unknown",
    }
)
"""Faults of which only a count is reported while DHIS2 has nothing of the object: such rows are old,
or a whole group of people, and nobody corrects them one by one."""

FIELD_REASONS: dict[str, str] = {
    "_unknown": "The code is not in the list that openIMIS keeps for it: correct it in openIMIS.",
    "_not_in_dhis2": (
        "DHIS2 does not have the option with this code (or the org unit that is named), and the "
        "load could not make it: look at options.csv, then run set-up-dhis2. An event waits; a "
        "person was sent without the value, which follows by itself."
    ),
    "_hidden_in_dhis2": (
        "The attribute or data element is not in DHIS2, or hidden from the user of the load: run "
        "set-up-dhis2, or give the data-capture group the right to read it. The value follows by "
        "itself."
    ),
    "_missing": "DHIS2 takes no event without this value: enter it in openIMIS.",
    "_too_long": "The value is longer than DHIS2 takes: shorten it in openIMIS.",
    "_has_control_characters": (
        "The value holds invisible control characters, for which DHIS2 refuses the whole request: "
        "type it again in openIMIS."
    ),
    "_malformed": (
        "DHIS2 takes 6 to 50 digits, blanks and signs as a phone number: it was left out. "
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
