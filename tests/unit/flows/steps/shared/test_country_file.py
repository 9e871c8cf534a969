"""A run is resumed only while the country file decides the same."""

from pathlib import Path

import pytest

from flows.steps.shared.country_file import remember_what_may_leave
from staging.frames import declare_done
from staging.layout import Run
from staging.requests import TransformRequest
from staging.runs import remember
from tests.system.set_up.a_country import a_country
from transforms.core.errors import StagingError
from transforms.openimis.country import Country


def begin(run: Run, country: Country) -> None:
    """Write down what `transform` is asked for."""
    request = TransformRequest(
        target="ministry",
        country=Path("country.toml"),
        staging_root=run.root,
        run_id=run.run_id,
        pseudonym_key="scheme",
    )
    remember_what_may_leave(run, country)
    remember(run, request.record())


def test_a_run_is_not_resumed_once_the_country_file_lets_less_leave(tmp_path: Path):
    run = Run(tmp_path, "run")
    begin(run, a_country(privacy={"Insurance number": "send"}))

    with pytest.raises(StagingError, match="was begun with privacy"):
        begin(run, a_country())


def test_bundles_are_not_posted_once_the_country_file_names_other_regions(tmp_path: Path):
    run = Run(tmp_path, "run")
    begin(run, a_country(regions=["R1", "R2"]))
    remember_what_may_leave(run, a_country(regions=["R2", "R1"]))

    with pytest.raises(StagingError, match="was begun with regions"):
        remember_what_may_leave(run, a_country(regions=["R1"]))


def test_the_speed_of_a_load_may_change_while_it_lasts(tmp_path: Path):
    run = Run(tmp_path, "run")
    begin(run, a_country())

    remember_what_may_leave(run, a_country(load={"in_flight": 1}))


@pytest.mark.parametrize("stage", ["desired", "changes", "outbox"])
def test_a_run_whose_run_json_is_lost_is_not_taken_for_one_without_settings(
    tmp_path: Path, stage: str
):
    run = Run(tmp_path, "run")
    begin(run, a_country())
    declare_done(run, stage, {})
    run.run_file.unlink()

    with pytest.raises(StagingError, match=r"run.json is damaged: it is missing. Restore it"):
        remember_what_may_leave(run, a_country(regions=["R1"]))

    assert not run.run_file.exists()
