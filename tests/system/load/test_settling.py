"""A run that was cut short is ended by the next one, whatever is left of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.load.settle_open_run import settle_open_run
from staging.current import Current, read_current, switch
from staging.layout import Run, Target
from tests.support.sandbox import ADMIN, running_sandbox
from transforms.core.errors import StagingError

LOST = Current(
    partitions=1, counter=3, last_run="before", open_run="lost", staging_id="ours", ended=5
)


@pytest.fixture
def client() -> Iterator[Dhis2]:
    """A DHIS2 that has the marker of load 3."""
    with running_sandbox() as sandbox:
        server = Dhis2Server(base_url=sandbox.url, username=ADMIN[0], password=ADMIN[1])
        with server.client() as client:
            marker = {"staging": "ours", "run": "before", "counter": 3}
            client.exchange("POST", "/api/dataStore/openimis-to-dhis2/ours", body=marker)
            yield client


def test_a_run_whose_folder_is_gone_ends_and_it_is_said_that_what_it_posted_is_not_known(
    tmp_path: Path, client: Dhis2
):
    target = Target(tmp_path, "ministry")
    switch(target, LOST)

    said = settle_open_run(target, Run(tmp_path, "next"), client)
    again = settle_open_run(target, Run(tmp_path, "the-one-after"), client)

    assert "reconcile with repair" in str(said)
    assert again is None
    current = read_current(target)
    assert (current.open_run, current.lost_run, current.last_run) == (None, "lost", "lost")
    assert (current.counter, current.ended) == (4, 6)


def test_what_is_acknowledged_is_never_given_up(tmp_path: Path, client: Dhis2):
    target = Target(tmp_path, "ministry")
    switch(target, LOST)
    target.current.write_bytes(target.current.read_bytes()[:-5])

    with pytest.raises(StagingError, match="Restore the folder"):
        settle_open_run(target, Run(tmp_path, "next"), client)
