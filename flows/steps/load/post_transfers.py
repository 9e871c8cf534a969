"""Make the owners of people follow them: one request each, several people at once.

    bundle ─► person by person ─► as many at once as requests may be in flight ─► one receipt

DHIS2 takes no list of them. Those of one person go one after another: they change the same rows.
People and their objects are in already: a change of owner that fails is a reject, stops no load,
and is tried again by the next run.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import replace

import orjson

from flows.connectors.dhis2.client import TRANSFER, Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.failures import Failure, failure_of
from flows.steps.load.control_request import check_way
from flows.steps.load.thread_state import LoadState
from transforms.changes.objects.phases import TRANSFERS
from transforms.core.errors import TargetError
from transforms.dhis2.import_report import Receipt, Sent, refusal_of
from transforms.dhis2.tables.versions import Dialect
from transforms.model.resources import TrackerType

ATTEMPTS, SECONDS = 3, 60.0
TRANSFER_REFUSALS = {403: "transfer_not_allowed", 404: "transfer_person_missing"}


def settle_transfers(
    client: Dhis2, body: bytes, dialect: Dialect, state: LoadState, in_flight: int = 1
) -> Receipt:
    """Make the owners of people follow them.

    Args:
        client: Where to.
        body: `{"transfers": [{"trackedEntity", "program", "orgUnit"}]}`.
        dialect: Names the parameters.
        state: What the threads of the run share.
        in_flight: Requests at once.

    Returns:
        A receipt that names tracked entities. On 2.40 and 2.41 DHIS2 accepts the transfer of a
        person that is not there for done. What fails or is forbidden is refused, and tried again
        by the next run: people and their objects are in already.

    Raises:
        TargetError: DHIS2 does not know the login any more.
        BusyError: DHIS2 stayed busy or out of reach.
        LoadStoppedError: Another thread has met one of these.
    """
    patient = client.waiting_by(state.wait)
    people = _by_person(orjson.loads(body)[TRANSFERS])
    with ThreadPoolExecutor(in_flight, thread_name_prefix="transfer") as threads:
        futures = [
            threads.submit(_transfer_person, patient, some, dialect, state) for some in people
        ]
        _wait_for_all(futures, state)
    return sum((future.result() for future in futures), Receipt("TRANSFER"))


def _by_person(transfers: Iterable[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Return the changes of owner of each person, in whichever programs."""
    people: dict[str, list[dict[str, str]]] = {}
    for each in transfers:
        people.setdefault(each["trackedEntity"], []).append(each)
    return list(people.values())


def _wait_for_all(futures: Sequence[Future[Receipt]], state: LoadState) -> None:
    """Return when all people are done; the first error lets no further request begin.

    Raises:
        TargetError, BusyError: See `settle_transfers`.
    """
    done, _ = wait(futures, return_when=FIRST_EXCEPTION)
    error = next((found for each in done if (found := each.exception())), None)
    if error is not None:
        state.stop()
        for each in futures:
            each.cancel()
        raise error


def _transfer_person(
    client: Dhis2, transfers: Sequence[dict[str, str]], dialect: Dialect, state: LoadState
) -> Receipt:
    receipts = (_transfer(client, each, dialect, state) for each in transfers)
    return sum(receipts, Receipt("TRANSFER"))


def _transfer(
    client: Dhis2, transfer: dict[str, str], dialect: Dialect, state: LoadState
) -> Receipt:
    sent = Sent(TrackerType.TRACKED_ENTITY, transfer["trackedEntity"])
    values = (transfer["trackedEntity"], transfer["program"], transfer["orgUnit"])
    params = dict(zip(dialect.transfer_parameters, values, strict=True))
    receipt, failure = _request(client, sent, params, state)
    if failure is None or failure.reason in TRANSFER_REFUSALS.values():
        return receipt + _refusal(sent, failure)
    if state.transfer_failed():
        state.pause()
        again, later = _request(client, sent, params, state)
        receipt, failure = receipt + again, later and later.after(failure)
    return receipt + _refusal(sent, failure)


def _request(
    client: Dhis2, sent: Sent, params: dict[str, str], state: LoadState
) -> tuple[Receipt, Failure | None]:
    """Make one change of owner; say why it was not made, if the server is not at fault."""
    state.wait(0)
    receipt = Receipt("TRANSFER", requests=1)
    try:
        answer = client.less_patient(ATTEMPTS, seconds=SECONDS).exchange("PUT", TRANSFER, params)
    except (BusyError, TargetError) as error:
        failure = failure_of(error)
        check_way(client, failure)
        return replace(receipt, unanswered=error.unanswered), failure
    receipt = replace(receipt, unanswered=answer.unanswered)
    if answer.ok:
        return replace(receipt, accepted=(sent,)), None
    reason = TRANSFER_REFUSALS.get(answer.status, "transfer_failed")
    return receipt, Failure(reason, answer.status, may_be_done=answer.unanswered > 0)


def _refusal(sent: Sent, failure: Failure | None) -> Receipt:
    if failure is None:
        return Receipt("TRANSFER")
    reject = refusal_of(sent, [failure.reason], may_be_done=failure.may_be_done)
    return Receipt("TRANSFER", refused=(reject,))
