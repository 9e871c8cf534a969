"""Load the block of a DHIS2 server."""

from typing import cast

from flows.connectors.dhis2 import Dhis2Server
from transforms.errors import TargetError


def dhis2_named(target: str) -> Dhis2Server:
    """Return the server that the saved block `target` names.

    Raises:
        TargetError: There is no such block.
    """
    try:
        return cast("Dhis2Server", Dhis2Server.load(target))
    except ValueError as error:
        raise TargetError(
            f"There is no block dhis2-server/{target}. Save one (Blocks in the Prefect UI) or name "
            f"another in the parameter `target`. Nothing was posted."
        ) from error
