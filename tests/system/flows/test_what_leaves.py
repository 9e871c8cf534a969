"""The page that says what leaves for one country file."""

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.what_leaves import what_leaves
from staging.layout import Run
from tests.support.scheme.by_flows import COUNTRY, FlowScheme
from transforms.reports.tables.page_texts import LEAVING_BESIDES

OPEN_HANDED = COUNTRY + '[privacy]\n"First name" = "send"\n"Main diagnosis" = "drop"\n'


def country_file(folder: Path, content: str) -> Path:
    path = folder / "country.toml"
    path.write_text(content)
    return path


def test_a_data_protection_officer_gets_the_page_without_a_run_and_without_openimis(
    prefect_server: None, tmp_path: Path
) -> None:
    what_leaves(country_file(tmp_path, OPEN_HANDED), tmp_path / "area", run_id="page")

    page = Run(tmp_path / "area", "page").what_leaves.read_text()
    leaves, stays = page.split("## Values that do not leave")
    assert "| First name |" in leaves
    assert "| Main diagnosis |" in stays
    assert LEAVING_BESIDES in page
    by_key = ArtifactFilter(key=ArtifactFilterKey(any_=["what-leaves"]))
    with get_client(sync_client=True) as client:
        assert page in [each.data for each in client.read_artifacts(artifact_filter=by_key)]


def test_a_country_file_that_asks_for_what_cannot_be_ends_the_flow_with_a_sentence(
    prefect_server: None, tmp_path: Path
) -> None:
    file = country_file(tmp_path, COUNTRY + '[privacy]\n"Gender" = "generalise"\n')

    state = what_leaves(file, tmp_path / "area", run_id="page", return_state=True)

    assert state.is_failed()
    assert "asks to generalise Gender" in str(state.message)
    assert not Run(tmp_path / "area", "page").what_leaves.exists()


@pytest.mark.longer
def test_each_run_keeps_the_page_of_what_it_lets_out(scheme: FlowScheme) -> None:
    scheme.country = OPEN_HANDED
    scheme.sync(run_id="first", until="transform")

    page = Run(scheme.staging_root, "first").what_leaves.read_text()
    assert "| First name |" in page.split("## Values that do not leave")[0]
