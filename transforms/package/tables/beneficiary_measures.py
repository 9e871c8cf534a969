"""What is counted of people, households and policies."""

from transforms.model.tables import contribution, insuree, policy
from transforms.model.tables.option_sets import PAY_TYPE, PAYER_TYPE, PRODUCT
from transforms.model.tables.programs import (
    CONTRIBUTION_STAGE,
    CONTRIBUTIONS,
    INSUREE_PROGRAM,
    POLICY_STAGE,
)
from transforms.package.tables.measures import (
    AT_ENROLLMENT,
    COUNT_ENROLLMENTS,
    COUNT_EVENTS,
    COUNT_PEOPLE,
    END,
    ENROLLED_BEFORE,
    ENROLLED_BY_END,
    ENROLLED_IN_PERIOD,
    EVENT_BEFORE,
    EVENT_BY_END,
    EVENT_DATE,
    EVENT_IN_PERIOD,
    START,
    Aggregation,
    AnalyticsType,
    Measure,
    OptionSplit,
    attribute,
    element,
    sum_of,
)
from transforms.package.tables.splits import (
    BY_AGE,
    BY_EDUCATION,
    BY_FAMILY_TYPE,
    BY_GENDER,
    BY_POVERTY,
)


def _policy(key: str) -> str:
    return element(POLICY_STAGE, policy.POLICY_FIELDS, key)


def _contribution(key: str) -> str:
    return element(CONTRIBUTION_STAGE, contribution.CONTRIBUTION_FIELDS, key)


STAGE = _policy("policy_stage")
STATUS = _policy("policy_status")
VALUE = _policy("policy_value")
EFFECTIVE = _policy("policy_effective_date")
EXPIRY = _policy("policy_expiry_date")
UNTIL = _policy("status_until")
ACTIVE_POLICIES = _policy("active_policies_of_person")
FIRST_TIME = _policy("is_first_time_in_status")

IS_HEAD = f"{attribute(insuree.HOUSEHOLD_HEAD)} == 'Yes'"
IS_ACTIVE = f"{STATUS} == 'Active'"
IS_FIRST_TIME = f"{FIRST_TIME} == 'Yes'"
HOLDS_AT_END = f"{UNTIL} >= {END}"
HOLDS_IN_PERIOD = f"{UNTIL} >= {START}"
# A status that another one of the same day replaced ended the day before; it lasted no day.
LASTED_A_DAY = f"d2:daysBetween({UNTIL}, {EVENT_DATE}) < 1"
HOLDS_AT_START = f"d2:daysBetween({START}, {UNTIL}) >= -1"
NOT_COVERED = f"firstNonNull({ACTIVE_POLICIES}, 0) == 0"
IS_NEW = f"{STAGE} == 'New policy'"
IS_RENEWED = f"{STAGE} == 'Renewed policy'"
ONE_A_POLICY = f"{VALUE} >= 0"
DAYS_IN_FORCE = (
    f"if({UNTIL} > {END}, d2:daysBetween({START}, {END}), d2:daysBetween({START}, {UNTIL}))"
    f" - if({EVENT_DATE} < {START}, 0, d2:daysBetween({START}, {EVENT_DATE})) + 1"
)

PAID = _contribution("contribution_amount")
IS_CONTRIBUTION = f"d2:hasValue({PAID})"

BY_PRODUCT = OptionSplit("product", "Product", _policy("policy_product"), PRODUCT)
BY_PRODUCT_PAID = OptionSplit("product", "Product", _contribution("policy_product"), PRODUCT)
BY_PAY_TYPE = OptionSplit("pay-type", "Pay type", _contribution("contribution_pay_type"), PAY_TYPE)
BY_PAYER = OptionSplit("payer", "Payer", _contribution("contribution_payer_type"), PAYER_TYPE)
_ENROLLED_AND_EVENTS = ENROLLED_BY_END + EVENT_BY_END

BENEFICIARY_MEASURES: tuple[Measure, ...] = (
    Measure("enrolled", "Individuals enrolled", "Ind enrolled", "People with an enrollment in the insuree program dated up to the last day of the period.",
            INSUREE_PROGRAM, *COUNT_ENROLLMENTS, (), ENROLLED_BY_END, (*BY_GENDER, *BY_AGE)),
    Measure("enrolled-new", "Individuals newly enrolled", "Ind newly enrolled", "People whose enrollment is dated in the period.",
            INSUREE_PROGRAM, *COUNT_ENROLLMENTS, (), ENROLLED_IN_PERIOD, BY_GENDER),
    Measure("enrolled-before", "Individuals enrolled at the start", "Ind enrolled at start", "People with an enrollment dated before the first day of the period.",
            INSUREE_PROGRAM, *COUNT_ENROLLMENTS, (), ENROLLED_BEFORE),
    Measure("covered", "Individuals with active policy", "Ind active", "People with at least one policy that is Active on the last day of the period, where they are enrolled.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (IS_ACTIVE, HOLDS_AT_END), EVENT_BY_END, (*BY_GENDER, *BY_AGE, BY_EDUCATION, BY_FAMILY_TYPE, BY_PRODUCT), AT_ENROLLMENT),
    Measure("not-covered", "Individuals enrolled and not covered", "Ind not covered", "People enrolled up to the last day of the period of whose policies none is Active on it, those who never had a policy included.",
            INSUREE_PROGRAM, *COUNT_ENROLLMENTS, (NOT_COVERED,), _ENROLLED_AND_EVENTS, (*BY_GENDER, *BY_AGE, BY_EDUCATION)),
    Measure("new", "Individuals enrolled with new policy", "Ind new policy", "People of whose policies one of stage New policy became Active for the first time in the period, where they are enrolled.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (IS_NEW, IS_ACTIVE, IS_FIRST_TIME), EVENT_IN_PERIOD, (*BY_GENDER, *BY_AGE), AT_ENROLLMENT),
    Measure("renewed", "Individuals enrolled with renewed policy", "Ind renewed policy", "People of whose policies one of stage Renewed policy became Active for the first time in the period, where they are enrolled.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (IS_RENEWED, IS_ACTIVE, IS_FIRST_TIME), EVENT_IN_PERIOD, (*BY_GENDER, *BY_AGE), AT_ENROLLMENT),
    Measure("ever-covered", "Individuals ever covered", "Ind ever covered", "People one of whose policies was Active on some day up to the end of the period, where they are enrolled.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (IS_ACTIVE, LASTED_A_DAY), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("covered-any-day", "Individuals covered on at least one day", "Ind covered any day", "People one of whose policies was Active on at least one day of the period, where they are enrolled.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (IS_ACTIVE, HOLDS_IN_PERIOD, LASTED_A_DAY), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("expired-people", "Individuals with expired policy", "Ind expired policy", "People one of whose policies expired in the period (the day after its last day of cover lies in it), where they are enrolled.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (f"{STATUS} == 'Expired'",), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("households", "Households enrolled", "HH enrolled", "Heads of households with an enrollment dated up to the last day of the period.",
            INSUREE_PROGRAM, *COUNT_ENROLLMENTS, (IS_HEAD,), ENROLLED_BY_END, BY_POVERTY),
    Measure("households-new", "Households newly enrolled", "HH newly enrolled", "Heads of households whose enrollment is dated in the period.",
            INSUREE_PROGRAM, *COUNT_ENROLLMENTS, (IS_HEAD,), ENROLLED_IN_PERIOD),
    Measure("households-covered", "Households enrolled with active policy", "HH active", "Heads of households with at least one policy that is Active on the last day of the period; gender and age are the head's.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (IS_ACTIVE, HOLDS_AT_END, IS_HEAD), EVENT_BY_END, (*BY_GENDER, *BY_AGE, *BY_POVERTY), AT_ENROLLMENT),
    Measure("households-not-covered", "Households enrolled and not covered", "HH not covered", "Heads of households enrolled up to the last day of the period of whose policies none is Active on it; gender and age are the head's.",
            INSUREE_PROGRAM, *COUNT_ENROLLMENTS, (NOT_COVERED, IS_HEAD), _ENROLLED_AND_EVENTS, (*BY_GENDER, *BY_AGE, *BY_POVERTY)),
    Measure("households-with-new", "Households enrolled with new policy", "HH new policy", "Heads of households of whose policies one of stage New policy became Active for the first time in the period.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (IS_NEW, IS_ACTIVE, IS_FIRST_TIME, IS_HEAD), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("households-renewed", "Households enrolled with renewed policy", "HH renewed policy", "Heads of households of whose policies one of stage Renewed policy became Active for the first time in the period.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (IS_RENEWED, IS_ACTIVE, IS_FIRST_TIME, IS_HEAD), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("households-expired", "Households with expired policy", "HH expired policy", "Heads of households one of whose policies expired in the period.",
            INSUREE_PROGRAM, *COUNT_PEOPLE, (f"{STATUS} == 'Expired'", IS_HEAD), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policies-in-force", "Policies in force", "Policies in force", "Policies that are Active on the last day of the period; each counts once, for the member who carries its value.",
            INSUREE_PROGRAM, *COUNT_EVENTS, (IS_ACTIVE, HOLDS_AT_END, ONE_A_POLICY), EVENT_BY_END, (BY_PRODUCT,), AT_ENROLLMENT),
    Measure("policies-in-force-before", "Policies in force at the start", "Policies in force at start", "Policies that are Active on the day before the period.",
            INSUREE_PROGRAM, *COUNT_EVENTS, (IS_ACTIVE, HOLDS_AT_START, ONE_A_POLICY), EVENT_BEFORE, (), AT_ENROLLMENT),
    Measure("policies-in-force-value", "Value of policies in force", "Value of policies in force", "Sum of the values of the policies that are Active on the last day of the period.",
            INSUREE_PROGRAM, *sum_of(VALUE), (IS_ACTIVE, HOLDS_AT_END), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("policies-idle", "Policies idle", "Policies idle", "Policies that are Idle on the last day of the period.",
            INSUREE_PROGRAM, *COUNT_EVENTS, (f"{STATUS} == 'Idle'", HOLDS_AT_END, ONE_A_POLICY), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("policies-suspended", "Policies suspended", "Policies suspended", "Policies that are Suspended on the last day of the period.",
            INSUREE_PROGRAM, *COUNT_EVENTS, (f"{STATUS} == 'Suspended'", HOLDS_AT_END, ONE_A_POLICY), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("policies-new", "New policies", "New policies", "Policies of stage New policy that became Active for the first time in the period.",
            INSUREE_PROGRAM, *COUNT_EVENTS, (IS_NEW, IS_ACTIVE, IS_FIRST_TIME, ONE_A_POLICY), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policies-renewed", "Renewed policies", "Renewed policies", "Policies of stage Renewed policy that became Active for the first time in the period.",
            INSUREE_PROGRAM, *COUNT_EVENTS, (IS_RENEWED, IS_ACTIVE, IS_FIRST_TIME, ONE_A_POLICY), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policies-expired", "Expired policies", "Expired policies", "Policies that expired in the period, those that were never activated included.",
            INSUREE_PROGRAM, *COUNT_EVENTS, (f"{STATUS} == 'Expired'", ONE_A_POLICY), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policies-suspended-in-period", "Policies suspended in the period", "Policies suspended in period", "Suspensions of policies dated in the period.",
            INSUREE_PROGRAM, *COUNT_EVENTS, (f"{STATUS} == 'Suspended'", ONE_A_POLICY), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("policy-value", "Value of policies activated", "Value of policies activated", "Sum of the values of the policies that became Active for the first time in the period.",
            INSUREE_PROGRAM, *sum_of(VALUE), (IS_ACTIVE, IS_FIRST_TIME), EVENT_IN_PERIOD, (), AT_ENROLLMENT),
    Measure("insured-days", "Insured days", "Insured days", "Days of the period on which people had an Active policy, added up over people and policies.",
            INSUREE_PROGRAM, *sum_of(DAYS_IN_FORCE), (IS_ACTIVE, HOLDS_IN_PERIOD), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("earned-value", "Earned policy value", "Earned policy value", "The part of the policies' values that falls on the days of the period, each value spread evenly over the days from effective to expiry date.",
            INSUREE_PROGRAM, *sum_of(f"{VALUE} * ({DAYS_IN_FORCE}) / (d2:daysBetween({EFFECTIVE}, {EXPIRY}) + 1)"), (IS_ACTIVE, HOLDS_IN_PERIOD), EVENT_BY_END, (), AT_ENROLLMENT),
    Measure("age-mean", "Mean age of the covered", "Mean age of the covered", "Mean age on the last day of the period, in completed years, of enrolled people with an Active policy.",
            INSUREE_PROGRAM, AnalyticsType.ENROLLMENT, Aggregation.AVERAGE, f"d2:yearsBetween({attribute(insuree.DATE_OF_BIRTH)}, {END})", (f"{ACTIVE_POLICIES} > 0",), _ENROLLED_AND_EVENTS, (), None, 1),
    Measure("contributions", "Contributions collected", "Contributions collected", "Sum of what was paid in the period for policies, by the day of payment; photo fees and funding are left out. Each payment lies where the head of the household is enrolled.",
            INSUREE_PROGRAM, *sum_of(PAID), (IS_CONTRIBUTION,), EVENT_IN_PERIOD, (BY_PRODUCT_PAID, BY_PAY_TYPE, BY_PAYER), AT_ENROLLMENT, 0, CONTRIBUTIONS),
)  # fmt: skip
