"""Post one bundle until it is clear what became of every object in it.

    request ─► report that names every object ─────────────────────────► receipt
       │
       ├─ 413 ─► halves, and no larger request in this run
       └─ failure of the whole request ─► pause ─► the same again ─► halves, down to one object,
                                          which is the reject, if a request without it gets through
Busy answers (429, 502, 503, 504, time-out, connection lost) are waited out by the client.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from flows.connectors.dhis2.client import TRACKER, TRANSFER, Dhis2
from flows.steps.load.thread_state import LoadState
from transforms.changes.phases import IDENTIFIERS, LISTS, TRANSFERS
from transforms.dhis2.import_report import (
    Receipt,
    Sent,
    Strategy,
    Verdict,
    judge,
    judge_dry_run,
    refusal_of,
)
from transforms.dhis2.tables.versions import Dialect
from transforms.model.resources import TrackerType

PARAMETERS = {
    "async": "false",
    "atomicMode": "OBJECT",
    "reportMode": "FULL",
    "skipRuleEngine": "true",
    "skipSideEffects": "true",
}
TOO_LARGE = 413
TRANSFER_REFUSALS = {403: "transfer_not_allowed", 404: "transfer_person_missing"}
NOTHING = b"{}"
ASKING = {"importStrategy": "CREATE_AND_UPDATE"}


@dataclass(frozen=True)
class _Object:
    sent: Sent
    content: dict[str, Any]


_Objects = list[_Object]


def post_bundle(client: Dhis2, body: bytes, strategy: Strategy, state: LoadState) -> Receipt:
    """Post a bundle and return what became of every object in it.

    Args:
        client: Where to; it waits while DHIS2 is busy.
        body: The request body: flat lists `trackedEntities`, `enrollments`, `events`.
        strategy: The import strategy.
        state: What the threads of the run share.

    Raises:
        TargetError: Nothing that follows can succeed; or the server fails whatever it is sent.
        BusyError: DHIS2 stayed busy or out of reach.
        LoadStoppedError: Another thread has met one of these.
    """
    objects = _objects(body)
    posting = _Posting(client.waiting_by(state.wait), strategy, state)
    if state.bundle_size is None or len(objects) <= state.bundle_size:
        receipt = posting.settle(objects, body)
    else:
        parts = _parts(objects, state.bundle_size)
        receipt = sum((posting.settle(part, _body(part)) for part in parts), Receipt(strategy))
    return replace(receipt, bundle_size=state.bundle_size)


def validate_bundle(client: Dhis2, body: bytes) -> Verdict | None:
    """Return what DHIS2 would say of a bundle; nothing is written. None if it fails as a whole."""
    params = PARAMETERS | {"importStrategy": "CREATE_AND_UPDATE", "importMode": "VALIDATE"}
    answer = client.post(TRACKER, params, body)
    return judge_dry_run([each.sent for each in _objects(body)], answer.body)


class _Posting:
    """The requests that it takes to settle one bundle."""

    def __init__(self, client: Dhis2, strategy: Strategy, state: LoadState) -> None:
        self._client = client
        self._strategy = strategy
        self._state = state

    def settle(self, objects: _Objects, body: bytes) -> Receipt:
        """Return the receipt of `objects`, whose request body is `body`."""
        receipt, status = self._try(objects, body, times=2)
        if status is None:
            return receipt
        if status != TOO_LARGE and self._state.failed():
            self._check_that_others_get_through(status)
        return receipt + self._divide(objects, status)

    def _try(self, objects: _Objects, body: bytes, *, times: int) -> tuple[Receipt, int | None]:
        """Make the request up to so many times; the status is None once a report names all."""
        params = PARAMETERS | {"importStrategy": self._strategy}
        sent = [each.sent for each in objects]
        receipt = Receipt(self._strategy)
        for requests in range(1, times + 1):
            self._state.wait(0)
            answer = self._client.post(TRACKER, params, body)
            receipt += Receipt(self._strategy, requests=1, unanswered=answer.unanswered)
            verdict = judge(sent, self._strategy, answer.body)
            if verdict is not None:
                self._state.answered()
                accepted, refused, absent = verdict
                return receipt + Receipt(self._strategy, accepted, refused, absent=absent), None
            if requests == times or answer.status == TOO_LARGE:
                break
            self._state.pause()
        return receipt, answer.status

    def _divide(self, objects: _Objects, status: int) -> Receipt:
        """Settle the first half, which holds the parents, wholly before the second."""
        if len(objects) == 1:
            self._check_that_others_get_through(status)
            reject = refusal_of(objects[0].sent, ["whole_request"])
            return Receipt(self._strategy, refused=(reject,), requests=1)
        middle = (len(objects) + 1) // 2
        if status == TOO_LARGE:
            self._state.limit(middle)
        return self._part(objects[:middle]) + self._part(objects[middle:])

    def _check_that_others_get_through(self, status: int) -> None:
        """Make a request without objects, which only fails if the fault is the server's.

        Also among deletions it asks as creations do: how servers answer a deletion of nothing, no
        recording holds.
        """
        if not self._client.post(TRACKER, PARAMETERS | ASKING, NOTHING).ok:
            self._state.nothing_gets_through(status)

    def _part(self, objects: _Objects) -> Receipt:
        times = 2 if len(objects) == 1 else 1
        receipt, status = self._try(objects, _body(objects), times=times)
        return receipt if status is None else receipt + self._divide(objects, status)


def settle_transfers(client: Dhis2, body: bytes, dialect: Dialect, state: LoadState) -> Receipt:
    """Make the owners of people follow them, one request each.

    Args:
        client: Where to.
        body: `{"transfers": [{"trackedEntity", "program", "orgUnit"}]}`.
        dialect: Names the parameters.
        state: What the threads of the run share.

    Returns:
        A receipt that names tracked entities. On 2.40 and 2.41 DHIS2 takes the transfer of a
        person that is not there for done. What fails or is forbidden is refused, and tried again
        by the next run: people and their objects are in already.

    Raises:
        TargetError: DHIS2 does not know the login any more.
        BusyError: DHIS2 stayed busy or out of reach.
        LoadStoppedError: Another thread has met one of these.
    """
    patient = client.waiting_by(state.wait)
    transfers = orjson.loads(body)[TRANSFERS]
    receipts = (_transfer(patient, transfer, dialect, state) for transfer in transfers)
    return sum(receipts, Receipt("TRANSFER"))


def _transfer(
    client: Dhis2, transfer: dict[str, str], dialect: Dialect, state: LoadState
) -> Receipt:
    sent = Sent(TrackerType.TRACKED_ENTITY, transfer["trackedEntity"])
    values = (transfer["trackedEntity"], transfer["program"], transfer["orgUnit"])
    params = dict(zip(dialect.transfer_parameters, values, strict=True))
    for requests in (1, 2):
        state.wait(0)
        answer = client.exchange("PUT", TRANSFER, params)
        if answer.ok:
            return Receipt("TRANSFER", accepted=(sent,), requests=requests)
        reason = TRANSFER_REFUSALS.get(answer.status, "transfer_failed")
        if answer.status in TRANSFER_REFUSALS or not state.transfer_failed():
            break
        if requests == 1:
            state.pause()
    return Receipt("TRANSFER", refused=(refusal_of(sent, [reason]),), requests=requests)


def _objects(body: bytes) -> _Objects:
    """Return the objects of a request body, parents first."""
    content = orjson.loads(body)
    return [
        _Object(Sent(kind, each[IDENTIFIERS[kind]]), each)
        for kind in TrackerType
        for each in content.get(LISTS[kind], ())
    ]


def _parts(objects: _Objects, size: int) -> Iterator[_Objects]:
    for start in range(0, len(objects), size):
        yield objects[start : start + size]


def _body(objects: _Objects) -> bytes:
    lists: dict[str, list[dict[str, Any]]] = {}
    for each in objects:
        lists.setdefault(LISTS[each.sent.type], []).append(each.content)
    return orjson.dumps(lists)
