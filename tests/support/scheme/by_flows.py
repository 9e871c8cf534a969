"""A scheme as its data manager has it: blocks, a country file, a staging folder, and flows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State

from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.prefect_support.pseudonym_key import PseudonymKey
from flows.set_up_dhis2 import set_up_dhis2
from flows.sync import sync
from tests.support.loader import LOADER_USER
from tests.support.loader import LOGIN as LOADER_LOGIN
from tests.support.loader import NAME as LOADER_NAME
from tests.support.sandbox import ADMIN, Sandbox, running_sandbox
from tests.support.scheme.by_steps import COUNTRY, Scheme
from tests.support.scheme.job import KEY, SOURCE, TARGET
from tests.support.scheme.sources import Source


@dataclass(frozen=True)
class BlockNames:
    """Names of the blocks of a scheme; several schemes may share one Prefect server."""

    source: str = SOURCE
    target: str = TARGET
    administrator: str = "administrator"


USUAL = BlockNames()


class FlowScheme(Scheme):
    """A scheme that is brought to DHIS2 by the flows."""

    def __init__(
        self,
        folder: Path,
        sandbox: Sandbox,
        source: Source | None = None,
        country: str = COUNTRY,
        blocks: BlockNames = USUAL,
    ) -> None:
        super().__init__(folder, sandbox, source, country)
        self.blocks = blocks

    @property
    def country_file(self) -> Path:
        """The country file."""
        path = self.folder / "country.toml"
        path.write_text(self.country)
        return path

    def save_blocks(self) -> None:
        """Save the blocks that the flows name."""
        openimis = OpenimisDatabase(
            dialect=self.source.dialect, connection_string=self.source.connection
        )
        openimis.save(self.blocks.source, overwrite=True)
        save_servers(self.sandbox.url, self.blocks)
        PseudonymKey(key=KEY).save(self.blocks.source, overwrite=True)

    def set_up(self) -> None:
        """Set DHIS2 up."""
        where = (self.country_file, self.staging_root)
        names = (self.blocks.source, self.blocks.administrator)
        set_up_dhis2(*names, *where, loader_user=LOADER_NAME)

    def sync(self, **more: Any) -> State[Any]:
        """Bring DHIS2 up to date; return how that ended."""
        where = (self.country_file, self.staging_root)
        return sync(self.blocks.source, self.blocks.target, *where, return_state=True, **more)


@contextmanager
def a_flow_scheme(folder: Path, *, country: str = COUNTRY, **settings: Any) -> Iterator[FlowScheme]:
    """A scheme whose blocks are saved, with a DHIS2 of its own; the stand-in takes `settings`."""
    with running_sandbox(**{"version": "2.42", "users": [LOADER_USER]} | settings) as sandbox:
        scheme = FlowScheme(folder, sandbox, country=country)
        scheme.save_blocks()
        yield scheme


def save_servers(url: str, blocks: BlockNames = USUAL) -> None:
    """Save a block for the user of the load, and one for the administrator, who sets up."""
    for name, login in ((blocks.target, LOADER_LOGIN), (blocks.administrator, ADMIN)):
        block = Dhis2Server(base_url=url, username=login[0], password=login[1])
        block.save(name, overwrite=True)
