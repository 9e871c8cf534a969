"""Why a line or a claim was rejected: openIMIS's codes, in words, where the country file asks."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.support.builders import deleted, snapshot, uuid
from tests.support.reading import Row, column, read
from transforms.core.fields import Treatment
from transforms.model.desired import desired
from transforms.model.resources import CLAIM_EVENTS, CLAIM_ITEMS, CLAIM_SERVICES
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
KEY = "a key of the ministry that is long enough"
NAMES = ("Rejection reason", "Rejection reason - Service", "Rejection reason - Item")
SILENT = Country(root=ROOT)
ASKING = Country(root=ROOT, privacy=dict.fromkeys(NAMES, Treatment.SEND))
REJECTED, CHECKED = 1, 4

Lines = Sequence[Mapping[str, Any]]


def found(
    claim: Mapping[str, Any], services: Lines = (), items: Lines = (), country: Country = ASKING
) -> dict[str, list[Row]]:
    """Return the events of one claim with these lines."""
    source = snapshot(Claim=[claim], ClaimServices=services, ClaimItems=items)
    frames = desired(
        register_of(source), as_of=dt.date(2023, 12, 31), country=country, pseudonym_key=KEY,
        window=None,
    )  # fmt: skip
    return {
        each.name: read(frames[each.name], each)
        for each in (CLAIM_EVENTS, CLAIM_SERVICES, CLAIM_ITEMS)
    }


def service(reason: int | None, status: int = 2, **changes: Any) -> dict[str, Any]:
    return {"ClaimServiceStatus": status, "RejectionReason": reason, **changes}


def item(reason: int | None, status: int = 2, **changes: Any) -> dict[str, Any]:
    return {"ClaimItemStatus": status, "RejectionReason": reason, **changes}


def of_claim(*lines: Mapping[str, Any], reason: int | None = 0) -> str | None:
    """Return the reason of a rejected claim with these services."""
    rows = found({"ClaimStatus": REJECTED, "RejectionReason": reason}, services=lines)
    [event] = [row for row in rows[CLAIM_EVENTS.name] if row["Claim status"] == "Rejected"]
    result: str | None = event["Rejection reason"]
    return result


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (2, 2, "Not in the price list"),
        (-1, 2, "Rejected in review"),
        (17, 2, "Within the waiting period"),
        pytest.param(7, 1, "Insuree not insured", id="of which openIMIS left the line as passed"),
        pytest.param(18, 2, "Another reason", id="of a code that is in no list of openIMIS"),
        pytest.param(500, 2, "Another reason", id="of a code of one country"),
        pytest.param(None, 2, "No reason given", id="without a code"),
        pytest.param(0, 2, "No reason given", id="of code 0"),
        pytest.param(0, 1, None, id="of a line that passed"),
        pytest.param(None, 1, None, id="of a line that nobody has looked at"),
    ],
)
def test_the_reason_of_a_line_is_openimis_own(code: int | None, status: int, reason: str | None):
    rows = found({"ClaimStatus": CHECKED}, [service(code, status)], [item(code, status)])

    assert column(rows[CLAIM_SERVICES.name], "Rejection reason - Service") == [reason]
    assert column(rows[CLAIM_ITEMS.name], "Rejection reason - Item") == [reason]
    assert column(rows[CLAIM_SERVICES.name], "faults", "notes") == [([], [])]


def test_a_line_that_passed_has_no_reason_though_its_claim_was_rejected():
    rows = found({"ClaimStatus": REJECTED}, [service(0, status=1)])

    assert column(rows[CLAIM_SERVICES.name], "Rejection reason - Service") == [None]


def test_a_claim_has_the_reason_for_which_most_was_rejected():
    small, large = {"PriceAsked": 10}, {"PriceAsked": 15}

    assert of_claim(service(2, **large), service(5, **small)) == "Not in the price list"
    assert of_claim(service(2, **large), service(5, **small), service(5, **small)) == (
        "Too soon again"
    )


def test_services_and_items_count_together():
    rows = found(
        {"ClaimStatus": REJECTED},
        [service(2, PriceAsked=10), service(0, status=1, PriceAsked=500)],
        [item(9, PriceAsked=4)],
    )

    assert column(rows[CLAIM_EVENTS.name], "Claim status", "Rejection reason") == [
        ("Entered", None),
        ("Rejected", "Not in the price list"),
    ]


def test_of_equal_amounts_the_least_code_counts():
    assert of_claim(service(10), service(9)) == "Date of care not valid"
    assert of_claim(service(3), service(-1)) == "Rejected in review"


@pytest.mark.parametrize(
    ("reason", "named"),
    [(21, "No coverage on the day"), (0, "No reason given"), (None, "No reason given")],
)
def test_a_claim_without_a_rejected_line_has_its_own_reason(reason: int | None, named: str):
    assert of_claim(service(0, status=1), reason=reason) == named
    assert of_claim(service(2) | deleted(), reason=reason) == named


def test_what_a_line_says_counts_more_than_that_no_line_was_left():
    assert of_claim(service(3), reason=1) == "Not covered by a policy"


def test_a_claim_that_is_not_rejected_has_no_reason():
    rows = found({"ClaimStatus": CHECKED, "RejectionReason": 0}, [service(2)])

    assert set(column(rows[CLAIM_EVENTS.name], "Rejection reason")) == {None}


def test_no_reason_is_sent_unless_the_country_file_asks():
    rows = found({"ClaimStatus": REJECTED}, [service(2)], [item(3)], SILENT)

    for resource, name in zip((CLAIM_EVENTS, CLAIM_SERVICES, CLAIM_ITEMS), NAMES, strict=True):
        assert set(column(rows[resource.name], name)) == {None}
    assert {row["person"] for row in rows[CLAIM_SERVICES.name]} == {uuid("tblInsuree", 1)}
