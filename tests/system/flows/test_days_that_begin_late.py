"""DHIS2 is in a zone in which clocks are put forward at midnight: a day begins at one o'clock."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.reconcile import reconcile
from tests.support.scheme.by_flows import FlowScheme, a_flow_scheme
from transforms.dhis2.read_back import as_kept

LATE = ("2023-04-28", "2024-04-26", "2025-04-25")


@pytest.fixture
def in_cairo(prefect_server: None, sample_database: Path, tmp_path: Path) -> Iterator[FlowScheme]:
    """A sample openIMIS, and an empty DHIS2 in Egypt."""
    with a_flow_scheme(tmp_path, time_zone="Africa/Cairo") as scheme:
        scheme.source.copy(sample_database)
        yield scheme


@pytest.mark.large
def test_what_happened_on_such_a_day_is_not_found_different(in_cairo: FlowScheme) -> None:
    in_cairo.set_up()
    in_cairo.sync(run_id="first")
    days = {str(event["occurredAt"])[:13] for event in in_cairo.sandbox.events().values()}
    assert days & {f"{day}T01" for day in LATE}
    assert not days & {f"{day}T00" for day in LATE}

    where = (in_cairo.country_file, in_cairo.staging_root)

    assert reconcile("ministry", *where, return_state=True).name == "Completed"
    mark = len(in_cairo.written())
    in_cairo.sync(run_id="again")
    assert in_cairo.written()[mark:] == []


@pytest.mark.parametrize(
    ("zone", "moment", "kept"),
    [
        ("Africa/Cairo", "2024-04-26T00:03:00", "2024-04-26T01:03:00"),
        ("Africa/Cairo", "2024-04-26", "2024-04-26T01:00:00"),
        ("Africa/Cairo", "2024-04-26T01:02:00", "2024-04-26T01:02:00"),
        ("Africa/Cairo", "2024-04-25", "2024-04-25"),
        ("Europe/Berlin", "2024-03-31T02:10:00", "2024-03-31T03:10:00"),
        ("Australia/Lord_Howe", "2024-10-06T02:10:00", "2024-10-06T02:40:00"),
        ("UTC", "2024-04-26T00:03:00", "2024-04-26T00:03:00"),
    ],
)
def test_a_moment_that_a_clock_left_out_is_as_much_later(zone: str, moment: str, kept: str) -> None:
    frame = pl.DataFrame({"moment": [moment]})

    assert frame.select(as_kept(pl.col("moment"), zone)).item() == kept
