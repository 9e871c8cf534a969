"""After a day of openIMIS a run brings exactly what changed, and leaves the rest alone."""

from dataclasses import dataclass

import pytest

from tests.system.demo_database import changes, needs_demo_database
from tests.system.demo_database.comparison import RESOURCES, Row, Rows, difference
from tests.system.demo_database.demo_scheme import DemoScheme, NewScheme, change
from transforms.model.resources import RESOURCE_BY_NAME

pytestmark = [*needs_demo_database, pytest.mark.large]


@dataclass(frozen=True)
class Day:
    """A scheme before and after a day, brought in by the run `second`."""

    scheme: DemoScheme
    before: Rows
    after: Rows

    def of(self, resource: str, **values: str) -> tuple[list[Row], list[Row]]:
        """The rows before and after that have these values (`_` stands for a blank)."""
        wanted = {(name.replace("_", " "), value) for name, value in values.items()}
        chosen = [
            [row for row in rows[resource] if wanted <= row.items()]
            for rows in (self.before, self.after)
        ]
        return chosen[0], chosen[1]


@pytest.fixture(scope="module")
def day(new_scheme: NewScheme) -> Day:
    scheme = new_scheme("1.11")
    scheme.sync(run_id="first")
    before = scheme.held()
    change(scheme.openimis, changes.A_DAY)
    state = scheme.sync(run_id="second")
    assert state.is_completed(), state.message
    return Day(scheme, before, scheme.held())


@pytest.mark.ci
def test_dhis2_then_holds_what_openimis_has(day: Day) -> None:
    wanted = day.scheme.wanted("second")

    differences = {name: difference(wanted[name], day.after[name]) for name in RESOURCES}

    # A head is deleted on that day, and nobody takes the place: what the household has paid waits.
    waiting = [row for row in wanted["contributions"] if "person" not in row]
    expected = dict.fromkeys(RESOURCES, ([], [])) | {"contributions": (waiting, [])}
    assert differences == expected
    rejects = day.scheme.rejects("second").filter(resource="contributions")
    assert [row["Contribution amount"] for row in waiting] == ["10000"]
    assert rejects["reason"].to_list() == ["contribution_without_head"]
    assert [line for line in day.scheme.table("second") if not line.is_explained] == []


@pytest.mark.parametrize("resource", RESOURCE_BY_NAME)
def test_what_was_posted_is_what_changed(day: Day, resource: str) -> None:
    arrived, gone = difference(day.after[resource], day.before[resource])
    posted = day.scheme.summary("second")["changes"][resource]

    created, updated, replaced, deleted = (
        posted.get(kind, 0) for kind in ("created", "updated", "replaced", "deleted")
    )

    assert created + updated + replaced == len(arrived) > 0
    assert deleted + updated + replaced == len(gone)
    assert posted["not done"] == 0


def test_a_claim_that_was_processed_gets_one_more_status(day: Day) -> None:
    claim = day.of("claim_events", Claim_status="Processed")

    assert len(claim[1]) == len(claim[0]) + 1


def test_a_review_changes_the_approved_amount(day: Day) -> None:
    before, after = day.of("claim_events", Claim_status="Checked", Claim_amount="11810")

    assert [row["Approved amount"] for row in before] == ["11810"]
    assert [row["Approved amount"] for row in after] == ["6210"]


def test_a_deleted_insuree_is_gone_unless_a_claim_names_him(day: Day) -> None:
    gone = _people(day.before) - _people(day.after)
    kept = _without_attributes(day.after) - _without_attributes(day.before)

    assert len(gone) == 1
    assert len(kept) == 1
    assert not {row["person"] for row in day.after["insuree_enrollments"]} & (gone | kept)
    assert not {row["person"] for row in day.after["policy_events"]} & (gone | kept)
    assert kept <= {row["person"] for row in day.after["claim_enrollments"]}


def test_a_family_that_moved_is_in_its_new_village_with_its_policies(day: Day) -> None:
    before = {row["person"]: row["owner"] for row in day.before["insuree_enrollments"]}
    after = {row["person"]: row["owner"] for row in day.after["insuree_enrollments"]}

    moved = {person for person in before.keys() & after.keys() if before[person] != after[person]}
    villages = {row["orgUnit"] for row in day.after["policy_events"] if row["person"] in moved}

    assert len(moved) == 3  # the fourth member was deleted
    assert villages == {after[person] for person in moved}


def test_a_policy_that_was_suspended_says_so_and_is_no_longer_expired(day: Day) -> None:
    suspended = day.of("policy_events", Policy_status="Suspended")
    expired = day.of("policy_events", Policy_status="Expired")

    assert (len(suspended[0]), len(suspended[1])) == (0, 5)
    # Of five members the policy is prolonged; of two more the insuree was deleted.
    assert len(expired[1]) == len(expired[0]) - 5 - 2


def test_two_people_can_swap_their_numbers(day: Day) -> None:
    numbers = [
        {row["Insuree ID"]: row["CHFID"] for row in rows["tracked_entities"] if "CHFID" in row}
        for rows in (day.before, day.after)
    ]

    swapped = {
        person for person in numbers[0].keys() & numbers[1].keys()
        if numbers[0][person] != numbers[1][person]
    }  # fmt: skip

    assert len(swapped) == 2
    assert {numbers[0][each] for each in swapped} == {numbers[1][each] for each in swapped}


def test_the_enrollment_of_one_who_died_is_completed(day: Day) -> None:
    assert day.of("insuree_enrollments", status="COMPLETED") == (
        [],
        [row for row in day.after["insuree_enrollments"] if row["status"] == "COMPLETED"],
    )


def test_a_village_that_was_renamed_and_an_item_that_is_new_arrive(day: Day) -> None:
    villages = difference(day.after["org_units"], day.before["org_units"])
    options = difference(day.after["options"], day.before["options"])

    assert [" Upper " in row["name"] for row in villages[0]] == [True]
    assert options == ([{"option set": "Item", "code": "9999", "name": "9999 New bandage"}], [])


def test_the_run_after_posts_nothing(day: Day) -> None:
    mark = len(day.scheme.written())

    state = day.scheme.sync(run_id="third")

    assert state.is_completed(), state.message
    assert day.scheme.written()[mark:] == []


def _people(rows: Rows) -> set[str]:
    return {row["Insuree ID"] for row in rows["tracked_entities"]}


def _without_attributes(rows: Rows) -> set[str]:
    return {row["Insuree ID"] for row in rows["tracked_entities"] if "Household head" not in row}
