"""Connections by the names of saved blocks: a DHIS2, an openIMIS."""

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.openimis.client import Openimis
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.prefect_support.saved_blocks import saved_block
from flows.steps.load.post_phase import patience_of
from transforms.core.errors import SourceError, TargetError
from transforms.model.existing import in_use
from transforms.openimis.country import Country


def load_dhis2_block(target: str) -> Dhis2Server:
    """Return the server that the saved block `target` names.

    Raises:
        TargetError: There is no such block, or it is not as it must be.
    """
    otherwise = (
        "Save one (Blocks in the Prefect UI) or name another in the parameter `target`. Nothing "
        "was posted."
    )
    return saved_block(Dhis2Server, target, TargetError, otherwise)


def connect(target: str, country: Country) -> Dhis2:
    """Return a client of the DHIS2 that the saved block `target` names.

    It calls what DHIS2 had before us, and the country file names, by our UIDs.
    """
    return load_dhis2_block(target).client(
        timeout_seconds=country.load.timeout_seconds,
        patience=patience_of(country.load),
        calendar=country.dhis2.calendar,
        renaming=in_use(country).renaming,
    )


def load_openimis(source: str) -> Openimis:
    """Return a client of the database that the saved block `source` names.

    Raises:
        SourceError: There is no such block.
    """
    otherwise = (
        "Save one (Blocks in the Prefect UI) or name another in the parameter `source`. Nothing "
        "was read."
    )
    return saved_block(OpenimisDatabase, source, SourceError, otherwise).client()
