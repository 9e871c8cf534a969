"""DHIS2's caches."""

from flows.connectors.dhis2.client import Dhis2

CACHE = {"cacheClear": "true"}


def clear_cache(client: Dhis2) -> None:
    """Let DHIS2 forget the figures of indicators as they were defined before (2.43).

    Raises:
        TargetError: The user may not perform maintenance.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    client.post("/api/maintenance", CACHE)
