"""Policy events: which statuses a policy passed, when each began and until when it held."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.builders import deleted, history_of, org_unit, register, uuid
from tests.support.reading import Row, column, read
from transforms.core.memory import collect_once
from transforms.model.people import desired_people
from transforms.model.policies import value_candidates, value_holders
from transforms.model.policy_status import policy_events, policy_statuses
from transforms.model.policy_versions import policy_entries
from transforms.model.resources import POLICY_EVENTS
from transforms.openimis.country import Country, Root
from transforms.openimis.register import Register
from transforms.openimis.windows import Window

COUNTRY = Country(root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"))
TODAY = dt.date(2023, 6, 30)
IDLE, ACTIVE, SUSPENDED, EXPIRED, READY = 1, 2, 4, 8, 16
COVERED: Sequence[Mapping[str, Any]] = ({},)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def until(text: str, status: int, number: int) -> dict[str, Any]:
    """A version of policy 1 that openIMIS replaced on that day."""
    replaced = {"PolicyID": 100 + number, "PolicyStatus": status, "ValidityTo": moment(text)}
    return history_of(1, **replaced)


def policy_with(*history: tuple[str, int], now: int, **changes: Any) -> list[dict[str, Any]]:
    """Policy 1 with that history (the day on which a status ended, the status) and status now."""
    past = [until(text, status, number) for number, (text, status) in enumerate(history)]
    return [{"PolicyStatus": now, **changes}, *past]


def events(
    policies: Sequence[Mapping[str, Any]],
    covers: Sequence[Mapping[str, Any]] = COVERED,
    *,
    as_of: dt.date = TODAY,
    window: Window | None = None,
    **tables: Any,
) -> list[Row]:
    source = register(Policy=policies, InsureePolicy=covers, **tables)
    return read(events_of(source, as_of, window), POLICY_EVENTS)


def events_of(source: Register, as_of: dt.date, window: Window | None = None) -> pl.LazyFrame:
    wanted = collect_once(desired_people(source, COUNTRY))
    holders = value_holders(value_candidates(source, wanted))
    return policy_events(source, wanted, holders, as_of=as_of, window=window)


def passed(rows: list[Row]) -> list[tuple[str, str, str]]:
    """Status, first day, last day."""
    return [
        (row["Policy status"], row["occurredAt"][:10], row["Status until"])
        for row in sorted(rows, key=lambda row: row["occurredAt"])
    ]


# --- which statuses there are, and when they begin ---


def test_an_active_policy_was_idle_from_the_enrollment_date_and_is_active_from_the_effective_date():
    rows = events([{}], [{"EnrollmentDate": day("2023-01-01"), "EffectiveDate": day("2023-02-01")}])

    assert passed(rows) == [
        ("Idle", "2023-01-01", "2023-01-31"),
        ("Active", "2023-02-01", "2023-12-31"),
    ]


def test_a_policy_that_was_never_paid_is_idle_until_it_expires():
    rows = events(policy_with(now=IDLE))

    assert passed(rows) == [("Idle", "2023-01-01", "2023-12-31")]


def test_a_policy_is_not_active_before_its_effective_date_has_come():
    cover = [{"EffectiveDate": TODAY + dt.timedelta(days=1)}]

    assert column(events([{}], cover), "Policy status") == ["Idle"]
    assert column(events([{}], cover, as_of=TODAY + dt.timedelta(days=1)), "Policy status") == [
        "Idle",
        "Active",
    ]


def test_a_policy_without_an_effective_date_has_no_active_event_and_a_note_says_so():
    rows = events([{"EffectiveDate": None}], [{"EffectiveDate": None}])

    assert column(rows, "Policy status", "notes") == [("Idle", ["policy_effective_date_missing"])]


def test_a_policy_expires_on_the_day_after_its_expiry_date_whatever_openimis_says():
    rows = events(policy_with(now=ACTIVE), as_of=day("2024-01-01"))

    assert passed(rows) == [
        ("Idle", "2023-01-01", "2022-12-31"),
        ("Active", "2023-01-01", "2023-12-31"),
        ("Expired", "2024-01-01", "2099-12-31"),
    ]


def test_a_policy_still_holds_on_its_expiry_date():
    rows = events(policy_with(now=EXPIRED), as_of=day("2023-12-31"))

    assert column(rows, "Policy status") == ["Idle", "Active"]


def test_a_policy_that_is_expired_now_was_active_though_no_version_says_so():
    rows = events(policy_with(now=EXPIRED), as_of=day("2024-05-01"))

    assert column(rows, "Policy status") == ["Idle", "Active", "Expired"]


def test_a_policy_that_expired_unpaid_was_never_active():
    rows = events(
        policy_with(now=IDLE, EffectiveDate=None),
        [{"EffectiveDate": None}],
        as_of=day("2024-05-01"),
    )

    assert column(rows, "Policy status", "notes") == [("Idle", []), ("Expired", [])]


def test_a_policy_begins_as_ready_where_its_first_version_was():
    rows = events(policy_with(("2023-01-05", READY), now=ACTIVE))

    assert column(rows, "Policy status") == ["Ready", "Active"]


def test_a_policy_that_becomes_ready_before_it_is_active_ends_as_active():
    rows = events(
        policy_with(("2023-01-05", IDLE), ("2023-02-01", READY), now=ACTIVE),
        [{"EffectiveDate": day("2023-02-01")}],
    )

    assert passed(rows) == [
        ("Idle", "2023-01-01", "2023-01-04"),
        ("Ready", "2023-01-05", "2023-01-31"),
        ("Active", "2023-02-01", "2023-12-31"),
    ]


def test_a_policy_is_suspended_on_the_day_on_which_the_version_before_was_replaced():
    rows = events(policy_with(("2023-03-15", ACTIVE), now=SUSPENDED))

    assert passed(rows) == [
        ("Idle", "2023-01-01", "2022-12-31"),
        ("Active", "2023-01-01", "2023-03-14"),
        ("Suspended", "2023-03-15", "2023-12-31"),
    ]


def test_a_suspended_policy_was_active_before_though_no_version_says_so():
    rows = events(policy_with(("2023-03-15", IDLE), now=SUSPENDED))

    assert column(rows, "Policy status") == ["Idle", "Active", "Suspended"]


def test_a_suspension_without_a_version_before_it_is_dated_as_well_as_can_be_and_noted():
    rows = events(
        policy_with(now=SUSPENDED, ValidityFrom=moment("2023-04-01T09:30:00")),
        [{"EffectiveDate": day("2023-02-01")}],
    )

    suspended = rows[-1]
    assert suspended["Policy status"] == "Suspended"
    assert suspended["occurredAt"] == "2023-04-01T00:03:00"
    assert suspended["notes"] == ["policy_status_date_not_known"]


def test_a_policy_suspended_after_it_expired_is_not_suspended():
    rows = events(policy_with(("2024-02-01", ACTIVE), now=SUSPENDED), as_of=day("2024-05-01"))

    assert column(rows, "Policy status") == ["Idle", "Active", "Expired"]


def test_a_policy_active_again_after_a_suspension_has_a_second_active_event():
    rows = events(policy_with(("2023-03-15", ACTIVE), ("2023-05-01", SUSPENDED), now=ACTIVE))

    assert passed(rows)[1:] == [
        ("Active", "2023-01-01", "2023-03-14"),
        ("Suspended", "2023-03-15", "2023-04-30"),
        ("Active", "2023-05-01", "2023-12-31"),
    ]
    assert column(rows, "key") == ["1:1:1", "1:2:1", "1:4:1", "1:2:2"]


def test_an_activation_after_a_suspension_is_the_second_even_where_the_first_left_no_version():
    rows = events(policy_with(("2023-03-15", IDLE), ("2023-05-01", SUSPENDED), now=ACTIVE))

    assert column(rows, "key") == ["1:1:1", "1:2:1", "1:4:1", "1:2:2"]
    assert column(rows, "First time in this status") == ["Yes", "Yes", "Yes", "No"]


def test_a_policy_idle_again_is_idle_for_the_second_time():
    rows = events(policy_with(("2023-03-15", ACTIVE), now=IDLE))

    assert column(rows, "key", "First time in this status") == [
        ("1:1:1", "Yes"),
        ("1:2:1", "Yes"),
        ("1:1:2", "No"),
    ]


def test_versions_that_differ_in_other_things_than_the_status_are_one():
    rows = events(
        policy_with(
            ("2023-02-01", ACTIVE), ("2023-03-01", ACTIVE), ("2023-04-01", ACTIVE), now=ACTIVE
        )
    )

    assert column(rows, "Policy status") == ["Idle", "Active"]


def test_a_version_of_an_unknown_status_is_passed_over():
    rows = events(policy_with(("2023-03-15", ACTIVE), ("2023-05-01", 3), now=ACTIVE))

    assert column(rows, "Policy status", "faults") == [("Idle", []), ("Active", [])]


def test_versions_are_in_the_order_in_which_they_were_replaced_not_in_that_of_valid_from():
    rows = events(policy_with(("2023-05-01", SUSPENDED), ("2023-03-15", ACTIVE), now=ACTIVE))

    assert column(rows, "Policy status") == ["Idle", "Active", "Suspended", "Active"]


def test_a_policy_without_expiry_date_holds_until_further_notice():
    rows = events([{"ExpiryDate": None}], [{"ExpiryDate": None}], as_of=day("2030-01-01"))

    assert column(rows, "Status until") == ["2022-12-31", "2099-12-31"]


def test_an_expired_policy_without_expiry_date_expired_when_openimis_said_so():
    rows = events(
        policy_with(("2023-04-01", ACTIVE), now=EXPIRED, ExpiryDate=None), [{"ExpiryDate": None}]
    )

    assert column(rows, "Policy status", "notes")[-1] == ("Expired", [])
    assert rows[-1]["occurredAt"] == "2023-04-01T00:03:00"


def test_an_expired_policy_without_expiry_date_and_history_expired_when_written_and_is_noted():
    rows = events(policy_with(now=EXPIRED, ExpiryDate=None), [{"ExpiryDate": None}])

    assert column(rows, "Policy status", "notes")[-1] == (
        "Expired",
        ["policy_status_date_not_known"],
    )


def test_a_status_never_begins_before_the_one_that_it_follows():
    rows = events([{}], [{"EnrollmentDate": day("2023-02-01"), "EffectiveDate": day("2023-01-01")}])

    assert column(rows, "occurredAt") == ["2023-02-01T00:01:00", "2023-02-01T00:02:00"]
    assert column(rows, "Policy effective date") == ["2023-01-01", "2023-01-01"]


# --- which policies are wanted ---


@pytest.mark.parametrize(
    ("policy", "cover", "insuree"),
    [
        pytest.param(deleted(), {}, {}, id="the policy is deleted"),
        pytest.param({}, deleted(), {}, id="the insuree policy is deleted"),
        pytest.param({}, {}, deleted(), id="the insuree is deleted"),
    ],
)
def test_there_are_no_events_where(policy: Any, cover: Any, insuree: Any):
    assert events([policy], [cover], Insuree=[insuree]) == []


def test_an_insuree_policy_may_name_history_rows_of_the_insuree_and_of_the_policy():
    rows = events(
        policy_with(("2023-03-15", ACTIVE), now=SUSPENDED),
        [{"InsureeID": 7, "PolicyId": 100}],
        Insuree=[{}, history_of(1, InsureeID=7)],
    )

    assert column(rows, "person", "Policy status") == [
        (uuid("tblInsuree", 1), "Idle"),
        (uuid("tblInsuree", 1), "Active"),
        (uuid("tblInsuree", 1), "Suspended"),
    ]


@pytest.mark.parametrize(
    ("cover", "fault"),
    [
        ({"InsureeID": 99}, "insuree_policy_insuree_unknown"),
        ({"PolicyId": 99}, "insuree_policy_policy_unknown"),
        ({"InsureeID": 2}, "no_place"),
    ],
)
def test_an_insuree_policy_of_nobody_or_nowhere_is_held_back_with_a_reason(cover: Any, fault: str):
    rows = events([{}], [cover], Insuree=[{}, {"FamilyID": None}])

    assert rows
    assert all(fault in row["faults"] for row in rows)


# --- values ---


def test_dates_are_those_of_the_insuree_policy_and_else_of_the_policy():
    rows = events(
        [{"StartDate": day("2023-01-02"), "ExpiryDate": day("2023-11-30")}],
        [{"StartDate": None, "ExpiryDate": day("2023-10-31")}],
    )

    assert column(rows, "Policy start date", "Expiry Date")[0] == ("2023-01-02", "2023-10-31")


def test_a_policy_begins_on_its_own_enrollment_date_where_the_insuree_policy_has_none():
    rows = events([{"EnrollDate": day("2022-12-15")}], [{"EnrollmentDate": None}])

    assert rows[0]["occurredAt"] == "2022-12-15T00:01:00"


def test_the_events_say_which_policy_product_and_stage_they_belong_to_and_where_the_person_is():
    event = events([{"PolicyStage": "R"}])[0]

    assert event["Policy ID"] == uuid("tblPolicy", 1)
    assert event["Product"] == "BCUL0001"
    assert event["Policy stage"] == "Renewed policy"
    assert event["orgUnit"] == org_unit("tblLocations", 4)
    assert event["parent"] == event["person"] == uuid("tblInsuree", 1)
    assert event["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({"PolicyStatus": 3}, "policy_status_unknown", id="an unknown status"),
        pytest.param({"PolicyStatus": None}, "policy_status_unknown", id="no status"),
        pytest.param({"PolicyStage": "X"}, "policy_stage_unknown", id="an unknown stage"),
        pytest.param({"ProdID": 99}, "product_unknown", id="a product that does not exist"),
        pytest.param(
            {"ExpiryDate": dt.date(203, 12, 31)}, "policy_date_out_of_range", id="a mistyped year"
        ),
    ],
)
def test_a_policy_is_held_back_for(change: Any, fault: str):
    rows = events([change], [{"ExpiryDate": None}])

    assert rows
    assert all(row["faults"] == [fault] for row in rows)


@pytest.mark.parametrize("stage", [None, " "])
def test_a_policy_without_stage_is_a_new_policy_and_its_first_event_says_so(stage: str | None):
    rows = events([{"PolicyStage": stage}])

    assert column(rows, "Policy status", "Policy stage", "faults", "notes") == [
        ("Idle", "New policy", [], ["policy_without_stage"]),
        ("Active", "New policy", [], []),
    ]


@pytest.mark.parametrize("product", [None, 0])
def test_a_policy_without_product_is_sent_without_and_its_first_event_says_so(product: int | None):
    rows = events([{"ProdID": product}])

    assert column(rows, "Policy status", "Product", "faults", "notes") == [
        ("Idle", None, [], ["policy_without_product"]),
        ("Active", None, [], []),
    ]


def test_a_policy_of_a_product_without_code_is_sent_without_the_product():
    rows = events([{}], Product=[{"ProductCode": " "}])

    assert column(rows, "Product", "faults", "notes") == [(None, [], ["option_code_blank"])] * 2


def test_an_insuree_policy_of_no_policy_has_no_note_on_stage_or_product():
    assert column(events([{}], [{"PolicyId": 99}]), "notes") == [[]]


def test_a_policy_without_any_enrollment_date_is_held_back():
    rows = events([{"EnrollDate": None}], [{"EnrollmentDate": None}])

    assert rows[0]["faults"] == ["policy_enrollment_date_missing"]


FAMILY_OF_THREE = [{}, {}, {}]
ALL_THREE = [{"InsureeID": 1}, {"InsureeID": 2}, {"InsureeID": 3}]


def values(covers: Sequence[Mapping[str, Any]], head: int | None = 1) -> dict[str, str | None]:
    rows = events([{}], covers, Insuree=FAMILY_OF_THREE, Families=[{"InsureeID": head}])
    active = [row for row in rows if row["Policy status"] == "Active"]
    return {row["key"].split(":")[0]: row["Policy Value"] for row in active}


def test_the_value_of_a_policy_is_on_the_events_of_the_head_alone():
    assert values(ALL_THREE, head=2) == {"1": None, "2": "10000", "3": None}


def test_the_value_of_a_policy_that_does_not_cover_the_head_is_on_the_first_member():
    assert values(ALL_THREE[1:], head=1) == {"1": "10000", "2": None}


def test_the_value_of_a_policy_of_a_family_without_head_is_on_the_first_member():
    assert values(ALL_THREE, head=None) == {"1": "10000", "2": None, "3": None}


def test_a_head_whom_a_policy_covers_twice_carries_its_value_once():
    assert values([{"InsureeID": 1}, {"InsureeID": 1}]) == {"1": "10000"}


# --- several current rows of one insuree policy ---

SAVED_TWICE = [
    {},
    {"EffectiveDate": day("2023-03-01"), "ExpiryDate": day("2024-02-29")},
    {"EffectiveDate": day("2023-04-01"), "StartDate": None, "ExpiryDate": None},
]


def test_several_current_rows_of_one_insuree_and_policy_are_one_with_a_note():
    rows = events([{}], SAVED_TWICE)

    assert column(rows, "key", "Active policies of the person", "notes") == [
        ("1:1:1", "1", ["insuree_policy_double"]),
        ("1:2:1", "1", []),
    ]


def test_they_hold_from_the_earliest_effective_date_to_the_latest_expiry_date():
    dates = ("Policy start date", "Policy effective date", "Expiry Date")

    for order in (SAVED_TWICE, SAVED_TWICE[::-1]):
        assert set(column(events([{}], order), *dates)) == {
            ("2023-01-01", "2023-01-01", "2024-02-29")
        }


def test_the_oldest_row_that_is_current_names_them():
    rows = events([{}], [deleted(), {}, {}])

    assert {key.split(":")[0] for key in column(rows, "key")} == {"2"}


def test_a_row_that_names_an_earlier_version_of_the_policy_is_one_of_them():
    policies = policy_with(("2023-03-15", ACTIVE), now=SUSPENDED)

    rows = events(policies, [{}, {"PolicyId": 100}])

    assert {key.split(":")[0] for key in column(rows, "key")} == {"1"}


def test_rows_of_two_people_or_two_policies_are_not_one():
    covers = [{}, {"InsureeID": 2}, {"PolicyId": 2}]

    rows = events([{}, {}], covers, Insuree=[{}, {}])

    assert {key.split(":")[0] for key in column(rows, "key")} == {"1", "2", "3"}
    assert {note for notes in column(rows, "notes") for note in notes} == set()


def test_rows_that_name_no_policy_are_not_one():
    rows = events([{}], [{"PolicyId": None}, {"PolicyId": None}])

    assert {key.split(":")[0] for key in column(rows, "key")} == {"1", "2"}


def test_a_trace_of_any_of_their_rows_is_one_of_the_insuree_policy():
    saved = {"ValidityFrom": moment("2023-05-10")}
    window = Window(dt.date(2023, 5, 10), dt.date(2023, 5, 10))

    for covers in ([{}, saved], [{}, saved | deleted(ValidityTo=moment("2023-05-10"))]):
        assert set(column(events([{}], covers, window=window), "in_window")) == {True}
    assert set(column(events([{}], [{}, {}], window=window), "in_window")) == {False}


# --- active policies of the person ---


def test_a_day_on_which_one_policy_ends_and_another_begins_leaves_the_person_with_one():
    first = {"PolicyId": 1, "ExpiryDate": day("2023-03-31")}
    second = {
        "PolicyId": 2,
        "EnrollmentDate": day("2023-03-01"),
        "EffectiveDate": day("2023-04-01"),
        "ExpiryDate": day("2024-03-31"),
    }

    rows = events([{}, {}], [first, second])

    assert column(
        sorted(rows, key=lambda row: row["occurredAt"]),
        "occurredAt",
        "Active policies of the person",
    ) == [
        ("2023-01-01T00:01:00", "1"),
        ("2023-01-01T00:02:00", "1"),
        ("2023-03-01T00:01:00", "1"),
        ("2023-04-01T00:02:00", "1"),
        ("2023-04-01T00:03:00", "1"),
    ]


def test_a_person_with_two_policies_at_once_has_two_until_one_is_suspended():
    both = [{"PolicyId": 1}, {"PolicyId": 2}]

    rows = events([*policy_with(("2023-03-15", ACTIVE), now=SUSPENDED), {"PolicyID": 2}], both)

    found = {row["key"]: row["Active policies of the person"] for row in rows}
    assert found == {"1:1:1": "2", "1:2:1": "2", "1:4:1": "1", "2:1:1": "2", "2:2:1": "2"}


def test_a_policy_counts_on_its_last_day_and_no_longer_on_the_day_after():
    ending = {"PolicyId": 1, "ExpiryDate": day("2023-03-31")}
    on_the_last_day = {"PolicyId": 2, "EnrollmentDate": day("2023-03-31"), "EffectiveDate": TODAY}
    on_the_day_after = {"PolicyId": 3, "EnrollmentDate": day("2023-04-01"), "EffectiveDate": TODAY}

    rows = events([{}, {}, {}], [ending, on_the_last_day, on_the_day_after])

    found = {row["key"]: row["Active policies of the person"] for row in rows}
    assert found["2:1:1"] == "1"
    assert found["3:1:1"] == "0"


def test_the_policies_of_others_are_not_counted():
    rows = events([{}], ALL_THREE, Insuree=FAMILY_OF_THREE)

    assert set(column(rows, "Active policies of the person")) == {"1"}


# --- laws ---

BASE = dt.date(2023, 1, 1)
offsets = st.integers(-30, 500)
days = offsets.map(lambda offset: BASE + dt.timedelta(days=offset))
histories = st.lists(
    st.tuples(days, st.sampled_from([IDLE, ACTIVE, SUSPENDED, EXPIRED, READY])), max_size=5
)
COVER = {
    "cover_id": pl.Int64, "insuree_id": pl.Int64, "policy_id": pl.Int64,
    "enrollment_date": pl.Date, "start_date": pl.Date, "effective_date": pl.Date,
    "expiry_date": pl.Date,
}  # fmt: skip


@st.composite
def policies(draw: Any, *, key: int = 1) -> dict[str, Any]:
    return {
        "history": draw(histories),
        "now": draw(st.sampled_from([IDLE, ACTIVE, SUSPENDED, EXPIRED, READY])),
        "enrolled": BASE + dt.timedelta(days=draw(st.integers(0, 60))),
        "effective": draw(st.none() | days),
        "expiry": draw(st.none() | days),
        "key": key,
    }


def statuses_of(found: list[dict[str, Any]], as_of: dt.date) -> pl.DataFrame:
    """The statuses of policies of one person."""
    rows: list[dict[str, Any]] = []
    for policy in found:
        key = policy["key"]
        rows += [{"PolicyID": key, "PolicyStatus": policy["now"]}]
        rows += [
            history_of(
                key,
                PolicyID=100 * key + number,
                PolicyStatus=status,
                ValidityTo=dt.datetime.combine(replaced, dt.time()),
            )
            for number, (replaced, status) in enumerate(policy["history"], start=1)
        ]
    covers = pl.LazyFrame(
        [(p["key"], 1, p["key"], p["enrolled"], None, p["effective"], p["expiry"]) for p in found],
        schema=COVER,
        orient="row",
    )
    source = register(Policy=rows)
    return (
        policy_statuses(covers, policy_entries(source.policies.versions), as_of)
        .collect()
        .sort("cover_id", "occurredAt")
    )


law = settings(deadline=None, max_examples=100)


@pytest.mark.longer
@law
@given(policy=policies(), as_of=days)
def test_the_statuses_of_a_policy_follow_each_other(policy: dict[str, Any], as_of: dt.date):
    found = statuses_of([policy], as_of)

    times = found["occurredAt"].to_list()
    assert all(before < after for before, after in pairwise(times))
    assert found.select("policy_status", "nth").is_unique().all()


@pytest.mark.longer
@law
@given(policy=policies(), as_of=days, asked=days)
def test_on_any_day_up_to_now_exactly_one_status_of_a_policy_holds(
    policy: dict[str, Any], as_of: dt.date, asked: dt.date
):
    found = statuses_of([policy], as_of)

    holding = found.filter((pl.col("date") <= asked) & (pl.col("status_until") >= asked))

    if found["date"][0] <= asked <= as_of:
        assert len(holding) == 1


@law
@given(data=st.data(), as_of=days)
def test_the_active_policies_of_a_person_are_those_that_hold_at_the_end_of_the_day(
    data: st.DataObject, as_of: dt.date
):
    found = statuses_of([data.draw(policies(key=key)) for key in (1, 2, 3)], as_of)

    for row in found.to_dicts():
        active = found.filter(
            pl.col("policy_status") == ACTIVE,
            pl.col("date") <= row["date"],
            pl.col("status_until") >= row["date"],
        )
        assert row["active_policies"] == len(active)


@settings(deadline=None, max_examples=25)
@given(
    covered=st.lists(st.integers(1, 3), max_size=5),
    head=st.none() | st.integers(1, 4),
    value=st.decimals("0.01", "999999999", places=2),
)
def test_the_values_on_the_members_first_events_add_up_to_the_value_of_the_policy(
    covered: list[int], head: int | None, value: Decimal
):
    source = register(
        Policy=[{"PolicyValue": value}],
        InsureePolicy=[{"InsureeID": member} for member in covered],
        Insuree=FAMILY_OF_THREE,
        Families=[{"InsureeID": head}],
    )
    rows = read(events_of(source, TODAY), POLICY_EVENTS)

    carried = [row["Policy Value"] for row in rows if row["Policy status"] == "Active"]
    assert sum(Decimal(text) for text in carried if text) == (value if covered else 0)
