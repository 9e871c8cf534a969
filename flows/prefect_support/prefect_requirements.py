"""Look at Prefect itself: server, version, login of its API, worker, PREFECT_HOME."""

from pathlib import Path

import httpx
import prefect
from prefect import get_client
from prefect.client.schemas.objects import WorkPool
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL, PREFECT_HOME

from transforms.core.language import Phrase
from transforms.requirements.check_rows import Seen
from transforms.requirements.sentences import as_sentence, prefect_version_fault

USUAL_HOME = ".prefect"
CLOSED = (401, 403)
SECONDS = 10.0


class PrefectLooks:
    """Looks at Prefect's server and at what runs the flows."""

    def __init__(self, work_pool: str) -> None:
        self._work_pool = work_pool

    def prefect_server(self) -> Seen:
        """Look whether a server is named, and answers."""
        url = PREFECT_API_URL.value()
        if not url:
            fault = Phrase("No server is named: a temporary one keeps no block and no schedule.")
            return Seen("", [fault])
        with get_client(sync_client=True) as client:
            error = client.api_healthcheck()
        fault = Phrase("Nothing answers at {url} ({error}).", url=url, error=type(error).__name__)
        return Seen(str(url), [fault] if error else [])

    def prefect_version(self) -> Seen:
        """Compare the versions."""
        with get_client(sync_client=True) as client:
            found = client.api_version()
        return Seen(found, as_sentence(prefect_version_fault(found, prefect.__version__)))

    def prefect_login(self) -> Seen:
        """Ask the API for something without a login."""
        url = f"{str(PREFECT_API_URL.value()).rstrip('/')}/admin/version"
        answer = httpx.get(url, timeout=SECONDS)
        fault = Phrase("Prefect's API asks for no login: whoever reaches it reads every secret.")
        found = Phrase("the API asks for a login")
        return Seen(found, [] if answer.status_code in CLOSED else [fault])

    def prefect_worker(self) -> Seen:
        """Look for a worker that takes runs of the work pool."""
        with get_client(sync_client=True) as client:
            try:
                pool = client.read_work_pool(self._work_pool)
            except ObjectNotFound:
                return Seen("", [Phrase("There is no work pool {pool}.", pool=self._work_pool)])
            workers = client.read_workers_for_work_pool(self._work_pool)
        online = [each.name for each in workers if each.status == "ONLINE"]
        found = Phrase("{count} at work for {pool}", count=len(online), pool=pool.name)
        return Seen(found, self._faults(pool, online))

    def _faults(self, pool: WorkPool, online: list[str]) -> list[Phrase]:
        """Return why nobody takes the runs of a pool."""
        paused = Phrase("The work pool {pool} is paused.", pool=pool.name)
        idle = Phrase("No worker takes runs of the work pool {pool}.", pool=pool.name)
        return [fault for fault, is_so in ((paused, pool.is_paused), (idle, not online)) if is_so]

    def prefect_home(self) -> Seen:
        """Look whether Prefect's folder is one that nobody else uses."""
        home = PREFECT_HOME.value().expanduser().resolve()
        is_usual = home == (Path.home() / USUAL_HOME).resolve()
        fault = Phrase(
            "PREFECT_HOME is {home}, which every other use of Prefect here has too.", home=home
        )
        return Seen(str(home), [fault] if is_usual else [])
