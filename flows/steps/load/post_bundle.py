"""Post one bundle until it is clear what became of every object in it.

    request ─► report that names every object ─────────────────────────► receipt
       │
       ├─ 413 ─► halves, and no larger request in this run
       ├─ no answer, or a refusal on the way ─► a request without objects ─┬─ fails: the load ends
       │                                                                   └─ gets through ─┐
       └─ failure of the whole request ─► pause ─► the same again ◄─────────────────────────┘
                                                     └─ fails ─► halves, down to one object,
                                          which is the reject, if a request without it gets through

The client waits out what is busy. A part of a bundle is given less time than the whole, so that
one object without an answer costs minutes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import orjson
import polars as pl

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
from flows.steps.load.thread_state import LoadState
from transforms.changes.objects.phases import IDENTIFIERS, LISTS
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.dhis2.import_report import (
    Receipt,
    Sent,
    Strategy,
    Verdict,
    judge,
    judge_dry_run,
    refusal_of,
)
from transforms.model.resources import TrackerType

SECONDS_OF_A_BUNDLE = 300.0  # after so long, a bundle that fails is not retried as it is


class _Object(NamedTuple):
    sent: Sent
    content: Json


_Objects = list[_Object]
_NAMES = pl.Struct(
    {LISTS[kind]: pl.List(pl.Struct({IDENTIFIERS[kind]: pl.String})) for kind in TrackerType}
)


def post_bundle(client: Dhis2, body: bytes, strategy: Strategy, state: LoadState) -> Receipt:
    """Post a bundle and return what became of every object in it.

    Args:
        client: Where to; it waits while DHIS2 is busy.
        body: The request body: flat lists `trackedEntities`, `enrollments`, `events`.
        strategy: The import strategy.
        state: What the threads of the run share.

    Raises:
        TargetError: Nothing that follows can succeed: DHIS2 does not let the user in.
        BusyError: DHIS2 stayed busy or out of reach, or fails whatever it is sent.
        LoadStoppedError: Another thread has met one of these.
    """
    sent = sent_in(body)
    posting = _Posting(client.waiting_by(state.wait), strategy, state, len(sent))
    if state.bundle_size is None or len(sent) <= state.bundle_size:
        receipt = posting.settle(sent, body)
    else:
        bodies = [_body(part) for part in _parts(_objects(body), state.bundle_size)]
        parts = (posting.settle(sent_in(part), part) for part in bodies)
        receipt = sum(parts, Receipt(strategy))
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
    return judge_dry_run(sent_in(body), answer.body)


class _Posting:
    """The requests that it takes to settle one bundle."""

    def __init__(self, client: Dhis2, strategy: Strategy, state: LoadState, size: int) -> None:
        self._client = client
        self._strategy = strategy
        self._state = state
        self._size = size

    def settle(self, sent: Sequence[Sent], body: bytes) -> Receipt:
        """Return the receipt of the objects that are sent with a request body."""
        whole = self._client.less_patient(seconds=SECONDS_OF_A_BUNDLE)
        receipt, failure = self._try(sent, body, [whole, self._client_of_part(len(sent))])
        if failure is None:
            return receipt
        if not failure.is_too_large and self._state.note_failure():
            check_way(self._client, failure)
        return receipt + self._divide(_objects(body), failure)

    def _client_of_part(self, size: int) -> Dhis2:
        share = size / max(self._size, 1)
        return self._client.less_patient(ATTEMPTS_OF_A_PART, seconds=SECONDS_OF_A_PART, share=share)

    def _try(
        self, sent: Sequence[Sent], body: bytes, clients: list[Dhis2]
    ) -> tuple[Receipt, Failure | None]:
        """Make the request once with each client, until a report names all; else say why not."""
        receipt, failure = self._request(sent, body, clients[0])
        for client in clients[1:]:
            if failure is None or failure.is_too_large:
                break
            if failure.is_on_the_way:
                check_way(self._client, failure)
            self._state.pause()
            again, later = self._request(sent, body, client)
            receipt, failure = receipt + again, later and later.after(failure)
        return receipt, failure

    def _request(
        self, sent: Sequence[Sent], body: bytes, client: Dhis2
    ) -> tuple[Receipt, Failure | None]:
        self._state.wait(0)
        params = PARAMETERS | {"importStrategy": self._strategy}
        receipt = Receipt(self._strategy, requests=1)
        try:
            answer = client.exchange("POST", TRACKER, params, body)
        except (BusyError, TargetError) as error:
            return replace(receipt, unanswered=error.unanswered), failure_of(error)
        receipt = replace(receipt, unanswered=answer.unanswered)
        verdict = judge(sent, self._strategy, answer.body)
        if verdict is None:
            is_late = answer.unanswered > 0
            return receipt, Failure(WHOLE_REQUEST, answer.status, may_be_done=is_late)
        self._state.note_answer()
        accepted, refused, absent = verdict
        return receipt + Receipt(self._strategy, accepted, refused, absent=absent), None

    def _divide(self, objects: _Objects, failure: Failure) -> Receipt:
        """Settle the first half, which holds the parents, wholly before the second."""
        if len(objects) == 1:
            return self._reject(objects[0], failure)
        middle = (len(objects) + 1) // 2
        if failure.is_too_large:
            self._state.limit(middle)
        return self._part(objects[:middle], failure) + self._part(objects[middle:], failure)

    def _part(self, objects: _Objects, of_whole: Failure) -> Receipt:
        clients = [self._client_of_part(len(objects))] * (2 if len(objects) == 1 else 1)
        sent = [each.sent for each in objects]
        receipt, failure = self._try(sent, _body(objects), clients)
        if failure is None:
            return receipt
        return receipt + self._divide(objects, failure.after(of_whole))

    def _reject(self, single: _Object, failure: Failure) -> Receipt:
        """Refuse an object that no request gets through with, while one without it does."""
        check_way(self._client, failure)
        reject = refusal_of(single.sent, [failure.reason], may_be_done=failure.may_be_done)
        return Receipt(self._strategy, refused=(reject,), requests=1)


def sent_in(body: bytes) -> list[Sent]:
    """Return the objects of a request body, parents first.

    Polars reads their names and passes over their values, in less time, and while other threads
    go on: an object in Python for each value would take as long as all else of a load together.
    """
    content = pl.Series([body.decode()]).str.json_decode(_NAMES)
    return [
        Sent(kind, uid)
        for kind in TrackerType
        for uid in content.struct.field(LISTS[kind]).explode().struct.field(IDENTIFIERS[kind])
        if uid is not None
    ]


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
    lists: dict[str, list[Json]] = {}
    for each in objects:
        lists.setdefault(LISTS[each.sent.type], []).append(each.content)
    return orjson.dumps(lists)
