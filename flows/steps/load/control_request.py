"""The control request of bundles: it fails only if the fault is the server's.

A firewall refuses one text, a proxy gives up on one body, DHIS2 dies of one record: none of them
may stop the others. If the control request fails, nothing is learnt about any object.
"""

from flows.connectors.dhis2.answers import Answer, check_control
from flows.connectors.dhis2.client import TRACKER, Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.failures import Failure

PARAMETERS = {
    "async": "false",
    "atomicMode": "OBJECT",
    "reportMode": "FULL",
    "skipRuleEngine": "true",
    "skipSideEffects": "true",
}
NO_OBJECTS = b"{}"


def check_way(client: Dhis2, failure: Failure) -> None:
    """Make the control request, which fails only if the fault is the server's.

    Also among deletions it is a creation: how servers answer a deletion of nothing, no recording
    holds.

    Args:
        client: The DHIS2; it waits while DHIS2 is busy.
        failure: Of the request with objects.

    Raises:
        TargetError: DHIS2 does not let the user in.
        BusyError: DHIS2 stayed busy or out of reach, or fails whatever it is sent.
    """
    answer = try_post(client)
    if not answer.ok:
        raise server_error(failure.status or answer.status)


def try_post(client: Dhis2) -> Answer:
    """Post a bundle without objects, which changes nothing, and return the answer to judge.

    Raises:
        TargetError: DHIS2 does not let the user in.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    params = PARAMETERS | {"importStrategy": "CREATE_AND_UPDATE"}
    answer = client.exchange("POST", TRACKER, params, NO_OBJECTS)
    check_control(answer, TRACKER)
    return answer


def server_error(status: int) -> BusyError:
    """Return the error of a server that fails on a request without objects."""
    return BusyError(
        f"DHIS2 gave no report on a request without objects (last status {status}), where one "
        f"was expected: the fault is the server's. Look at its log and its database (disk, "
        f"memory, connections), then run again. What it had refused before is among the "
        f"rejects; what was begun is settled by the next run."
    )
