"""Claim lines, and the amounts of a claim that are made of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.builders import deleted, history_of, org_unit, register, uuid
from tests.support.reading import Row, column, read
from transforms.core.memory import collect_once
from transforms.model.claim_lines import (
    ITEM_LINES,
    SERVICE_LINES,
    LineKind,
    claim_amounts,
    line_events,
)
from transforms.model.claims import current_claims
from transforms.model.people import desired_people
from transforms.openimis.country import Country, Root

COUNTRY = Country(root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"))
TODAY = dt.date(2023, 12, 31)
REJECTED, ENTERED, CHECKED, PROCESSED, VALUATED = 1, 2, 4, 8, 16
Lines = Sequence[Mapping[str, Any]]


def line(quantity: str = "1", price: str = "100", **changes: Any) -> dict[str, Any]:
    return {"QtyProvided": Decimal(quantity), "PriceAsked": Decimal(price), **changes}


def amounts(
    services: Lines = (),
    items: Lines = (),
    *,
    status: int = VALUATED,
    claims: Lines = (),
    **tables: Any,
) -> dict[str, Any]:
    """The amounts of claim 1, which is of that status."""
    source = register(
        Claim=[{"ClaimStatus": status}, *claims],
        ClaimServices=services,
        ClaimItems=items,
        **tables,
    )
    found = claim_amounts(source, source.claims.current).collect()
    return next(row for row in found.to_dicts() if row["claim_id"] == 1)


def events(kind: LineKind, lines: Lines, claims: Lines = ({},), **tables: Any) -> list[Row]:
    table = kind.resource.table.removeprefix("tbl")
    source = register(Claim=claims, **({table: lines} | tables))
    wanted = collect_once(desired_people(source, COUNTRY))
    found = collect_once(current_claims(source, wanted, as_of=TODAY, window=None))
    sums = collect_once(claim_amounts(source, found))
    return read(line_events(source, found, sums, kind), kind.resource)


# --- the amounts of a claim ---


def test_the_claimed_amount_is_quantity_times_unit_price_of_services_and_items():
    assert amounts([line("1", "400")], [line("2", "10")])["total_claimed_amount"] == Decimal(420)


def test_two_items_and_two_services_are_not_multiplied_with_each_other():
    found = amounts([line(price="400"), line(price="650")], [line("2", "10"), line("3", "130")])

    assert found["total_claimed_amount"] == found["total_approved_amount"] == Decimal(1460)


def test_the_adjusted_amount_is_the_claimed_quantity_at_the_adjusted_price():
    adjusted = line("3", "100", PriceAdjusted=Decimal(90), QtyApproved=Decimal(1))

    assert amounts([adjusted, line("1", "50")])["total_adjusted_amount"] == Decimal(320)


@pytest.mark.parametrize(
    ("changes", "approved"),
    [
        pytest.param({}, 300, id="nothing was cut"),
        pytest.param({"PriceAdjusted": Decimal(90)}, 270, id="the price list is cheaper"),
        pytest.param(
            {"PriceAdjusted": Decimal(90), "PriceApproved": Decimal(80)}, 240, id="a lower price"
        ),
        pytest.param({"QtyApproved": Decimal(2)}, 200, id="a lower quantity"),
        pytest.param({"QtyApproved": Decimal(0)}, 0, id="the quantity 0 is kept"),
        pytest.param({"PriceApproved": Decimal(0)}, 0, id="the price 0 is kept"),
        pytest.param({"ClaimServiceStatus": 2}, 0, id="the line is rejected"),
        pytest.param({"RejectionReason": 7}, 0, id="the line passed, but has a reason"),
        pytest.param({"RejectionReason": 0}, 300, id="the reason 0 is none"),
        pytest.param({"RejectionReason": -1}, 0, id="rejected by the medical officer"),
    ],
)
def test_the_approved_amount_where(changes: Any, approved: int):
    assert amounts([line("3", "100", **changes)])["total_approved_amount"] == Decimal(approved)


def test_nothing_of_a_rejected_claim_is_approved():
    assert amounts([line()], status=REJECTED)["total_approved_amount"] == 0


def test_the_valuated_amount_is_the_sum_of_the_line_totals():
    lines = [line(PriceValuated=Decimal("80.50")), line(), line(PriceValuated=Decimal(10))]

    assert amounts(lines)["total_valuated_amount"] == Decimal("90.50")


def test_the_valuated_amount_is_the_approved_one_where_no_line_has_one():
    assert amounts([line()], [line("2", "10")])["total_valuated_amount"] == Decimal(120)


def test_the_remunerated_amount_is_not_known_where_no_line_has_one():
    assert amounts([line()])["total_remunerated_amount"] is None
    assert amounts([line()], [line(RemuneratedAmount=Decimal(7))])["total_remunerated_amount"] == 7


def test_lines_that_were_replaced_do_not_count():
    assert (
        amounts([line(), line(**deleted()), line(**history_of(1))])["total_claimed_amount"] == 100
    )


def test_lines_of_deleted_claims_do_not_count_though_openimis_leaves_them_current():
    found = amounts([line(), line(ClaimID=2)], claims=[deleted()])

    assert found["total_claimed_amount"] == 100


def test_half_a_cent_is_rounded_up_once_for_the_whole_claim():
    thirds = [line("0.05", "0.10"), line("0.05", "0.10")]

    assert amounts(thirds)["total_claimed_amount"] == Decimal("0.01")
    assert amounts(thirds[:1])["total_claimed_amount"] == Decimal("0.01")


def test_the_largest_amounts_that_openimis_holds_are_exact():
    found = amounts([line("1000000", "99999999999.99")])

    assert found["total_claimed_amount"] == Decimal("99999999999990000.00")


PRODUCTS = [{"ProductCode": "B"}, {"ProductCode": "A"}, history_of(1, ProductCode="old")]


@pytest.mark.parametrize(
    ("services", "items", "product"),
    [
        pytest.param([line(ProdID=1)], [line(ProdID=1)], 1, id="all lines"),
        pytest.param([line(ProdID=1), line(price="101", ProdID=2)], [], 2, id="most of the money"),
        pytest.param(
            [line(ProdID=2)], [line(ProdID=1), line(ProdID=1)], 1, id="most of it in all lines"
        ),
        pytest.param([line(ProdID=1), line(ProdID=2)], [], 2, id="the least code of equals"),
        pytest.param([line(ProdID=3)], [], 1, id="a line that names a history row"),
        pytest.param([line()], [line(price="1", ProdID=1)], 1, id="any line that has one"),
        pytest.param([line()], [line()], None, id="none has one"),
    ],
)
def test_the_product_of_a_claim_is_that_of(services: Any, items: Any, product: int | None):
    assert amounts(services, items, Product=PRODUCTS)["product_id"] == product


# --- the events of the lines ---


def test_a_service_is_an_event_of_the_visit_date_at_the_facility():
    event = events(SERVICE_LINES, [line("2", "400")], [{"DateFrom": dt.date(2023, 6, 1)}])[0]

    assert event["key"] == "1"
    assert event["parent"] == uuid("tblClaim", 1)
    assert event["person"] == uuid("tblInsuree", 1)
    assert event["orgUnit"] == org_unit("tblHF", 1)
    assert event["occurredAt"] == "2023-06-01"
    assert event["Claimed service"] == "A1"
    assert event["Service quantity"] == "2"
    assert event["Service price"] == "400"


def test_an_item_is_an_event_too():
    event = events(ITEM_LINES, [line("1.5", "10.25")])[0]

    assert event["Claimed item"] == "0004"
    assert event["Item quantity"] == "1.5"
    assert event["Item price"] == "10.25"


def test_lines_that_were_replaced_or_are_of_dead_claims_are_no_events():
    lines = [line(), line(**deleted()), line(ClaimID=2), line(ClaimID=3)]

    assert column(events(SERVICE_LINES, lines, [{}, deleted(), history_of(1)]), "key") == ["1"]


def test_the_lines_of_a_claim_are_numbered_in_order_of_their_keys():
    lines = [line(ClaimServiceID=key) for key in (30, 10, 20)]

    rows = events(SERVICE_LINES, [*lines, line(ClaimServiceID=5, ClaimID=2)], [{}, {}])

    assert {row["key"]: row["Sequence ID"] for row in rows} == {
        "10": "1",
        "20": "2",
        "30": "3",
        "5": "1",
    }


AMOUNTS = tuple(
    f"{amount} amount - Service" for amount in ("Adjusted", "Approved", "Valuated", "Remunerated")
)
PRICED = line(
    "3", "100",
    PriceAdjusted=Decimal(90),
    QtyApproved=Decimal(2),
    PriceValuated=Decimal("170.5"),
    RemuneratedAmount=Decimal(160),
)  # fmt: skip


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (ENTERED, (None, None, None, None)),
        (CHECKED, ("270", "180", None, None)),
        (PROCESSED, ("270", "180", None, None)),
        (VALUATED, ("270", "180", "170.5", "160")),
        (REJECTED, ("270", "0", "0", "0")),
    ],
)
def test_the_amounts_of_a_line_are_shown_as_far_as_the_claim_has_come(status: int, shown: Any):
    assert column(events(SERVICE_LINES, [PRICED], [{"ClaimStatus": status}]), *AMOUNTS) == [shown]


def test_the_valuated_amounts_of_the_lines_add_up_to_that_of_the_claim():
    valuated = [{"ClaimStatus": VALUATED}]
    plain = line("2", "50")

    without = events(SERVICE_LINES, [plain], valuated)
    with_one = events(SERVICE_LINES, [plain, PRICED], valuated)
    with_an_item = events(
        SERVICE_LINES, [plain], valuated, ClaimItems=[line(PriceValuated=Decimal(5))]
    )

    assert column(without, "Valuated amount - Service") == ["100"]
    assert column(with_one, "Valuated amount - Service") == [None, "170.5"]
    assert column(with_an_item, "Valuated amount - Service") == [None]


@pytest.mark.parametrize(
    ("line_ceiling", "category_ceiling", "exceeded"),
    [(None, None, None), ("5", None, "5"), (None, "7", "7"), ("5", "7", "12")],
)
def test_what_exceeds_the_ceiling_is_that_of_the_line_and_of_its_category(
    line_ceiling: str | None, category_ceiling: str | None, exceeded: str | None
):
    withheld = line(
        DeductableAmount=Decimal(3),
        ExceedCeilingAmount=line_ceiling and Decimal(line_ceiling),
        ExceedCeilingAmountCategory=category_ceiling and Decimal(category_ceiling),
    )

    event = events(SERVICE_LINES, [withheld])[0]

    assert event["Exceed ceiling amount - Service"] == exceeded
    assert event["Deductible amount - Service"] == "3"


def test_a_service_that_openimis_does_not_have_is_held_back_with_a_reason():
    assert events(SERVICE_LINES, [line(ServiceID=99)])[0]["faults"] == ["claimed_service_unknown"]


def test_the_lines_of_a_claim_that_is_held_back_are_held_back_for_the_same_reason():
    rows = events(SERVICE_LINES, [line()], [{"HFID": 99}])

    assert rows[0]["faults"] == ["claim_facility_unknown"]


def test_a_mistyped_visit_date_holds_back_the_lines():
    rows = events(SERVICE_LINES, [line()], [{"DateFrom": dt.date(203, 6, 1)}])

    assert rows[0]["faults"] == ["claim_visit_date_out_of_range"]


# --- law: what plain Python says ---

money = st.decimals(0, 9_999_999, places=2)
priced_lines = st.lists(
    st.fixed_dictionaries(
        {
            "QtyProvided": money,
            "PriceAsked": money,
            "QtyApproved": st.none() | money,
            "PriceAdjusted": st.none() | money,
            "PriceApproved": st.none() | money,
            "PriceValuated": st.none() | money,
            "RemuneratedAmount": st.none() | money,
            "RejectionReason": st.sampled_from([None, 0, 0, 3]),
            "status": st.sampled_from([1, 1, 2]),
            "ValidityTo": st.sampled_from([None, None, dt.datetime.fromisoformat("2023-07-01")]),
        }
    ),
    max_size=4,
)


def _first(*values: Decimal | None) -> Decimal:
    return next(value for value in values if value is not None)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _by_hand(lines: list[dict[str, Any]], status: int) -> dict[str, Decimal | None]:
    claimed = adjusted = approved = Decimal(0)
    valuations, payments = [], []
    for found in lines:
        if found["ValidityTo"]:
            continue
        quantity, price = found["QtyProvided"], found["PriceAsked"]
        claimed += quantity * price
        adjusted += quantity * _first(found["PriceAdjusted"], price)
        if found["status"] == 1 and not found["RejectionReason"] and status != REJECTED:
            approved += _first(found["QtyApproved"], quantity) * _first(
                found["PriceApproved"], found["PriceAdjusted"], price
            )
        valuations += [found["PriceValuated"]] if found["PriceValuated"] is not None else []
        payments += [found["RemuneratedAmount"]] if found["RemuneratedAmount"] is not None else []
    return {
        "total_claimed_amount": _cents(claimed),
        "total_adjusted_amount": _cents(adjusted),
        "total_approved_amount": _cents(approved),
        "total_valuated_amount": _cents(sum(valuations) if valuations else approved),
        "total_remunerated_amount": _cents(sum(payments)) if payments else None,
    }


def _with_status(lines: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    return [
        {column if name == "status" else name: found[name] for name in found} for found in lines
    ]


@settings(deadline=None, max_examples=60)
@given(
    services=priced_lines,
    items=priced_lines,
    status=st.sampled_from([REJECTED, ENTERED, CHECKED, PROCESSED, VALUATED]),
)
def test_the_amounts_of_a_claim_are_those_that_one_gets_by_hand(
    services: list[dict[str, Any]], items: list[dict[str, Any]], status: int
):
    kept = line("0", "0", ClaimServiceStatus=2)

    found = amounts(
        [kept, *_with_status(services, "ClaimServiceStatus")],
        _with_status(items, "ClaimItemStatus"),
        status=status,
    )

    expected = _by_hand([*services, *items], status)
    assert {name: found[name] for name in expected} == expected
