"""A DHIS2 that another tool filled with the same UIDs becomes ours without a post."""

import pytest

from tests.support.scheme import load
from tests.system.reconcile.reconciled import ReconciledScheme
from tests.system.reconcile.seed import CLAIM_ATTRIBUTES, as_the_seed_fills_it
from tests.system.reconcile.test_found_and_mended import shape
from transforms.core.errors import StagingError
from transforms.model.tables.programs import CLAIM_DETAILS_STAGE, CLAIM_PROGRAM

pytestmark = pytest.mark.large


@pytest.mark.ci
def test_an_adopted_dhis2_is_sent_nothing_that_it_has(foreign: ReconciledScheme) -> None:
    before = foreign.held()
    foreign.count_objects_from_now()

    foreign.plan("plan")
    foreign.look("adopt", adopt_with="plan")
    foreign.bring("second")

    assert foreign.objects_posted() == 0
    assert foreign.held() == before
    assert foreign.is_known()


def test_adopting_says_of_every_object_that_openimis_has_it(foreign: ReconciledScheme) -> None:
    foreign.plan("plan")

    foreign.look("adopt", adopt_with="plan")

    totals = foreign.report("adopt", "totals").sum()
    assert totals["acknowledged"].item() == 0
    assert totals["unexpected"].item() == totals["DHIS2"].item() > 0
    assert set(foreign.report("adopt", "findings")["detail"]) == {"openIMIS has it"}


def test_only_what_differs_is_sent_after_adopting(foreign: ReconciledScheme) -> None:
    before = foreign.held()
    event = next(iter(foreign.sandbox.events().values()))
    moved = event | {"occurredAt": "2001-02-03", "dataValues": []}
    foreign.by_hand("CREATE_AND_UPDATE", events=[moved])
    foreign.count_objects_from_now()

    foreign.plan("plan")
    foreign.look("adopt", adopt_with="plan")
    foreign.bring("second")

    assert foreign.objects_posted() == 1
    assert foreign.held() == before


def test_the_single_events_of_the_earlier_tool_are_deleted(foreign: ReconciledScheme) -> None:
    before = foreign.held()
    claims = [
        row for row in foreign.sandbox.enrollments().values() if row["program"] == CLAIM_PROGRAM.uid
    ]
    single = [
        {
            "event": claim["enrollment"],
            "enrollment": claim["enrollment"],
            "program": CLAIM_PROGRAM.uid,
            "programStage": CLAIM_DETAILS_STAGE.uid,
            "orgUnit": claim["orgUnit"],
            "status": "ACTIVE",
            "occurredAt": "2025-12-31",
        }
        for claim in claims
    ]
    foreign.by_hand("CREATE_AND_UPDATE", events=single)

    foreign.plan("plan")
    foreign.look("adopt", adopt_with="plan")
    foreign.bring("second")

    assert foreign.held() == before
    found = foreign.report("adopt", "findings").filter(detail="openIMIS does not have it")
    assert set(found["uid"]) == {row["event"] for row in single}


def test_what_the_seeds_tool_filled_ends_as_if_we_had_filled_it(
    foreign: ReconciledScheme,
) -> None:
    before = foreign.held()
    as_the_seed_fills_it(foreign)
    assert foreign.held() != before

    foreign.plan("plan")
    foreign.look("adopt", adopt_with="plan")
    foreign.bring("second")
    foreign.bring("third")

    assert shape(foreign.held()) == shape(before)
    assert foreign.is_known()


def test_what_the_seed_keeps_of_claims_on_a_person_is_emptied(foreign: ReconciledScheme) -> None:
    as_the_seed_fills_it(foreign)

    foreign.plan("plan")
    foreign.look("adopt", adopt_with="plan")
    foreign.bring("second")

    people = foreign.held()["trackedEntities"].values()
    assert not [row for row in people if not row["attributes"].keys().isdisjoint(CLAIM_ATTRIBUTES)]


def test_the_plan_that_was_adopted_with_cannot_be_loaded_any_more(
    foreign: ReconciledScheme,
) -> None:
    foreign.plan("plan")
    foreign.look("adopt", adopt_with="plan")
    foreign.count_objects_from_now()

    with pytest.raises(StagingError, match="out of date"):
        load(foreign.job("plan"))

    assert foreign.objects_posted() == 0


def test_an_acknowledged_state_is_not_overwritten(scheme: ReconciledScheme) -> None:
    current = scheme.target.current.read_bytes()

    with pytest.raises(StagingError, match="Nothing was changed"):
        scheme.look("adopt", adopt_with="first")

    assert scheme.target.current.read_bytes() == current
