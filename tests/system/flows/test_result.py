"""From the page of a run of sync one sees whether DHIS2 is up to date, and reaches every stage."""

import csv
import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.utilities.urls import url_for

from tests.support.sandbox.state import State as Dhis2State
from tests.support.scheme.by_flows import FlowScheme
from tests.system.flows.conftest import a_filled_scheme
from tests.system.flows.prefect_runs import artifact_of, run_of, subflows_of


@pytest.fixture(scope="module")
def scheme(
    ministry: Dhis2State, sample_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlowScheme]:
    with a_filled_scheme(tmp_path_factory.mktemp("result"), ministry, sample_database) as scheme:
        yield scheme


@pytest.fixture(scope="module")
def good(scheme: FlowScheme) -> State[Any]:
    """A run that loads everything."""
    return scheme.sync(run_id="first")


def page_of(state: State[Any]) -> str:
    """Return the result that is an artifact of the run itself."""
    return str(artifact_of(run_of(state), "result-ministry").data)


def day_of(run: FlowRun) -> str:
    assert run.expected_start_time
    return f"{run.expected_start_time.astimezone():%Y-%m-%d}"


@pytest.mark.longer
def test_a_run_and_its_stages_have_names_that_say_what_they_are(good: State[Any]) -> None:
    run = run_of(good)

    assert run.name == f"sync ministry {day_of(run)}"
    assert {each.name for each in subflows_of(run)} == {
        f"{name} {day_of(run)}"
        for name in ("extract scheme", "transform ministry", "load ministry")
    }


def test_the_page_says_that_dhis2_is_up_to_date_and_links_to_the_runs_of_the_stages(
    good: State[Any],
) -> None:
    page = page_of(good)

    assert page.startswith("# ministry is up to date\n")
    assert "(loaded by this run)" in page
    assert "| settle | Completed |" in page
    for stage in subflows_of(run_of(good)):
        assert f"[{stage.name}]({url_for(stage)})" in page
    assert "33 objects were held back or refused" in page


def test_what_was_held_back_is_listed_by_openimiss_table_and_uuid(
    scheme: FlowScheme, good: State[Any]
) -> None:
    listed = json.loads(str(artifact_of(run_of(good), "rejects-ministry").data))

    files = (scheme.staging_root / "runs" / "first" / "rejects").glob("*.csv")
    rows = [row for file in files for row in csv.DictReader(StringIO(file.read_text()))]
    columns = ("resource", "table", "id", "stage", "reason")
    expected = [tuple(row[name] for name in columns) for row in rows if row["stage"] != "note"]
    assert sorted(tuple(row.values()) for row in listed) == sorted(expected)
    assert len(listed) == 33


def test_the_progress_of_the_load_is_told_in_counts(good: State[Any]) -> None:
    [load] = [each for each in subflows_of(run_of(good)) if each.name.startswith("load ")]

    progress = artifact_of(load, "load-progress")

    assert progress.data == 100
    assert re.fullmatch(r"(\d+) of \1 bundles settled", str(progress.description))


def test_the_progress_of_extract_and_transform_is_told_in_counts(good: State[Any]) -> None:
    stages = {each.name.split(" ")[0]: each for each in subflows_of(run_of(good))}

    extract = artifact_of(stages["extract"], "extract-progress")
    transform = artifact_of(stages["transform"], "transform-progress")

    assert (extract.data, transform.data) == (100, 100)
    assert re.fullmatch(r"(\d+) of \1 tables and [\d,]+ rows read", str(extract.description))
    assert str(transform.description) == "1 of 1 partitions computed, 1 compared"


def test_the_summary_lists_the_values_that_nothing_explains_with_their_counts(
    good: State[Any],
) -> None:
    [load] = [each for each in subflows_of(run_of(good)) if each.name.startswith("load ")]

    page = str(artifact_of(load, "run-summary").data)

    listed = page.partition("## Values that nothing explains")[2]
    for value in ("tblClaim.ClaimStatus is 32", "tblClaim.VisitType is Z"):
        assert re.search(rf"^- {value} in [1-9]\d* current rows, ", listed, re.MULTILINE)


def test_a_failed_run_says_why_and_that_dhis2_has_what_the_run_before_has_loaded(
    scheme: FlowScheme, good: State[Any], caplog: pytest.LogCaptureFixture
) -> None:
    scheme.sandbox.cues.add(path="/api/system/info", status=401)
    caplog.set_level(logging.INFO)

    failed = scheme.sync(run_id="second")

    page = page_of(failed)
    assert page.startswith("# ministry is not up to date\n")
    assert str(failed.message) in page
    assert "(loaded by run `first`)" in page
    assert f"| load | Failed | [load ministry {day_of(run_of(failed))}](" in page
    texts = [each.getMessage() for each in caplog.records]
    assert sum(str(failed.message) in text for text in texts if "Finished" not in text) == 1
