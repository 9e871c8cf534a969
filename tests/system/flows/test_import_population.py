"""The flow that imports population figures, as a data manager runs it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from prefect.client.schemas.objects import State

from flows.import_population import import_population
from staging.current import read_current, switch
from staging.layout import Target
from staging.target_lock import locked
from tests.support.scheme.by_flows import FlowScheme


def imported(scheme: FlowScheme, text: str, **more: Any) -> State[Any]:
    file = scheme.folder / "population.csv"
    file.write_text(text)
    return import_population(
        "ministry", scheme.country_file, scheme.staging_root, file, return_state=True, **more
    )


def code_of_a_district(scheme: FlowScheme) -> str:
    query = (
        'SELECT "LocationCode" FROM "tblLocations" '
        'WHERE "LocationType" = \'D\' AND "ValidityTo" IS NULL LIMIT 1'
    )
    with closing(sqlite3.connect(scheme.database)) as connection, connection:
        return str(connection.execute(query).fetchone()[0])


@pytest.mark.large
def test_figures_arrive_after_a_load_and_bad_lines_are_rejects(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    text = f"code,year,population\n{code_of_a_district(scheme)},2025,125000\nX,2025,1\n"

    state = imported(scheme, text, run_id="population")

    assert state.name == "CompletedWithRejects", state.message
    assert [row["value"] for row in scheme.sandbox.state.data_values.values()] == ["125000"]
    rejects = pl.read_csv(Path(scheme.staging_root, "runs/population/rejects/population.csv"))
    assert rejects.select("id", "table", "reason").rows() == [
        ("X", "the file of figures", "population_place_unknown")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,year\nX,2025\n", "no column population"),
        ("code,year,population\n", "no line below its first"),
        ("", "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_none_ends_the_run_with_one_sentence(
    scheme: FlowScheme, text: str, said: str
) -> None:
    state = imported(scheme, text)

    assert state.is_failed()
    assert said in str(state.message)
    assert "No figure was written" in str(state.message)
    assert "Traceback" not in str(state.message)


def test_before_any_run_the_advice_is_to_run_sync(scheme: FlowScheme) -> None:
    state = imported(scheme, "code,year,population\nX,2025,1\n")

    assert state.is_failed()
    assert "Run sync first" in str(state.message)


@pytest.mark.large
def test_no_figure_is_written_while_another_run_writes_to_the_target(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    text = f"code,year,population\n{code_of_a_district(scheme)},2025,125000\n"

    with locked(Target(scheme.staging_root, "ministry"), "nightly"):
        state = imported(scheme, text)

    assert state.is_failed()
    assert "Run nightly is writing to this target" in str(state.message)
    assert scheme.sandbox.state.data_values == {}


@pytest.mark.large
def test_no_figure_is_written_to_another_dhis2_than_that_of_the_last_load(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="first")
    text = f"code,year,population\n{code_of_a_district(scheme)},2025,125000\n"
    goal = Target(scheme.staging_root, "ministry")
    current = read_current(goal)
    assert current is not None
    switch(goal, current.model_copy(update={"system_id": "another-dhis2"}))

    state = imported(scheme, text)

    assert state.is_failed()
    assert "another DHIS2" in str(state.message)
    assert scheme.sandbox.state.data_values == {}
