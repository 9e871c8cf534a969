"""Owners follow their people; one that does not is refused, and no load stops for it."""

import orjson
import pytest
from starlette.responses import Response

from flows.steps.load.post_phase import post_phase
from flows.steps.load.post_transfers import settle_transfers
from flows.steps.load.thread_state import FAILED_TRANSFERS, LoadState
from tests.system.load.scripted_server import failure, json, running
from transforms.changes.stopping import StopRule
from transforms.dhis2.import_report import Receipt
from transforms.dhis2.tables.versions import DIALECTS
from transforms.openimis.country import Guards

PEOPLE, BUNDLES = 150, 3


class Transfers:
    """A bundle of changes of owner."""

    def __init__(self, number: int) -> None:
        self.uids = [f"T{number}-{index}" for index in range(PEOPLE)]

    def body(self) -> bytes:
        """Return the request body."""
        listed = [
            {"trackedEntity": uid, "program": "program", "orgUnit": "village"} for uid in self.uids
        ]
        return orjson.dumps({"transfers": listed})


@pytest.mark.parametrize("release", sorted(DIALECTS))
@pytest.mark.parametrize(
    ("answer", "reason"),
    [(failure(403), "transfer_not_allowed"), (failure(500), "transfer_failed")],
)
def test_a_load_goes_on_though_no_owner_can_be_changed(
    release: tuple[int, int], answer: Response, reason: str
) -> None:
    state, receipts = LoadState(pause_seconds=0.001), list[Receipt]()
    with running(lambda asked, number: answer) as server:
        client = server.client()
        post_phase(
            [Transfers(number) for number in range(BUNDLES)],
            lambda body: settle_transfers(client, body, DIALECTS[release], state),
            state,
            StopRule({}, {}, Guards(bad_data_count=0)),
            in_flight=2,
            begin=lambda bundle: None,
            settle=lambda bundle, receipt: receipts.append(receipt),
        )

    refused = [each for receipt in receipts for each in receipt.refused]
    assert len(refused) == BUNDLES * PEOPLE
    assert {code for each in refused for code in each.codes} == {reason}
    assert len(server.asked) <= BUNDLES * PEOPLE + FAILED_TRANSFERS


def test_an_owner_that_could_not_be_changed_once_is_tried_once_more() -> None:
    with running(lambda asked, number: failure(500) if number == 1 else json({})) as server:
        dialect = DIALECTS[max(DIALECTS)]
        body = Transfers(1).body()
        receipt = settle_transfers(server.client(), body, dialect, LoadState(pause_seconds=0.001))

    assert len(receipt.accepted) == PEOPLE
    assert receipt.refused == ()
