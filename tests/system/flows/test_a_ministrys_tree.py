"""The flows in a DHIS2 that was there first, as a data manager runs them, up to the end."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pytest

from flows.explain import explain
from flows.prefect_support.look_around import look_around
from flows.reconcile import reconcile
from flows.withdraw import withdraw
from tests.support.loader import LOADER_USER
from tests.support.ministry import CLAIMS, SETTINGS, Ministry, their_uids
from tests.support.national_tree import fill_dhis2, nation
from tests.support.sandbox import running_sandbox
from tests.support.scheme import Moment
from tests.support.scheme.by_flows import FlowScheme
from transforms.requirements.check_rows import CheckRow, Standing
from transforms.requirements.tables.requirements import DHIS2_TREE

pytestmark = pytest.mark.longer

COUNTRY = SETTINGS.replace("[match.levels]", '[match]\ntarget = "ministry"\n\n[match.levels]')


class FlowMinistry(Ministry, FlowScheme):
    """A nation whose DHIS2 was there first, and that is brought there by the flows."""


@dataclass
class Story:
    """A ministry after its first load by the flows."""

    ministry: FlowMinistry
    left: list[str]
    theirs: bytes
    day_one: Moment


@pytest.fixture(scope="module")
def story(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    made = nation(40, regions=1, districts=2, wards=1, seed=2)
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        fill_dhis2(sandbox.state, made)
        ministry = FlowMinistry(tmp_path_factory.mktemp("ministry"), sandbox, made, COUNTRY)
        ministry.fill(30)
        ministry.save_blocks()
        ministry.match()
        left = ministry.decide_all()
        theirs = ministry.theirs()
        ministry.set_up()
        assert ministry.sync(run_id="first", allow=["creates"]).is_completed()
        yield Story(ministry, left, theirs, ministry.moment())


@pytest.fixture
def ministry(story: Story) -> FlowMinistry:
    story.ministry.back_to(story.day_one)
    return story.ministry


def test_the_flows_write_nothing_of_the_ministrys(story: Story, ministry: FlowMinistry) -> None:
    assert ministry.theirs() == story.theirs
    assert ministry.claims_by_org_unit() == ministry.counted(CLAIMS)


def test_reconcile_finds_what_was_moved_behind_our_back_and_the_next_sync_puts_it_back(
    story: Story, ministry: FlowMinistry
) -> None:
    look = ("ministry", ministry.country_file, ministry.staging_root)
    claims = ministry.claims_by_org_unit()
    assert reconcile(*look, run_id="look", return_state=True).name == "Completed"
    uid = move_by_hand(ministry)

    state = reconcile(*look, run_id="repair", repair=True, return_state=True)

    assert state.name == "CompletedWithDifferences", state.message
    findings = ministry.staging_root / "runs/repair/reconciliation/findings.csv"
    assert uid in pl.read_csv(findings)["uid"].to_list()
    assert ministry.sync(run_id="second").is_completed()
    assert ministry.claims_by_org_unit() == claims
    assert reconcile(*look, run_id="after", return_state=True).name == "Completed"
    assert ministry.theirs() == story.theirs


def move_by_hand(ministry: FlowMinistry) -> str:
    """Move a claim to another org unit as somebody in DHIS2 does; return the enrollment's UID."""
    state, other = ministry.sandbox.state, ministry.free_unit()
    at = ministry.busy_facility()[1]
    with state.lock:
        moved = next(
            row for row in state.tracker.enrollments.values()
            if not row.deleted and row.org_unit == at
        )  # fmt: skip
        moved.org_unit = other
        state.tracker.revision += 1
    return moved.uid


def test_check_tells_of_a_tree_that_has_drifted_and_of_decisions_that_are_not_there(
    story: Story, ministry: FlowMinistry
) -> None:
    assert tree_of(ministry).standing is Standing.MET
    place, closed = ministry.busy_facility()
    ministry.decide(place, when="2025-12-01 10:00", who="Asha")
    ministry.change_unit(closed, closedDate="2025-12-29T00:00:00.000")
    ministry.delete_unit(gone := ministry.free_of_data())

    drifted = tree_of(ministry)
    ministry.target.matches.unlink()
    without = tree_of(ministry)

    assert drifted.standing is without.standing is Standing.UNMET
    assert f"({closed}) are closed in DHIS2" in " ".join(drifted.found)
    assert f"({gone}) are not in DHIS2 any more" in " ".join(drifted.found)
    assert "there is no file of matches" in " ".join(without.found)
    assert "Run match-org-units" in without.mend()


def tree_of(ministry: FlowMinistry) -> CheckRow:
    """What `check` says of the ministry's tree."""
    where = ("scheme", "ministry", ministry.country_file, ministry.staging_root, "scheme")
    found = look_around(*where, "no pool")
    return next(each for each in found if each.requirement is DHIS2_TREE)


def test_explain_says_that_a_place_is_to_be_decided(story: Story, ministry: FlowMinistry) -> None:
    rejects = pl.read_csv(ministry.staging_root / "runs/first/rejects/claim_enrollments.csv")
    claim = rejects.filter(reason="place_to_decide").row(0, named=True)

    for name in (claim["id"], story.left[0]):
        text = explain(name, "ministry", ministry.staging_root)

        assert "place_to_decide" in text
        assert claim["hint"] in text


def test_withdraw_takes_what_is_ours_and_nothing_of_theirs(
    story: Story, ministry: FlowMinistry
) -> None:
    where = ("ministry", ministry.country_file, ministry.staging_root, "ministry")

    withdraw(*where, run_id="end")

    look = ("ministry", ministry.country_file, ministry.staging_root)
    assert reconcile(*look, run_id="look-end", return_state=True).name == "Completed"
    assert set(ministry.sandbox.tracked_entities()) == their_uids()
    assert ministry.theirs() == story.theirs
