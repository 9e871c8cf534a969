"""What the evaluator and the servers of the lab do not agree on, and what no server was asked."""

BY_CHANCE = "two events of one moment: which is the latest is arbitrary, and another one on 2.43"
MEANS_NOTHING = "differs between versions and means nothing useful (law 19); refused"

DIFFERENT: dict[str, str] = {
    **dict.fromkeys(
        (
            "tie-P02", "tie-P03", "cov-latest", "cov-latest-onlyevt", "cov-expirybound", "not-ne",
            "pending-latest", "pending-seed", "rejected-latest",
        ),
        BY_CHANCE,
    ),
    **dict.fromkeys(
        ("agg-LAST", "agg-FIRST", "agg-LAST_AVERAGE_ORG_UNIT", "services-last"), MEANS_NOTHING
    ),
    "event-date-enr": "which event V{event_date} is of in ENROLLMENT type is arbitrary; refused",
    "claims-entered-value-count": "V{value_count} without a data element counted events; refused",
    "indicator:enrolment-rate": "an element with aggregation SUM has no month of a year (law 25)",
    "indicator:enrolment-rate-annual": "annualized changes the figure (law 27)",
    "indicator:enrolment-rate-2": "2.43 averages by days: 7 rates differ by 0.01 (law 25)",
}  # fmt: skip
"""Indicator of the lab to why the evaluator and at least one server differ."""

NOBODY_LACKED_ONE = (
    "everybody in the lab had every attribute; that no comparison with a missing one is true was "
    "seen of data elements (law 11), and 2.43 makes an empty text or 0 of those in ENROLLMENT type"
)

UNPROVEN: dict[str, str] = {
    "ENROLLMENT filter: text attribute that is missing": NOBODY_LACKED_ONE,
    "ENROLLMENT filter: date attribute that is missing": NOBODY_LACKED_ONE,
    "ENROLLMENT expression: date attribute that is missing": NOBODY_LACKED_ONE,
    "EVENT filter: text attribute that is missing": NOBODY_LACKED_ONE,
    "EVENT filter: date attribute that is missing": NOBODY_LACKED_ONE,
    "ENROLLMENT boundary date element AFTER_END_OF_REPORTING_PERIOD": BY_CHANCE,
    "ENROLLMENT expression: V{event_date}": "arbitrary",
    "ENROLLMENT expression: d2:daysBetween(V{event_date}, V{analytics_period_end})": "arbitrary",
    "ENROLLMENT filter: d2:countIfCondition(text element, a text)": "refused by DHIS2 (E7132)",
    "EVENT NONE of values": "DHIS2 fails (500)",
    "EVENT LAST of values": MEANS_NOTHING,
    "EVENT FIRST of values": MEANS_NOTHING,
    "EVENT LAST_AVERAGE_ORG_UNIT of values": MEANS_NOTHING,
    "EVENT COUNT of V{value_count}": "counted events, for no reason that is known",
    "EVENT expression: V{value_count}": "counted events, for no reason that is known",
}
"""Construct to why it is not proven that the evaluator says what a server would."""

UNPROVEN_WHERE_ASKED: dict[str, str] = {
    "EVENT filter: firstNonNull(number element, a number)": (
        "right in ENROLLMENT type on all versions; of events 2.42.5.2 alone was asked, and is right"
    ),
}
"""The same, of figures that are made only where the country file asks for them."""
