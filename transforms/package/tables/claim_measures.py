"""What is counted of claims, services and items."""

from dataclasses import replace

from transforms.model.tables import claim
from transforms.model.tables.option_sets import PRODUCT, REJECTION_REASON, VISIT_TYPE
from transforms.model.tables.programs import (
    CLAIM_DETAILS_STAGE,
    CLAIM_ITEMS_STAGE,
    CLAIM_PROGRAM,
    CLAIM_SERVICES_STAGE,
)
from transforms.package.tables.measures import (
    AT_REGISTRATION,
    COUNT_ENROLLMENTS,
    COUNT_EVENTS,
    COUNT_PEOPLE,
    END,
    ENROLLED_IN_PERIOD,
    ENROLLMENT_DATE,
    EVENT_BY_END,
    EVENT_DATE,
    EVENT_IN_PERIOD,
    ORG_UNITS,
    Aggregation,
    AnalyticsType,
    Measure,
    OptionSplit,
    element,
    field_of,
    mean_of,
    sum_of,
)
from transforms.package.tables.splits import (
    BY_AGE_AT_CLAIM,
    BY_GENDER,
    option_split,
)


def _claim(key: str) -> str:
    return element(CLAIM_DETAILS_STAGE, claim.CLAIM_DETAILS_FIELDS, key)


def _service(key: str) -> str:
    return element(CLAIM_SERVICES_STAGE, claim.CLAIM_SERVICE_FIELDS, key)


def _item(key: str) -> str:
    return element(CLAIM_ITEMS_STAGE, claim.CLAIM_ITEM_FIELDS, key)


def _status(status: str) -> str:
    return f"{CLAIM_STATUS} == '{status}'"


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
VILLAGE = field_of(claim.CLAIM_DETAILS_FIELDS, "insuree_village").uid
# Every line has it; a line whose service has no code in openIMIS has no service.
IS_SERVICE = f"d2:hasValue({_service('line_sequence')})"
IS_ITEM = f"d2:hasValue({_item('line_sequence')})"
SERVICE_CODE = _service("claimed_service")

BY_CLAIM_PRODUCT = OptionSplit("product", "Product", _claim("claim_product"), PRODUCT)
BY_VISIT_TYPE = tuple(
    option_split(key, label, _claim("visit_type"), VISIT_TYPE, label)
    for key, label in (("emergency", "Emergency"), ("referral", "Referral"), ("other", "Other"))
)
BY_REASON = OptionSplit("reason", "Reason", _claim("claim_rejection_reason"), REJECTION_REASON)


def counted_once(measure: Measure) -> Measure:
    """Return a measure of claims without those that others stand in for; others stay as they are.

    The condition is that of a missing number: what is there is above zero.
    """
    if measure.program is not CLAIM_PROGRAM:
        return measure
    text = " ".join((measure.expression, *measure.conditions))
    stages = {
        CLAIM_SERVICES_STAGE: claim.CLAIM_SERVICE_FIELDS,
        CLAIM_ITEMS_STAGE: claim.CLAIM_ITEM_FIELDS,
    }
    stage = next((each for each in stages if each.uid in text), CLAIM_DETAILS_STAGE)
    replacing = element(
        stage, stages.get(stage, claim.CLAIM_DETAILS_FIELDS), claim.REPLACING_CLAIMS.key
    )
    condition = f"firstNonNull({replacing}, 0) == 0"
    return replace(measure, conditions=(*measure.conditions, condition))


CLAIM_MEASURES: tuple[Measure, ...] = (
    Measure("claims", "Claims", "Claims", "Claims whose claim date lies in the period.",
            CLAIM_PROGRAM, *COUNT_ENROLLMENTS, (), ENROLLED_IN_PERIOD),
    Measure("claims-entered", "Entered claims (Number)", "Entered claims", "Claims entered in the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Entered"),), EVENT_IN_PERIOD, (*BY_VISIT_TYPE, *BY_GENDER, *BY_AGE_AT_CLAIM, BY_CLAIM_PRODUCT)),
    Measure("claimed", "Entered claims (Value)", "Entered claims value", "Amount claimed by the claims entered in the period.",
            CLAIM_PROGRAM, *sum_of(CLAIMED), (_status("Entered"),), EVENT_IN_PERIOD, (*BY_VISIT_TYPE, BY_CLAIM_PRODUCT)),
    Measure("claims-checked", "Checked claims (Number)", "Checked claims", "Claims checked in the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Checked"),), EVENT_IN_PERIOD),
    Measure("claims-processed", "Processed claims (Number)", "Processed claims", "Claims processed in the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Processed"),), EVENT_IN_PERIOD),
    Measure("claims-rejected", "Rejected claims (Number)", "Rejected claims", "Claims rejected in the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Rejected"),), EVENT_IN_PERIOD),
    Measure("rejected-value", "Rejected claims (Value)", "Rejected claims value", "Amount claimed by the claims rejected in the period.",
            CLAIM_PROGRAM, *sum_of(CLAIMED), (_status("Rejected"),), EVENT_IN_PERIOD),
    Measure("claims-valuated", "Valuated claims (Number)", "Valuated claims", "Claims valuated in the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Valuated"),), EVENT_IN_PERIOD),
    Measure("valuated", "Valuated claims (Value)", "Valuated claims value", "Amount valuated of the claims valuated in the period.",
            CLAIM_PROGRAM, *sum_of(VALUATED), (_status("Valuated"),), EVENT_IN_PERIOD),
    Measure("approved", "Approved amount of valuated claims", "Approved amount", "Amount approved of the claims valuated in the period.",
            CLAIM_PROGRAM, *sum_of(APPROVED), (_status("Valuated"),), EVENT_IN_PERIOD),
    Measure("reimbursed", "Reimbursed claims (Number)", "Reimbursed claims", "Claims valuated in the period with a remunerated amount above zero.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Valuated"), f"{REMUNERATED} > 0"), EVENT_IN_PERIOD),
    Measure("remunerated", "Reimbursed claims (Value)", "Reimbursed claims value", "Amount remunerated of the claims valuated in the period.",
            CLAIM_PROGRAM, *sum_of(REMUNERATED), (_status("Valuated"),), EVENT_IN_PERIOD),
    Measure("pending", "Pending claims (Number)", "Pending claims", "Claims that are Entered, Checked or Processed on the last day of the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (IS_PENDING, CLAIM_HOLDS_AT_END), EVENT_BY_END),
    Measure("pending-value", "Pending claims (Value)", "Pending claims value", "Amount claimed by the claims that are Entered, Checked or Processed on the last day of the period.",
            CLAIM_PROGRAM, *sum_of(CLAIMED), (IS_PENDING, CLAIM_HOLDS_AT_END), EVENT_BY_END),
    Measure("pending-older-30", "Claims pending for more than 30 days", "Claims pending over 30 days", "Claims pending on the last day of the period whose claim date is more than 30 days before it.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (IS_PENDING, CLAIM_HOLDS_AT_END, f"d2:daysBetween({ENROLLMENT_DATE}, {END}) > 30"), EVENT_BY_END),
    *(
        Measure(f"now-{status.lower()}", f"Claims {status} on the last day", f"Claims {status} at end", f"Claims whose status is {status} on the last day of the period.",
                CLAIM_PROGRAM, *COUNT_EVENTS, (_status(status), CLAIM_HOLDS_AT_END), EVENT_BY_END)
        for status in ("Entered", "Checked", "Processed", "Rejected", "Valuated")
    ),
    Measure("pending-of-claim-date", "Claims of the period pending at its end", "Claims of period pending", "Claims whose claim date lies in the period and that are Entered, Checked or Processed on its last day.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (IS_PENDING, CLAIM_HOLDS_AT_END), ENROLLED_IN_PERIOD + EVENT_BY_END),
    Measure("rejected-of-claim-date", "Claims of the period rejected by now", "Claims of period rejected", "Claims whose claim date lies in the period and that were rejected since.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Rejected"),), ENROLLED_IN_PERIOD, (BY_REASON,)),
    Measure("valuated-of-claim-date", "Claims of the period valuated by now", "Claims of period valuated", "Claims whose claim date lies in the period and that were valuated since.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Valuated"),), ENROLLED_IN_PERIOD),
    Measure("reimbursed-of-claim-date", "Claims of the period reimbursed by now", "Claims of period reimbursed", "Claims whose claim date lies in the period and that were valuated since with a remunerated amount above zero.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Valuated"), f"{REMUNERATED} > 0"), ENROLLED_IN_PERIOD),
    Measure("remunerated-of-claim-date", "Amount remunerated of claims of the period", "Remunerated of claims of period", "Amount remunerated, by now, of the claims whose claim date lies in the period.",
            CLAIM_PROGRAM, *sum_of(REMUNERATED), (_status("Valuated"),), ENROLLED_IN_PERIOD),
    Measure("remunerated-home", "Amount remunerated of claims of the period, by home", "Remunerated by home", "Amount remunerated, by now, of the claims whose claim date lies in the period, where the person is registered.",
            CLAIM_PROGRAM, *sum_of(REMUNERATED), (_status("Valuated"),), ENROLLED_IN_PERIOD, (), AT_REGISTRATION),
    Measure("claims-home", "Entered claims by home", "Entered claims by home", "Claims entered in the period, where the person is registered now.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Entered"),), EVENT_IN_PERIOD, (), AT_REGISTRATION),
    Measure("claimed-home", "Entered claims by home (Value)", "Entered claims value by home", "Amount claimed by the claims entered in the period, where the person is registered now.",
            CLAIM_PROGRAM, *sum_of(CLAIMED), (_status("Entered"),), EVENT_IN_PERIOD, (), AT_REGISTRATION),
    Measure("claims-village", "Entered claims by village of the insuree", "Entered claims by village", "Claims entered in the period, in the village that the claim names.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (_status("Entered"),), EVENT_IN_PERIOD, (), VILLAGE),
    Measure("claimants", "Individuals with claims", "Ind with claims", "People with at least one claim entered in the period.",
            CLAIM_PROGRAM, *COUNT_PEOPLE, (_status("Entered"),), EVENT_IN_PERIOD, BY_GENDER),
    Measure("claimants-home", "Individuals with claims by home", "Ind with claims by home", "People with at least one claim entered in the period, where they are registered now.",
            CLAIM_PROGRAM, *COUNT_PEOPLE, (_status("Entered"),), EVENT_IN_PERIOD, (), AT_REGISTRATION),
    Measure("facilities-with-claims", "Facilities with claims", "Facilities with claims", "Health facilities with at least one claim entered in the period.",
            CLAIM_PROGRAM, AnalyticsType.EVENT, Aggregation.COUNT, ORG_UNITS, (_status("Entered"),), EVENT_IN_PERIOD),
    Measure("claim-mean", "Mean amount of a claim", "Mean amount of a claim", "Mean amount claimed by the claims entered in the period, those of zero included.",
            CLAIM_PROGRAM, *mean_of(CLAIMED), (_status("Entered"),), EVENT_IN_PERIOD),
    Measure("days-to-check", "Days from claim to check", "Days claim to check", "Mean days from the claim date to the check, of the claims checked in the period.",
            CLAIM_PROGRAM, *mean_of(f"d2:daysBetween({ENROLLMENT_DATE}, {EVENT_DATE})"), (_status("Checked"),), EVENT_IN_PERIOD, (), None, 1),
    Measure("days-to-valuation", "Days from claim to valuation", "Days claim to valuation", "Mean days from the claim date to the valuation, of the claims valuated in the period.",
            CLAIM_PROGRAM, *mean_of(f"d2:daysBetween({ENROLLMENT_DATE}, {EVENT_DATE})"), (_status("Valuated"),), EVENT_IN_PERIOD, (), None, 1),
    Measure("days-check-to-valuation", "Days from check to valuation", "Days check to valuation", "Mean days from the check to the valuation, of the claims valuated in the period that have a check date.",
            CLAIM_PROGRAM, *mean_of(f"d2:daysBetween({CHECKED_ON}, {EVENT_DATE})"), (_status("Valuated"),), EVENT_IN_PERIOD, (), None, 1),
    Measure("services-lines", "Claimed services (Lines)", "Claimed services lines", "Service lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (IS_SERVICE,), EVENT_IN_PERIOD),
    Measure("services-quantity", "Claimed services (Quantity)", "Claimed services quantity", "Quantity of the service lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *sum_of(_service("service_quantity")), (IS_SERVICE,), EVENT_IN_PERIOD, (), None, 2),
    Measure("services-amount", "Claimed services (Value)", "Claimed services value", "Quantity times price of the service lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *sum_of(f"{_service('service_quantity')} * {_service('service_price')}"), (IS_SERVICE,), EVENT_IN_PERIOD),
    Measure("services-of-claim-date", "Services of claims of the period", "Services of claims of period", "Service lines of the claims whose claim date lies in the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (IS_SERVICE,), ENROLLED_IN_PERIOD),
    Measure("items-lines", "Claimed items (Lines)", "Claimed items lines", "Item lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (IS_ITEM,), EVENT_IN_PERIOD),
    Measure("items-quantity", "Claimed items (Quantity)", "Claimed items quantity", "Quantity of the item lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *sum_of(_item("item_quantity")), (IS_ITEM,), EVENT_IN_PERIOD, (), None, 2),
    Measure("items-amount", "Claimed items (Value)", "Claimed items value", "Quantity times price of the item lines of claims whose visit lies in the period.",
            CLAIM_PROGRAM, *sum_of(f"{_item('item_quantity')} * {_item('item_price')}"), (IS_ITEM,), EVENT_IN_PERIOD),
    Measure("items-of-claim-date", "Items of claims of the period", "Items of claims of period", "Item lines of the claims whose claim date lies in the period.",
            CLAIM_PROGRAM, *COUNT_EVENTS, (IS_ITEM,), ENROLLED_IN_PERIOD),
)  # fmt: skip

SERVICE_PEOPLE = Measure(
    "service-people", "Individuals with services", "Ind with services", "People with a service line of a claim whose visit lies in the period.",
    CLAIM_PROGRAM, *COUNT_PEOPLE, (IS_SERVICE,), EVENT_IN_PERIOD,
)  # fmt: skip
SERVICE_GROUP_MEASURES: tuple[Measure, ...] = (
    *(row for row in CLAIM_MEASURES if row.key in {"services-lines", "services-quantity", "services-amount"}),
    SERVICE_PEOPLE,
)  # fmt: skip
"""What is counted of each group of services that a country names."""
