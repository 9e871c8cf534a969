"""Load the block of a DHIS2 server."""

from flows.connectors.dhis2 import Dhis2Server
from flows.connectors.saved_blocks import saved_block
from transforms.errors import TargetError


def dhis2_named(target: str) -> Dhis2Server:
    """Return the server that the saved block `target` names.

    Raises:
        TargetError: There is no such block, or it is not as it must be.
    """
    otherwise = (
        "Save one (Blocks in the Prefect UI) or name another in the parameter `target`. Nothing "
        "was posted."
    )
    return saved_block(Dhis2Server, target, TargetError, otherwise)
