"""The program indicators: measures, and the splits of each (gender, age, product …).

    measure and split ─► one program indicator

Every form is one that four real DHIS2 servers computed rightly: events that are valid on the day
instead of the latest event, boundaries always, a filter by status before any amount is summed.
`until` is the last day of a status, so a stock is "event date ≤ last day of the period ≤ until".
"""

from dataclasses import dataclass
from enum import StrEnum

from transforms.core.fields import Field, OptionSet
from transforms.model.tables import claim, insuree, policy
from transforms.model.tables.option_sets import (
    EDUCATION,
    FAMILY_TYPE,
    GENDER,
    PRODUCT,
    VISIT_TYPE,
    YES_NO,
)
from transforms.model.tables.programs import (
    CLAIM_DETAILS_STAGE,
    CLAIM_ITEMS_STAGE,
    CLAIM_PROGRAM,
    CLAIM_SERVICES_STAGE,
    INSUREE_PROGRAM,
    POLICY_STAGE,
    Program,
    Stage,
)


class AnalyticsType(StrEnum):
    """What is counted: enrollments, or events."""

    ENROLLMENT = "ENROLLMENT"
    EVENT = "EVENT"


class Aggregation(StrEnum):
    """How the expression is put together."""

    COUNT = "COUNT"
    SUM = "SUM"
    AVERAGE = "AVERAGE"


@dataclass(frozen=True)
class Boundary:
    """One end of the time that is looked at.

    Attributes:
        target: `EVENT_DATE` or `ENROLLMENT_DATE`.
        type: Where it ends; the last day of the period is inside.
    """

    target: str
    type: str


def _flow(target: str) -> tuple[Boundary, ...]:
    return (
        Boundary(target, "AFTER_START_OF_REPORTING_PERIOD"),
        Boundary(target, "BEFORE_END_OF_REPORTING_PERIOD"),
    )


def _stock(target: str) -> tuple[Boundary, ...]:
    return (Boundary(target, "BEFORE_END_OF_REPORTING_PERIOD"),)


ENROLLED_IN_PERIOD = _flow("ENROLLMENT_DATE")
ENROLLED_BY_END = _stock("ENROLLMENT_DATE")
ENROLLED_BEFORE = (Boundary("ENROLLMENT_DATE", "BEFORE_START_OF_REPORTING_PERIOD"),)
EVENT_IN_PERIOD = _flow("EVENT_DATE")
EVENT_BY_END = _stock("EVENT_DATE")
EVENT_BEFORE = (Boundary("EVENT_DATE", "BEFORE_START_OF_REPORTING_PERIOD"),)

AT_ENROLLMENT = "ENROLLMENT"
"""Shown where the person is enrolled, so that it can be set against those enrolled."""

AT_REGISTRATION = "REGISTRATION"
"""Shown where the person of the claim is registered, so that it can be set against people."""


@dataclass(frozen=True)
class Split:
    """One part of a measure.

    Attributes:
        key: Unique among the splits of a measure.
        label: Stands in brackets after the measure's name.
        condition: Added to the measure's filter.
        option_set: The set that `code` is of; None where the condition is of another kind.
        code: The option's code; a split whose option the country does not have is left out.
    """

    key: str
    label: str
    condition: str
    option_set: OptionSet | None = None
    code: str | None = None


@dataclass(frozen=True)
class OptionSplit:
    """One split for each option that the country has of a set.

    Attributes:
        key: First part of the splits' keys.
        label: First part of the splits' labels.
        operand: What is compared with the option's code.
        option_set: The set.
    """

    key: str
    label: str
    operand: str
    option_set: OptionSet


@dataclass(frozen=True)
class Measure:
    """A figure, and how it may be divided.

    Attributes:
        key: Short name, used in tables and tests.
        name: Name in DHIS2; unique.
        short: Short name, with place for a split.
        definition: What is counted, in words an analyst can check.
        program: The program.
        analytics_type: Whether enrollments or events are counted.
        aggregation: How the expression is put together.
        expression: DHIS2 expression.
        conditions: All must hold; joined by `&&`.
        boundaries: The time that is looked at.
        splits: Parts that are program indicators of their own.
        org_unit_field: Where it is shown; None: at the org unit of the event or enrollment.
        decimals: Digits that DHIS2 keeps, also inside of ratios.
    """

    key: str
    name: str
    short: str
    definition: str
    program: Program
    analytics_type: AnalyticsType
    aggregation: Aggregation
    expression: str
    conditions: tuple[str, ...]
    boundaries: tuple[Boundary, ...]
    splits: tuple[Split | OptionSplit, ...] = ()
    org_unit_field: str | None = None
    decimals: int = 0


def _element(stage: Stage, field: Field) -> str:
    return f"#{{{stage.uid}.{field.uid}}}"


def _field(fields: tuple[Field, ...], key: str) -> Field:
    return next(field for field in fields if field.key == key)


def _policy(key: str) -> str:
    return _element(POLICY_STAGE, _field(policy.POLICY_FIELDS, key))


def _claim(key: str) -> str:
    return _element(CLAIM_DETAILS_STAGE, _field(claim.CLAIM_DETAILS_FIELDS, key))


def _service(key: str) -> str:
    return _element(CLAIM_SERVICES_STAGE, _field(claim.CLAIM_SERVICE_FIELDS, key))


def _item(key: str) -> str:
    return _element(CLAIM_ITEMS_STAGE, _field(claim.CLAIM_ITEM_FIELDS, key))


def _attribute(field: Field) -> str:
    return f"A{{{field.uid}}}"


END = "V{analytics_period_end}"
START = "V{analytics_period_start}"
EVENT_DATE = "V{event_date}"
ENROLLMENT_DATE = "V{enrollment_date}"
ENROLLMENTS = "V{enrollment_count}"
PEOPLE = "V{tei_count}"
EVENTS = "V{event_count}"
ORG_UNITS = "V{org_unit_count}"

STAGE = _policy("policy_stage")
STATUS = _policy("policy_status")
VALUE = _policy("policy_value")
EFFECTIVE = _policy("policy_effective_date")
EXPIRY = _policy("policy_expiry_date")
UNTIL = _policy("status_until")
ACTIVE_POLICIES = _policy("active_policies_of_person")
FIRST_TIME = _policy("is_first_time_in_status")

IS_HEAD = f"{_attribute(insuree.HOUSEHOLD_HEAD)} == 'Yes'"
IS_ACTIVE = f"{STATUS} == 'Active'"
IS_FIRST_TIME = f"{FIRST_TIME} == 'Yes'"
HOLDS_AT_END = f"{UNTIL} >= {END}"
HOLDS_IN_PERIOD = f"{UNTIL} >= {START}"
# A status that another one of the same day replaced ended the day before; it held on no day.
HELD_A_DAY = f"d2:daysBetween({UNTIL}, {EVENT_DATE}) < 1"
HOLDS_AT_START = f"d2:daysBetween({START}, {UNTIL}) >= -1"
NOT_COVERED = f"firstNonNull({ACTIVE_POLICIES}, 0) == 0"
IS_NEW = f"{STAGE} == 'New policy'"
IS_RENEWED = f"{STAGE} == 'Renewed policy'"
ONE_A_POLICY = f"{VALUE} >= 0"
DAYS_IN_FORCE = (
    f"if({UNTIL} > {END}, d2:daysBetween({START}, {END}), d2:daysBetween({START}, {UNTIL}))"
    f" - if({EVENT_DATE} < {START}, 0, d2:daysBetween({START}, {EVENT_DATE})) + 1"
)

CLAIM_STATUS = _claim("claim_status")
CLAIM_UNTIL = _claim("status_until")
CLAIM_HOLDS_AT_END = f"{CLAIM_UNTIL} >= {END}"
IS_PENDING = (
    f"({CLAIM_STATUS} == 'Entered' || {CLAIM_STATUS} == 'Checked' || {CLAIM_STATUS} == 'Processed')"
)
CLAIMED = _claim("claim_claimed_amount")
APPROVED = _claim("claim_approved_amount")
VALUATED = _claim("claim_valuated_amount")
REMUNERATED = _claim("claim_remunerated_amount")
CHECKED_ON = _claim("claim_checked_date")
VILLAGE = _field(claim.CLAIM_DETAILS_FIELDS, "insuree_village").uid
# Every line has it; a line whose service has no code in openIMIS has no service.
IS_SERVICE = f"d2:hasValue({_service('line_sequence')})"
IS_ITEM = f"d2:hasValue({_item('line_sequence')})"


def _status(status: str) -> str:
    return f"{CLAIM_STATUS} == '{status}'"


def _option(key: str, label: str, operand: str, option_set: OptionSet, code: str) -> Split:
    return Split(key, label, f"{operand} == '{code}'", option_set, code)


def _age(key: str, label: str, day: str, low: int, high: int | None) -> Split:
    age = f"d2:yearsBetween({_attribute(insuree.DATE_OF_BIRTH)}, {day})"
    above = f"{age} >= {low}"
    return Split(key, label, above if high is None else f"{above} && {age} < {high}")


AGE_BANDS: tuple[tuple[str, str, int, int | None], ...] = (
    ("age-0-14", "0-14 Y", 0, 15),
    ("age-15-29", "15-29 Y", 15, 30),
    ("age-30-44", "30-44 Y", 30, 45),
    ("age-45", "45+ Y", 45, None),
)
"""Key, label, age in completed years from, and below; they do not overlap and leave no gap."""

BY_AGE = tuple(_age(key, label, END, low, high) for key, label, low, high in AGE_BANDS)
BY_AGE_AT_CLAIM = tuple(
    _age(key, label, EVENT_DATE, low, high) for key, label, low, high in AGE_BANDS
)
BY_GENDER = tuple(
    _option(key, label, _attribute(insuree.SEX), GENDER, code)
    for key, label, code in (
        ("female", "Female", "F"),
        ("male", "Male", "M"),
        ("other-gender", "Other gender", "O"),
    )
)
BY_POVERTY = (
    _option("poor", "Poor", _attribute(insuree.POVERTY), YES_NO, "Yes"),
    _option("non-poor", "Non-poor", _attribute(insuree.POVERTY), YES_NO, "No"),
)
BY_EDUCATION = OptionSplit("education", "Education", _attribute(insuree.SCHOOLING), EDUCATION)
BY_FAMILY_TYPE = OptionSplit(
    "family-type", "Family type", _attribute(insuree.GROUP_TYPE), FAMILY_TYPE
)
BY_PRODUCT = OptionSplit("product", "Product", _policy("policy_product"), PRODUCT)
BY_CLAIM_PRODUCT = OptionSplit("product", "Product", _claim("claim_product"), PRODUCT)
BY_VISIT_TYPE = tuple(
    _option(key, label, _claim("visit_type"), VISIT_TYPE, label)
    for key, label in (("emergency", "Emergency"), ("referral", "Referral"), ("other", "Other"))
)

# Whose name in DHIS2 stands first, and then its kind of count.
_ENROLLMENT = (AnalyticsType.ENROLLMENT, Aggregation.COUNT, ENROLLMENTS)
_PEOPLE = (AnalyticsType.EVENT, Aggregation.COUNT, PEOPLE)
_EVENTS = (AnalyticsType.EVENT, Aggregation.COUNT, EVENTS)

_ENROLLED_AND_EVENTS = ENROLLED_BY_END + EVENT_BY_END


def _sum(amount: str) -> tuple[AnalyticsType, Aggregation, str]:
    return (AnalyticsType.EVENT, Aggregation.SUM, amount)


def _mean(days: str) -> tuple[AnalyticsType, Aggregation, str]:
    return (AnalyticsType.EVENT, Aggregation.AVERAGE, days)


BENEFICIARY_MEASURES: tuple[Measure, ...] = (
    Measure("enrolled", "Individuals enrolled", "Ind enrolled", "People with an enrollment in the insuree program dated up to the last day of the period.",
            INSUREE_PROGRAM, *_ENROLLMENT, (), ENROLLED_BY_END, (*BY_GENDER, *BY_AGE)),
    Measure("enrolled-new", "Individuals newly enrolled", "Ind newly enrolled", "People whose enrollment is dated in the period.",
            INSUREE_PROGRAM, *_ENROLLMENT, (), ENROLLED_IN_PERIOD, BY_GENDER),
    Measure("enrolled-before", "Individuals enrolled at the start", "Ind enrolled at start", "People with an enrollment dated before the first day of the period.",
            INSUREE_PROGRAM, *_ENROLLMENT, (), ENROLLED_BEFORE),
    Measure("covered", "Individuals with active policy", "Ind active", "People with at least one policy that is Active on the last day of the period, where they are enrolled.",
            INSUREE_PROGRAM, *_PEOPLE, (IS_ACTIVE, HOLDS_AT_END), EVENT_BY_END, (*BY_GENDER, *BY_AGE, BY_EDUCATION, BY_FAMILY_TYPE, BY_PRODUCT), AT_ENROLLMENT),
    Measure("not-covered", "Individuals enrolled and not covered", "Ind not covered", "People enrolled up to the last day of the period of whose policies none is Active on it, those who never had a policy included.",
            INSUREE_PROGRAM, *_ENROLLMENT, (NOT_COVERED,), _ENROLLED_AND_EVENTS, (*BY_GENDER, *BY_AGE, BY_EDUCATION)),
    Measure("new", "Individuals enrolled with new policy", "Ind new policy", "People of whose policies one of stage New policy became Active for the first time in the period, where they are enrolled.",
            INSUREE_PROGRAM, *_PEOPLE, (IS_NEW, IS_ACTIVE, IS_FIRST_TIME), EVENT_IN_PERIOD, (*BY_GENDER, *BY_AGE), AT_ENROLLMENT),
    Measure("renewed", "Individuals enrolled with renewed policy", "Ind renewed policy", "People of whose policies one of stage Renewed policy became Active for the first time in the period, where they are enrolled.",
            INSUREE_PROGRAM, *_PEOPLE, (IS_RENEWED, IS_ACTIVE, IS_FIRST_TIME), EVENT_IN_PERIOD, (*BY_GENDER, *BY_AGE), AT_ENROLLMENT),
    Measure("ever-covered", "Individuals ever covered", "Ind ever covered", "People one of whose policies was Active on some day up to the end of the period, where they are enrolled.",
            INSUREE_PROGRAM, *_PEOPLE, (IS_ACTIVE, HELD_A_DAY), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("covered-any-day", "Individuals covered on at least one day", "Ind covered any day", "People one of whose policies was Active on at least one day of the period, where they are enrolled.",
            INSUREE_PROGRAM, *_PEOPLE, (IS_ACTIVE, HOLDS_IN_PERIOD, HELD_A_DAY), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("expired-people", "Individuals with expired policy", "Ind expired policy", "People one of whose policies expired in the period (the day after its last day of cover lies in it), where they are enrolled.",
            INSUREE_PROGRAM, *_PEOPLE, (f"{STATUS} == 'Expired'",), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("households", "Households enrolled", "HH enrolled", "Heads of households with an enrollment dated up to the last day of the period.",
            INSUREE_PROGRAM, *_ENROLLMENT, (IS_HEAD,), ENROLLED_BY_END, BY_POVERTY),
    Measure("households-new", "Households newly enrolled", "HH newly enrolled", "Heads of households whose enrollment is dated in the period.",
            INSUREE_PROGRAM, *_ENROLLMENT, (IS_HEAD,), ENROLLED_IN_PERIOD),
    Measure("households-covered", "Households enrolled with active policy", "HH active", "Heads of households with at least one policy that is Active on the last day of the period; gender and age are the head's.",
            INSUREE_PROGRAM, *_PEOPLE, (IS_ACTIVE, HOLDS_AT_END, IS_HEAD), EVENT_BY_END, (*BY_GENDER, *BY_AGE, *BY_POVERTY), AT_ENROLLMENT),
    Measure("households-not-covered", "Households enrolled and not covered", "HH not covered", "Heads of households enrolled up to the last day of the period of whose policies none is Active on it; gender and age are the head's.",
            INSUREE_PROGRAM, *_ENROLLMENT, (NOT_COVERED, IS_HEAD), _ENROLLED_AND_EVENTS, (*BY_GENDER, *BY_AGE, *BY_POVERTY)),
    Measure("households-with-new", "Households enrolled with new policy", "HH new policy", "Heads of households of whose policies one of stage New policy became Active for the first time in the period.",
            INSUREE_PROGRAM, *_PEOPLE, (IS_NEW, IS_ACTIVE, IS_FIRST_TIME, IS_HEAD), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("households-renewed", "Households enrolled with renewed policy", "HH renewed policy", "Heads of households of whose policies one of stage Renewed policy became Active for the first time in the period.",
            INSUREE_PROGRAM, *_PEOPLE, (IS_RENEWED, IS_ACTIVE, IS_FIRST_TIME, IS_HEAD), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("households-expired", "Households with expired policy", "HH expired policy", "Heads of households one of whose policies expired in the period.",
            INSUREE_PROGRAM, *_PEOPLE, (f"{STATUS} == 'Expired'", IS_HEAD), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policies-in-force", "Policies in force", "Policies in force", "Policies that are Active on the last day of the period; each counts once, for the member who carries its value.",
            INSUREE_PROGRAM, *_EVENTS, (IS_ACTIVE, HOLDS_AT_END, ONE_A_POLICY), EVENT_BY_END, (BY_PRODUCT,), AT_ENROLLMENT),
    Measure("policies-in-force-before", "Policies in force at the start", "Policies in force at start", "Policies that are Active on the day before the period.",
            INSUREE_PROGRAM, *_EVENTS, (IS_ACTIVE, HOLDS_AT_START, ONE_A_POLICY), EVENT_BEFORE, (), AT_ENROLLMENT),
    Measure("policies-in-force-value", "Value of policies in force", "Value of policies in force", "Sum of the values of the policies that are Active on the last day of the period.",
            INSUREE_PROGRAM, *_sum(VALUE), (IS_ACTIVE, HOLDS_AT_END), EVENT_BY_END, (), AT_ENROLLMENT, 2),
    Measure("policies-idle", "Policies idle", "Policies idle", "Policies that are Idle on the last day of the period.",
            INSUREE_PROGRAM, *_EVENTS, (f"{STATUS} == 'Idle'", HOLDS_AT_END, ONE_A_POLICY), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("policies-suspended", "Policies suspended", "Policies suspended", "Policies that are Suspended on the last day of the period.",
            INSUREE_PROGRAM, *_EVENTS, (f"{STATUS} == 'Suspended'", HOLDS_AT_END, ONE_A_POLICY), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("policies-new", "New policies", "New policies", "Policies of stage New policy that became Active for the first time in the period.",
            INSUREE_PROGRAM, *_EVENTS, (IS_NEW, IS_ACTIVE, IS_FIRST_TIME, ONE_A_POLICY), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policies-renewed", "Renewed policies", "Renewed policies", "Policies of stage Renewed policy that became Active for the first time in the period.",
            INSUREE_PROGRAM, *_EVENTS, (IS_RENEWED, IS_ACTIVE, IS_FIRST_TIME, ONE_A_POLICY), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policies-expired", "Expired policies", "Expired policies", "Policies that expired in the period, those that were never activated included.",
            INSUREE_PROGRAM, *_EVENTS, (f"{STATUS} == 'Expired'", ONE_A_POLICY), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policies-suspended-in-period", "Policies suspended in the period", "Policies suspended in period", "Suspensions of policies dated in the period.",
            INSUREE_PROGRAM, *_EVENTS, (f"{STATUS} == 'Suspended'", ONE_A_POLICY), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policy-value", "Value of policies activated", "Value of policies activated", "Sum of the values of the policies that became Active for the first time in the period.",
            INSUREE_PROGRAM, *_sum(VALUE), (IS_ACTIVE, IS_FIRST_TIME), EVENT_IN_PERIOD, (), AT_ENROLLMENT, 2),
    Measure("insured-days", "Insured days", "Insured days", "Days of the period on which people had an Active policy, added up over people and policies.",
            INSUREE_PROGRAM, *_sum(DAYS_IN_FORCE), (IS_ACTIVE, HOLDS_IN_PERIOD), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("earned-value", "Earned policy value", "Earned policy value", "The part of the policies' values that falls on the days of the period, each value spread evenly over the days from effective to expiry date.",
            INSUREE_PROGRAM, *_sum(f"{VALUE} * ({DAYS_IN_FORCE}) / (d2:daysBetween({EFFECTIVE}, {EXPIRY}) + 1)"), (IS_ACTIVE, HOLDS_IN_PERIOD), EVENT_BY_END, (), AT_ENROLLMENT, 5),
    Measure("age-mean", "Mean age of the covered", "Mean age of the covered", "Mean age on the last day of the period, in completed years, of enrolled people with an Active policy.",
            INSUREE_PROGRAM, AnalyticsType.ENROLLMENT, Aggregation.AVERAGE, f"d2:yearsBetween({_attribute(insuree.DATE_OF_BIRTH)}, {END})", (f"{ACTIVE_POLICIES} > 0",), _ENROLLED_AND_EVENTS, (), None, 2),
)  # fmt: skip

CLAIM_MEASURES: tuple[Measure, ...] = (
    Measure("claims", "Claims", "Claims", "Claims whose claim date lies in the period.",
            CLAIM_PROGRAM, *_ENROLLMENT, (), ENROLLED_IN_PERIOD),
    Measure("claims-entered", "Entered claims (Number)", "Entered claims", "Claims entered in the period.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Entered"),), EVENT_IN_PERIOD, (*BY_VISIT_TYPE, *BY_GENDER, *BY_AGE_AT_CLAIM, BY_CLAIM_PRODUCT)),
    Measure("claimed", "Entered claims (Value)", "Entered claims value", "Amount claimed by the claims entered in the period.",
            CLAIM_PROGRAM, *_sum(CLAIMED), (_status("Entered"),), EVENT_IN_PERIOD, (*BY_VISIT_TYPE, BY_CLAIM_PRODUCT), None, 2),
    Measure("claims-checked", "Checked claims (Number)", "Checked claims", "Claims checked in the period.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Checked"),), EVENT_IN_PERIOD),
    Measure("claims-processed", "Processed claims (Number)", "Processed claims", "Claims processed in the period.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Processed"),), EVENT_IN_PERIOD),
    Measure("claims-rejected", "Rejected claims (Number)", "Rejected claims", "Claims rejected in the period.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Rejected"),), EVENT_IN_PERIOD),
    Measure("rejected-value", "Rejected claims (Value)", "Rejected claims value", "Amount claimed by the claims rejected in the period.",
            CLAIM_PROGRAM, *_sum(CLAIMED), (_status("Rejected"),), EVENT_IN_PERIOD, (), None, 2),
    Measure("claims-valuated", "Valuated claims (Number)", "Valuated claims", "Claims valuated in the period.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Valuated"),), EVENT_IN_PERIOD),
    Measure("valuated", "Valuated claims (Value)", "Valuated claims value", "Amount valuated of the claims valuated in the period.",
            CLAIM_PROGRAM, *_sum(VALUATED), (_status("Valuated"),), EVENT_IN_PERIOD, (), None, 2),
    Measure("approved", "Approved amount of valuated claims", "Approved amount", "Amount approved of the claims valuated in the period.",
            CLAIM_PROGRAM, *_sum(APPROVED), (_status("Valuated"),), EVENT_IN_PERIOD, (), None, 2),
    Measure("reimbursed", "Reimbursed claims (Number)", "Reimbursed claims", "Claims valuated in the period with a remunerated amount above zero.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Valuated"), f"{REMUNERATED} > 0"), EVENT_IN_PERIOD),
    Measure("remunerated", "Reimbursed claims (Value)", "Reimbursed claims value", "Amount remunerated of the claims valuated in the period.",
            CLAIM_PROGRAM, *_sum(REMUNERATED), (_status("Valuated"),), EVENT_IN_PERIOD, (), None, 2),
    Measure("pending", "Pending claims (Number)", "Pending claims", "Claims that are Entered, Checked or Processed on the last day of the period.",
            CLAIM_PROGRAM, *_EVENTS, (IS_PENDING, CLAIM_HOLDS_AT_END), EVENT_BY_END),
    Measure("pending-value", "Pending claims (Value)", "Pending claims value", "Amount claimed by the claims that are Entered, Checked or Processed on the last day of the period.",
            CLAIM_PROGRAM, *_sum(CLAIMED), (IS_PENDING, CLAIM_HOLDS_AT_END), EVENT_BY_END, (), None, 2),
    Measure("pending-older-30", "Claims pending for more than 30 days", "Claims pending over 30 days", "Claims pending on the last day of the period whose claim date is more than 30 days before it.",
            CLAIM_PROGRAM, *_EVENTS, (IS_PENDING, CLAIM_HOLDS_AT_END, f"d2:daysBetween({ENROLLMENT_DATE}, {END}) > 30"), EVENT_BY_END),
    *(
        Measure(f"now-{status.lower()}", f"Claims {status} on the last day", f"Claims {status} at end", f"Claims whose status is {status} on the last day of the period.",
                CLAIM_PROGRAM, *_EVENTS, (_status(status), CLAIM_HOLDS_AT_END), EVENT_BY_END)
        for status in ("Entered", "Checked", "Processed", "Rejected", "Valuated")
    ),
    Measure("pending-of-claim-date", "Claims of the period pending at its end", "Claims of period pending", "Claims whose claim date lies in the period and that are Entered, Checked or Processed on its last day.",
            CLAIM_PROGRAM, *_EVENTS, (IS_PENDING, CLAIM_HOLDS_AT_END), ENROLLED_IN_PERIOD + EVENT_BY_END),
    Measure("rejected-of-claim-date", "Claims of the period rejected by now", "Claims of period rejected", "Claims whose claim date lies in the period and that were rejected since.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Rejected"),), ENROLLED_IN_PERIOD),
    Measure("valuated-of-claim-date", "Claims of the period valuated by now", "Claims of period valuated", "Claims whose claim date lies in the period and that were valuated since.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Valuated"),), ENROLLED_IN_PERIOD),
    Measure("reimbursed-of-claim-date", "Claims of the period reimbursed by now", "Claims of period reimbursed", "Claims whose claim date lies in the period and that were valuated since with a remunerated amount above zero.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Valuated"), f"{REMUNERATED} > 0"), ENROLLED_IN_PERIOD),
    Measure("remunerated-of-claim-date", "Amount remunerated of claims of the period", "Remunerated of claims of period", "Amount remunerated, by now, of the claims whose claim date lies in the period.",
            CLAIM_PROGRAM, *_sum(REMUNERATED), (_status("Valuated"),), ENROLLED_IN_PERIOD, (), None, 2),
    Measure("remunerated-home", "Amount remunerated of claims of the period, by home", "Remunerated by home", "Amount remunerated, by now, of the claims whose claim date lies in the period, where the person is registered.",
            CLAIM_PROGRAM, *_sum(REMUNERATED), (_status("Valuated"),), ENROLLED_IN_PERIOD, (), AT_REGISTRATION, 2),
    Measure("claims-home", "Entered claims by home", "Entered claims by home", "Claims entered in the period, where the person is registered now.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Entered"),), EVENT_IN_PERIOD, (), AT_REGISTRATION),
    Measure("claimed-home", "Entered claims by home (Value)", "Entered claims value by home", "Amount claimed by the claims entered in the period, where the person is registered now.",
            CLAIM_PROGRAM, *_sum(CLAIMED), (_status("Entered"),), EVENT_IN_PERIOD, (), AT_REGISTRATION, 2),
    Measure("claims-village", "Entered claims by village of the insuree", "Entered claims by village", "Claims entered in the period, in the village that the claim names.",
            CLAIM_PROGRAM, *_EVENTS, (_status("Entered"),), EVENT_IN_PERIOD, (), VILLAGE),
    Measure("claimants", "Individuals with claims", "Ind with claims", "People with at least one claim entered in the period.",
            CLAIM_PROGRAM, *_PEOPLE, (_status("Entered"),), EVENT_IN_PERIOD, BY_GENDER),
    Measure("claimants-home", "Individuals with claims by home", "Ind with claims by home", "People with at least one claim entered in the period, where they are registered now.",
            CLAIM_PROGRAM, *_PEOPLE, (_status("Entered"),), EVENT_IN_PERIOD, (), AT_REGISTRATION),
    Measure("facilities-with-claims", "Facilities with claims", "Facilities with claims", "Health facilities with at least one claim entered in the period.",
            CLAIM_PROGRAM, AnalyticsType.EVENT, Aggregation.COUNT, ORG_UNITS, (_status("Entered"),), EVENT_IN_PERIOD),
    Measure("claim-mean", "Mean amount of a claim", "Mean amount of a claim", "Mean amount claimed by the claims entered in the period, those of zero included.",
            CLAIM_PROGRAM, *_mean(CLAIMED), (_status("Entered"),), EVENT_IN_PERIOD, (), None, 2),
    Measure("days-to-check", "Days from claim to check", "Days claim to check", "Mean days from the claim date to the check, of the claims checked in the period.",
            CLAIM_PROGRAM, *_mean(f"d2:daysBetween({ENROLLMENT_DATE}, {EVENT_DATE})"), (_status("Checked"),), EVENT_IN_PERIOD, (), None, 2),
    Measure("days-to-valuation", "Days from claim to valuation", "Days claim to valuation", "Mean days from the claim date to the valuation, of the claims valuated in the period.",
            CLAIM_PROGRAM, *_mean(f"d2:daysBetween({ENROLLMENT_DATE}, {EVENT_DATE})"), (_status("Valuated"),), EVENT_IN_PERIOD, (), None, 2),
    Measure("days-check-to-valuation", "Days from check to valuation", "Days check to valuation", "Mean days from the check to the valuation, of the claims valuated in the period that have a check date.",
            CLAIM_PROGRAM, *_mean(f"d2:daysBetween({CHECKED_ON}, {EVENT_DATE})"), (_status("Valuated"),), EVENT_IN_PERIOD, (), None, 2),
    Measure("services-lines", "Claimed services (Lines)", "Claimed services lines", "Service lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *_EVENTS, (IS_SERVICE,), EVENT_IN_PERIOD),
    Measure("services-quantity", "Claimed services (Quantity)", "Claimed services quantity", "Quantity of the service lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *_sum(_service("service_quantity")), (IS_SERVICE,), EVENT_IN_PERIOD, (), None, 2),
    Measure("services-amount", "Claimed services (Value)", "Claimed services value", "Quantity times price of the service lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *_sum(f"{_service('service_quantity')} * {_service('service_price')}"), (IS_SERVICE,), EVENT_IN_PERIOD, (), None, 2),
    Measure("services-of-claim-date", "Services of claims of the period", "Services of claims of period", "Service lines of the claims whose claim date lies in the period.",
            CLAIM_PROGRAM, *_EVENTS, (IS_SERVICE,), ENROLLED_IN_PERIOD),
    Measure("items-lines", "Claimed items (Lines)", "Claimed items lines", "Item lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *_EVENTS, (IS_ITEM,), EVENT_IN_PERIOD),
    Measure("items-quantity", "Claimed items (Quantity)", "Claimed items quantity", "Quantity of the item lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *_sum(_item("item_quantity")), (IS_ITEM,), EVENT_IN_PERIOD, (), None, 2),
    Measure("items-amount", "Claimed items (Value)", "Claimed items value", "Quantity times price of the item lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *_sum(f"{_item('item_quantity')} * {_item('item_price')}"), (IS_ITEM,), EVENT_IN_PERIOD, (), None, 2),
    Measure("items-of-claim-date", "Items of claims of the period", "Items of claims of period", "Item lines of the claims whose claim date lies in the period.",
            CLAIM_PROGRAM, *_EVENTS, (IS_ITEM,), ENROLLED_IN_PERIOD),
)  # fmt: skip

MEASURES: tuple[Measure, ...] = BENEFICIARY_MEASURES + CLAIM_MEASURES

SEED_UIDS: dict[tuple[str, str], str] = {
    ("enrolled", ""): "yDNRa6YuuNO",
    ("enrolled", "female"): "s8IpSnizs1Q",
    ("enrolled", "male"): "SG3zODdA4xe",
    ("covered", ""): "rkrlE9CpQhi",
    ("covered", "female"): "q95Z1wpyN9G",
    ("covered", "male"): "wJi35qIZqWq",
    ("covered", "age-0-14"): "is5blArIGAY",
    ("covered", "age-15-29"): "XXqfM2BF2oA",
    ("covered", "age-30-44"): "S52CWZETIsQ",
    ("covered", "age-45"): "nC6X2wOGlJO",
    ("not-covered", ""): "UM79YcNQ7kS",
    ("not-covered", "female"): "oTjZ6s3izJI",
    ("not-covered", "male"): "Jd26EW6ihCA",
    ("not-covered", "age-0-14"): "AygD2NwMgbH",
    ("not-covered", "age-15-29"): "X4OmNeVZa3B",
    ("not-covered", "age-30-44"): "FtEdeDWtuCx",
    ("not-covered", "age-45"): "D9VzYQgA6Fr",
    ("new", ""): "G3QTwuT6GH6",
    ("new", "female"): "uXsjphpNKK0",
    ("new", "male"): "V4tvJmhIl4z",
    ("new", "age-0-14"): "iWimlzG1eny",
    ("new", "age-15-29"): "wjM2JRAOr27",
    ("new", "age-30-44"): "kH3JcqgXShY",
    ("new", "age-45"): "P2CbEbyIJDY",
    ("renewed", ""): "RpnIUBegKpt",
    ("renewed", "female"): "VuNGV1MdwQX",
    ("renewed", "male"): "jbpIMQhopev",
    ("renewed", "age-0-14"): "dIinr9G5wxI",
    ("renewed", "age-15-29"): "AxZvVQOm5yA",
    ("renewed", "age-30-44"): "rGLTYu9aV1x",
    ("renewed", "age-45"): "touYhtqh1ZU",
    ("households", ""): "juPb3RwrEA1",
    ("households", "poor"): "DS6XZ2quTyX",
    ("households", "non-poor"): "NXTjigQFtSy",
    ("households-covered", ""): "VgnWl8OaLxB",
    ("households-covered", "female"): "Pd2vUANNC6o",
    ("households-covered", "male"): "cvIBrKolQ9g",
    ("households-covered", "age-0-14"): "M7SSNc4cEYl",
    ("households-covered", "age-15-29"): "wM24gRxuilS",
    ("households-covered", "age-30-44"): "Gg7A03lVYgi",
    ("households-covered", "age-45"): "w6wMvTXJQtS",
    ("households-not-covered", ""): "FOzzGj6S4Jx",
    ("households-not-covered", "female"): "SnAafT2tp2M",
    ("households-not-covered", "male"): "N9B6mWZnOFY",
    ("households-not-covered", "age-0-14"): "FLlmkdfvTbi",
    ("households-not-covered", "age-15-29"): "BbQAg0HP7lu",
    ("households-not-covered", "age-30-44"): "W1c82yrXUJw",
    ("households-not-covered", "age-45"): "LeXSq4qLBug",
    ("households-with-new", ""): "loa7UcWUG0w",
    ("households-renewed", ""): "ImBSGZHPOw7",
    ("claims-entered", ""): "WZtOGVngTyZ",
    ("claims-entered", "emergency"): "PIHzgtJJWOM",
    ("claims-entered", "referral"): "GIHkSJ03xy6",
    ("claims-entered", "other"): "WJ6Dk8Su0f9",
    ("claimed", ""): "aSQJRxEbXVY",
    ("claimed", "emergency"): "JQlFhKpp9cC",
    ("claimed", "referral"): "MBZdqaFbyTj",
    ("claimed", "other"): "zs3209uGrA7",
    ("claims-rejected", ""): "NTKfxhC9ATY",
    ("rejected-value", ""): "Jxo1OJb10k4",
    ("claims-valuated", ""): "RghPO7UvKVo",
    ("valuated", ""): "GuulTpV4Mt0",
    ("reimbursed", ""): "fPFSgK6EuEf",
    ("remunerated", ""): "cNgE0blQj0L",
    ("pending", ""): "QMANc4i8Jw3",
    ("pending-value", ""): "pB3mDwD7ukA",
}
"""The seed's UIDs: (measure, split) to UID; of option splits see `SEED_OPTION_UIDS`."""

SEED_OPTION_UIDS: dict[tuple[str, str, str], str] = {
    ("covered", "education", "1"): "SRAg0qdahOG",
    ("covered", "education", "2"): "h1171H5y1CO",
    ("covered", "education", "3"): "kIVNbmqNvFH",
    ("covered", "education", "4"): "dzSp6LPPCf6",
    ("covered", "education", "5"): "I7WCfF5zBcW",
    ("covered", "education", "6"): "MPGctpzrtne",
    ("covered", "education", "7"): "DXFKzM0P1GJ",
    ("not-covered", "education", "1"): "gtJ5N7xJ6hv",
    ("not-covered", "education", "2"): "HOKpR9vti3H",
    ("not-covered", "education", "3"): "VpQsW5nUi5k",
    ("not-covered", "education", "4"): "FmZQges6qPh",
    ("not-covered", "education", "5"): "QznzZhZivja",
    ("not-covered", "education", "6"): "cGzCypPxyI0",
    ("not-covered", "education", "7"): "Sj2w7Z0wmNl",
    ("covered", "family-type", "C"): "k4xX1AVo367",
    ("covered", "family-type", "H"): "HXsUbEcXDBE",
    ("covered", "family-type", "G"): "WoQZixGJXJE",
    ("covered", "family-type", "O"): "D6ubtsyZbTd",
    ("covered", "family-type", "P"): "e94CQHteFyt",
    ("covered", "family-type", "S"): "xwx6Yxub4Dj",
    ("covered", "family-type", "T"): "lCJpqwwZ4jW",
}
"""The seed's UIDs of option splits: (measure, split, code of openIMIS's own lists) to UID."""
