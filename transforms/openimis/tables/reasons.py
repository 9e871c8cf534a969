"""Reason codes: why a row is held back (a fault), or what was left out of it (a note).

Codes are public: clerks filter the reject file by them. Hints say what to do, and hold no value.
"""

from transforms.openimis.tables.reasons_of_dhis2 import REASONS_OF_DHIS2
from transforms.openimis.tables.reasons_of_money import REASONS_OF_MONEY

MADE_OF_UNREADABLE = "source_row_unreadable"
REASONS: dict[str, str] = (
    {
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
        "place_to_decide": (
            "Which org unit of DHIS2 the place is (or the place above it) nobody has decided yet: run "
            "match-org-units, decide in its file, then run sync again."
        ),
        "place_without_org_unit": (
            "DHIS2 has no org unit for the place, and the country file holds back what lies there: name "
            "one in the file of matches, or let such places go elsewhere (match.unmatched)."
        ),
        "insuree_excluded": (
            "The insurance number is one that openIMIS gives to its funds, or that the country file "
            "excludes: nobody is insured by it, so neither it nor its policies are sent."
        ),
        "place_of_funds": (
            "openIMIS made this place for its funds (a region FR called Funding, and what lies below "
            "it): nobody lives there, so it is not sent."
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
        "no_claim_sent": (
            "The person is deleted in openIMIS, and every claim of the person is held back: once one of "
            "them goes, so does the person."
        ),
        "insurance_number_double": (
            "Another current person has the same insurance number: the number was left out of both, "
            "or of this one if DHIS2 already holds it for the other. Correct one in openIMIS."
        ),
        "number_double": (
            "Another current person has the same number, by which people of DHIS2's own are known: it "
            "was left out of both, or of this one if DHIS2 already holds it for the other, and nobody "
            "is linked by it. Correct one in openIMIS."
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
            "circle. Correct the location's parent in openIMIS; or, if a district has no region there, "
            "name it in the country file (district_regions)."
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
        "referred_from_unknown": (
            "The health facility that the claim says it was referred from does not exist or is not in "
            "DHIS2: it was left out. Correct the claim in openIMIS."
        ),
        "referred_to_unknown": (
            "The health facility that the claim says it was referred to does not exist or is not in "
            "DHIS2: it was left out. Correct the claim in openIMIS."
        ),
        "restored_from_claim_unknown": (
            "The claim that this one restores was deleted, or is no claim of the same person: it was "
            "left out. Correct the claim in openIMIS, unless the other one was deleted on purpose."
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
            "The object has no date, and DHIS2 accepts none without: correct the date in openIMIS."
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
    }
    | REASONS_OF_MONEY
    | REASONS_OF_DHIS2
)

COUNTED_ONLY_REASONS: frozenset[str] = frozenset(
    {
        "no_place",
        "no_claim_sent",
        "insuree_policy_insuree_unknown",
        "insuree_policy_policy_unknown",
        "contribution_policy_unknown",
        "funding_policy_unknown",
        "contribution_without_head",
        "claim_insuree_unknown",
        "claim_line_claim_unknown",
    }
)
"""Faults of which only a count is reported while DHIS2 has nothing of the object: such rows are old,
or a whole group of people, and nobody corrects them one by one."""

HOLDS_BACK_NEW_REASONS: frozenset[str] = frozenset({"no_claim_sent"})
"""Faults for which DHIS2 gets no such object. Of one that it has, what has changed goes."""
