"""In a country whose file says so, people read what a run came to in French; its log is English."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from prefect import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import State

from flows.explain import explain
from flows.reconcile import reconcile
from tests.support.sandbox.state import State as Dhis2State
from tests.support.scheme.by_flows import COUNTRY, FlowScheme
from tests.system.flows.conftest import a_filled_scheme

pytestmark = pytest.mark.longer

FRENCH = COUNTRY + '[languages]\nreports = "fr"\n'


@pytest.fixture(scope="module")
def scheme(
    ministry: Dhis2State, sample_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlowScheme]:
    folder = tmp_path_factory.mktemp("french")
    with a_filled_scheme(folder, ministry, sample_database, FRENCH) as scheme:
        yield scheme


@pytest.fixture(scope="module")
def loaded(scheme: FlowScheme) -> State[Any]:
    return scheme.sync(run_id="first")


def artifacts(key: str) -> list[str]:
    by_key = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
    with get_client(sync_client=True) as client:
        return [str(each.data) for each in client.read_artifacts(artifact_filter=by_key)]


def test_the_page_of_a_run_is_french(loaded: State[Any]) -> None:
    [page] = [each for each in artifacts("result-ministry") if "est à jour" in each]

    assert page.startswith("# ministry est à jour\n")
    assert "Objets retenus ou refusés\u00a0: 33" in page
    assert "| ressource | créés | modifiés | remplacés | supprimés | non faits |" in page
    assert "held back" not in page
    assert any("## Valeurs que rien n'explique" in each for each in artifacts("run-summary"))


def test_the_report_in_the_folder_of_the_run_is_french(
    loaded: State[Any], scheme: FlowScheme
) -> None:
    report = scheme.run("first").report.read_text()

    assert '<html lang="fr">' in report
    assert "Chacun de ces objets est nommé par table et UUID dans" in report
    assert "What was" not in report


def test_clerks_find_hints_in_french_and_the_same_codes(
    loaded: State[Any], scheme: FlowScheme
) -> None:
    run = scheme.run("first")
    rows = pl.concat(
        pl.read_csv(path, infer_schema=False) for path in run.rejects("any").parent.glob("*.csv")
    )

    assert rows.height > 0
    assert rows["hint"].str.contains(" (dans|openIMIS|DHIS2)").all()
    assert not rows["hint"].str.contains(" (the|is|in) ").any()
    assert rows["reason"].str.contains(r"^[a-zA-Z0-9_]+$").all()


def test_the_log_and_the_state_stay_english(
    loaded: State[Any], scheme: FlowScheme, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    again = scheme.sync(run_id="second")

    texts = " ".join(each.getMessage() for each in caplog.records)
    assert "objects were held back or refused" in texts
    assert "retenus" not in texts
    assert str(again.message).endswith("objects were held back or refused")


def test_explanation_and_reconciliation_are_french(loaded: State[Any], scheme: FlowScheme) -> None:
    uid = next(iter(scheme.sandbox.tracked_entities()))
    where = (scheme.blocks.target, scheme.country_file, scheme.staging_root)

    assert "## Confirmé par DHIS2" in explain(uid, scheme.blocks.target, scheme.staging_root)
    reconcile(*where, run_id="compared")
    assert any(each.startswith("# Ce que contient DHIS2") for each in artifacts("reconciliation"))


def test_a_run_goes_on_when_the_language_changes_and_another_country_has_no_word_of_it(
    loaded: State[Any], scheme: FlowScheme
) -> None:
    assert json.loads(scheme.run("first").run_file.read_text())["language"] == "fr"
    scheme.country = COUNTRY
    scheme.sync(run_id="first")
    assert json.loads(scheme.run("first").run_file.read_text())["language"] == "en"

    scheme.sync(run_id="third")
    assert "language" not in json.loads(scheme.run("third").run_file.read_text())
    assert scheme.run("third").report.read_text().count('lang="en"') == 1
