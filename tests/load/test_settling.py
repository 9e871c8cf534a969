"""A run that was cut short is settled by the next one, if it is still there."""

from pathlib import Path

import pytest

from flows.connectors.dhis2 import Dhis2, Dhis2Server
from flows.tasks.loading import settle_open_run
from staging.acknowledged import Current, read_current, switch
from staging.layout import Run, Target
from tests.set_up.a_country import a_country
from transforms.errors import StagingError


@pytest.fixture
def nobody() -> Dhis2:
    """A DHIS2 that must not be asked."""
    return Dhis2Server(base_url="http://127.0.0.1:9", username="u", password="p").client()


def test_a_run_in_doubt_whose_folder_is_gone_is_named_with_the_ways_on(
    tmp_path: Path, nobody: Dhis2
):
    target = Target(tmp_path, "ministry")
    switch(target, Current(partitions=1, counter=3, last_run="before", open_run="lost"))

    with nobody, pytest.raises(StagingError, match=r"Run lost was begun.*reconcile.*Nothing was"):
        settle_open_run(target, Run(tmp_path, "next"), nobody, a_country())

    assert read_current(target).open_run == "lost"
