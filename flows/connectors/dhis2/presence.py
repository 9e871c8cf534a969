"""Whether DHIS2 has an object: only a clear answer says that it has not."""

from flows.connectors.dhis2.answers import check_read, says_absent
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import not_dhis2_error
from transforms.core.json_texts import Json


def find(client: Dhis2, path: str, fields: str) -> Json | None:
    """Return the object at `path`; None if DHIS2 says that it is not there, or hides it.

    Raises:
        TargetError: DHIS2 refuses to say.
        BusyError: DHIS2 stayed busy or out of reach, or is down in part.
    """
    answer = client.exchange("GET", path, {"fields": fields})
    if says_absent(answer):
        return None
    check_read(answer, path)
    if not isinstance(answer.body, dict):
        raise not_dhis2_error(client.base_url)
    return answer.body
