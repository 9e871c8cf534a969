"""Walk all requirements: of the settings, openIMIS, DHIS2, the disk and Prefect."""

from contextlib import closing
from pathlib import Path

from flows.prefect_support.endings import unforeseen_error
from flows.prefect_support.named_blocks import connect, load_dhis2_block, load_openimis
from flows.prefect_support.prefect_requirements import PrefectLooks
from flows.prefect_support.pseudonym_key import load_pseudonym_key
from flows.steps.check.disk import DiskLooks
from flows.steps.check.server import ServerLooks
from flows.steps.check.settings import SettingsLooks
from flows.steps.check.source import SourceLooks
from staging.layout import Target
from transforms.core.language import Phrase
from transforms.requirements.check_rows import CheckRow, Look, Seen, walk
from transforms.requirements.tables.requirements import DHIS2_BLOCK, REQUIREMENTS


def look_around(
    source: str, target: str, country: Path, staging_root: Path, key: str, work_pool: str
) -> list[CheckRow]:
    """Return what was found of each requirement; nothing is written.

    Args:
        source: Name of the block of openIMIS.
        target: Name of the block of DHIS2.
        country: The country file.
        staging_root: Folder of all pipeline files.
        key: Name of the block of the pseudonym key.
        work_pool: Name of the work pool.
    """
    settings = SettingsLooks(country, lambda read: load_pseudonym_key(key, read))
    openimis = SourceLooks(lambda: load_openimis(source), settings)
    prefect = PrefectLooks(work_pool)
    files = Target(staging_root, target)
    with closing(ServerLooks(lambda read: connect(target, read), settings, files)) as server:
        lookers = (settings, openimis, server, DiskLooks(staging_root), prefect)
        looks = {DHIS2_BLOCK.key: lambda: _block(target), **_looks(lookers)}
        return walk(REQUIREMENTS, looks, unforeseen_error)


def _looks(lookers: tuple[object, ...]) -> dict[str, Look]:
    """Return the method of each requirement, which has its key as a name."""
    return {
        each.key: getattr(looker, each.key)
        for each in REQUIREMENTS
        for looker in lookers
        if hasattr(type(looker), each.key)
    }


def _block(target: str) -> Seen:
    return Seen(Phrase("is saved, for {address}", address=load_dhis2_block(target).base_url))
