"""Ceilings: on which day a policy has used up what its product pays at most."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from transforms.aggregates.figures.benefits import BENEFITS, full_ceilings, of_policies_at_work
from transforms.openimis.subjects import PRODUCTS

FIRST, SECOND = dt.date(2023, 6, 5), dt.date(2023, 6, 20)
LIMITS = {
    name: dtype
    for name, dtype in PRODUCTS.schema.items()
    if name.startswith("max_") or name in ("member_threshold", "ceiling_interpretation")
}


def benefit(**changes: Any) -> dict[str, Any]:
    usual = {"policy_id": 1, "person": 1, "day": FIRST, "amount": Decimal(400)}
    return usual | {"at_hospital": False, "stayed": False} | changes


MEMBERS = (benefit(), benefit(person=2, day=SECOND, at_hospital=True))


def day(*paid: dict[str, Any], **limits: Any) -> dt.date | None:
    schema = {"policy_id": pl.Int64(), "members": pl.Int64(), **LIMITS}
    policies = pl.LazyFrame([{"policy_id": 1, "members": 2, **limits}], schema=schema)
    found = full_ceilings(pl.LazyFrame(list(paid), schema=BENEFITS), policies).collect()
    return found["day"].item() if found.height else None


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        pytest.param({"max_policy": Decimal(400)}, FIRST, id="of the policy, at once"),
        pytest.param({"max_policy": Decimal(800)}, SECOND, id="of the policy, by two members"),
        pytest.param({"max_policy": Decimal(801)}, None, id="of the policy, not reached"),
        pytest.param({"max_policy": Decimal(0)}, None, id="of the policy, none"),
        pytest.param({"max_insuree": Decimal(400)}, FIRST, id="of a member"),
        pytest.param({"max_insuree": Decimal(401)}, None, id="of a member, not reached"),
        pytest.param({"max_ip_policy": Decimal(1)}, None, id="of stays, without a stay"),
        pytest.param({"max_op_policy": Decimal(800)}, SECOND, id="of care without a stay"),
        pytest.param(
            {"max_ip_policy": Decimal(400), "ceiling_interpretation": "H"},
            SECOND,
            id="of hospitals",
        ),
    ],
)
def test_a_policy_uses_up_a_ceiling_on_the_day_on_which_it_is_reached(
    limits: dict[str, Any], expected: dt.date | None
):
    assert day(*MEMBERS, **limits) == expected


def test_members_above_the_threshold_raise_the_ceiling_up_to_its_maximum():
    raised = {
        "max_policy": Decimal(700),
        "member_threshold": 1,
        "max_policy_extra_member": Decimal(150),
    }

    assert day(*MEMBERS, **raised) is None
    assert day(*MEMBERS, **raised, max_ceiling_policy=Decimal(750)) == SECOND


def test_what_a_policy_paid_before_counts_as_long_as_it_pays():
    paid = pl.LazyFrame([*MEMBERS, benefit(policy_id=2)], schema=BENEFITS)

    assert of_policies_at_work(paid, SECOND).collect()["policy_id"].to_list() == [1, 1]
