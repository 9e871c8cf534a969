"""*As of* in DHIS2: an entry of its data store says of when openIMIS is that DHIS2 has.

Each load of everything writes it, also where nothing changed: it is the one exception to *nothing
changed, nothing posted*. It is no datum: nothing here reads it, and no load ends for it.
"""

from datetime import datetime

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.steps.target.marker import protect
from transforms.core.errors import TargetError
from transforms.core.moments import to_the_second

ENTRY = "/api/dataStore/openimis-as-of/data"


def write_as_of(client: Dhis2, as_of: datetime | None, run_id: str) -> bool:
    """Write of when openIMIS is that DHIS2 has; return whether DHIS2 accepted it.

    Args:
        client: The DHIS2.
        as_of: On openIMIS's own clock; None where DHIS2 has nothing of it any more.
        run_id: The run that brought it.
    """
    entry = {"as_of": to_the_second(as_of) if as_of else None, "run": run_id}
    try:
        answer = client.exchange("PUT", ENTRY, body=entry)
    except (TargetError, BusyError):
        return False
    if answer.ok:
        protect(client, ENTRY)
    return answer.ok
