"""Post one bundle until it is clear what became of every object in it.

    request ─► report that names every object ─────────────────────────► receipt
       │                └─ what another request may have caused: once more ─┘
       ├─ 413 ─► halves, and no larger request in this run
       ├─ no answer, or a refusal on the way ─► a request without objects ─┬─ fails: the load ends
       │                                                                   └─ gets through ─┐
       └─ failure of the whole request ─► pause ─► the same again ◄─────────────────────────┘
                                                     └─ fails ─► halves, down to one object,
                                          which is the reject, if a request without it gets through

The client waits out what is busy. A part of a bundle is given less time than the whole, so that
one object without an answer costs minutes.
"""

from collections.abc import Iterator
from dataclasses import replace

import orjson

from flows.connectors.dhis2.client import TRACKER, Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.failures import (
    ATTEMPTS_OF_A_PART,
    SECONDS_OF_A_PART,
    WHOLE_REQUEST,
    Failure,
    failure_of,
)
from flows.steps.load.control_request import PARAMETERS, check_way
from flows.steps.load.interfaces import TO_TRACKER, Interface, Object, Objects
from flows.steps.load.thread_state import LoadState
from transforms.changes.objects.phases import IDENTIFIERS, LISTS
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.dhis2.import_report import (
    Receipt,
    Sent,
    Strategy,
    Verdict,
    judge_dry_run,
    refusal_of,
)
from transforms.model.resources import TrackerType

SECONDS_OF_A_BUNDLE = 300.0  # after so long, a bundle that fails is not retried as it is


def post_bundle(
    client: Dhis2,
    body: bytes,
    strategy: Strategy,
    state: LoadState,
    interface: Interface = TO_TRACKER,
) -> Receipt:
    """Post a bundle and return what became of every object in it.

    Args:
        client: Where to; it waits while DHIS2 is busy.
        body: The request body: flat lists `trackedEntities`, `enrollments`, `events`.
        strategy: The import strategy.
        state: What the threads of the run share.
        interface: Where it is posted.

    Raises:
        TargetError: Nothing that follows can succeed: DHIS2 does not let the user in.
        BusyError: DHIS2 stayed busy or out of reach, or fails whatever it is sent.
        LoadStoppedError: Another thread has met one of these.
    """
    objects = _objects(body)
    posting = _Posting(client.waiting_by(state.wait), strategy, state, len(objects), interface)
    if state.bundle_size is None or len(objects) <= state.bundle_size:
        receipt = posting.settle(objects, body)
    else:
        parts = _parts(objects, state.bundle_size)
        receipt = sum((posting.settle(part, _body(part)) for part in parts), Receipt(strategy))
    return replace(receipt, bundle_size=state.bundle_size)


def validate_bundle(client: Dhis2, body: bytes) -> Verdict | None:
    """Return what DHIS2 would say of a bundle; nothing is written. None if it fails as a whole.

    Raises:
        TargetError: DHIS2 does not let the user in.
        BusyError: It stayed busy or out of reach.
    """
    params = PARAMETERS | {"importStrategy": "CREATE_AND_UPDATE", "importMode": "VALIDATE"}
    try:
        answer = client.post(TRACKER, params, body)
    except (BusyError, TargetError) as error:
        check_way(client, failure_of(error))
        return None
    return judge_dry_run([each.sent for each in _objects(body)], answer.body)


class _Posting:
    """The requests that it takes to settle one bundle."""

    def __init__(
        self,
        client: Dhis2,
        strategy: Strategy,
        state: LoadState,
        size: int,
        interface: Interface,
    ) -> None:
        self._interface = interface
        self._client = client
        self._strategy = strategy
        self._state = state
        self._size = size

    def settle(self, objects: Objects, body: bytes) -> Receipt:
        """Return the receipt of `objects`, whose request body is `body`."""
        whole = self._client.less_patient(seconds=SECONDS_OF_A_BUNDLE)
        receipt, failure = self._try(objects, body, [whole, self._client_of_part(objects)])
        if failure is None:
            return self._once_more(receipt, objects)
        if not failure.is_too_large and self._state.note_failure():
            self._interface.check_way(self._client, failure)
        return receipt + self._divide(objects, failure)

    def _client_of_part(self, objects: Objects) -> Dhis2:
        share = len(objects) / max(self._size, 1)
        return self._client.less_patient(ATTEMPTS_OF_A_PART, seconds=SECONDS_OF_A_PART, share=share)

    def _try(
        self, objects: Objects, body: bytes, clients: list[Dhis2]
    ) -> tuple[Receipt, Failure | None]:
        """Make the request once with each client, until a report names all; else say why not."""
        receipt, failure = self._request(objects, body, clients[0])
        for client in clients[1:]:
            if failure is None or failure.is_too_large:
                break
            if failure.is_on_the_way:
                self._interface.check_way(self._client, failure)
            self._state.pause()
            again, later = self._request(objects, body, client)
            receipt, failure = receipt + again, later and later.after(failure)
        return receipt, failure

    def _request(
        self, objects: Objects, body: bytes, client: Dhis2
    ) -> tuple[Receipt, Failure | None]:
        self._state.wait(0)
        request = self._interface.request(objects, body)
        receipt = Receipt(self._strategy, requests=1)
        try:
            answer = self._interface.exchange(client, self._strategy, request)
        except (BusyError, TargetError) as error:
            return replace(receipt, unanswered=error.unanswered), failure_of(error)
        receipt = replace(receipt, unanswered=answer.unanswered)
        verdict = self._interface.judge(objects, self._strategy, answer)
        if verdict is None:
            is_late = answer.unanswered > 0
            return receipt, Failure(WHOLE_REQUEST, answer.status, may_be_done=is_late)
        self._state.note_answer()
        accepted, refused, absent = verdict
        return receipt + Receipt(self._strategy, accepted, refused, absent=absent), None

    def _divide(self, objects: Objects, failure: Failure) -> Receipt:
        """Settle the first half, which holds the parents, wholly before the second."""
        if len(objects) == 1:
            return self._reject(objects[0], failure)
        middle = (len(objects) + 1) // 2
        if failure.is_too_large:
            self._state.limit(middle)
        return self._part(objects[:middle], failure) + self._part(objects[middle:], failure)

    def _part(self, objects: Objects, of_whole: Failure) -> Receipt:
        clients = [self._client_of_part(objects)] * (2 if len(objects) == 1 else 1)
        receipt, failure = self._try(objects, _body(objects), clients)
        if failure is None:
            return self._once_more(receipt, objects)
        return receipt + self._divide(objects, failure.after(of_whole))

    def _once_more(self, receipt: Receipt, objects: Objects) -> Receipt:
        """Make the request again with what another one stood in the way of, once."""
        passing = {each.uid for each in receipt.refused if self._interface.passing >= {*each.codes}}
        again = [each for each in objects if each.sent.uid in passing]
        if not again:
            return receipt
        refused = tuple(each for each in receipt.refused if each.uid not in passing)
        later, failure = self._try(again, _body(again), [self._client_of_part(again)])
        settled = replace(receipt, refused=refused) + later
        return settled if failure is None else settled + self._divide(again, failure)

    def _reject(self, single: Object, failure: Failure) -> Receipt:
        """Refuse an object that no request gets through with, while one without it does."""
        self._interface.check_way(self._client, failure)
        reject = refusal_of(single.sent, [failure.reason], may_be_done=failure.may_be_done)
        return Receipt(self._strategy, refused=(reject,), requests=1)


def _objects(body: bytes) -> Objects:
    """Return the objects of a request body, parents first."""
    content = orjson.loads(body)
    return [
        Object(Sent(kind, each[IDENTIFIERS[kind]]), each)
        for kind in TrackerType
        for each in content.get(LISTS[kind], ())
    ]


def _parts(objects: Objects, size: int) -> Iterator[Objects]:
    for start in range(0, len(objects), size):
        yield objects[start : start + size]


def _body(objects: Objects) -> bytes:
    lists: dict[str, list[Json]] = {}
    for each in objects:
        lists.setdefault(LISTS[each.sent.type], []).append(each.content)
    return orjson.dumps(lists)
