"""The flow that proposes org units, as a data manager runs it, and its command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.match_org_units import match_org_units
from flows.prefect_support.command_line import main
from staging.layout import Run, Target
from tests.support.national_tree import ROOT, fill_dhis2, nation, openimis_tables
from tests.support.sandbox import running_sandbox
from tests.support.scheme.by_flows import FlowScheme

COUNTRY = f"""
[root]
uid = "{ROOT}"
name = "Nation"
short_name = "Nation"

[match.levels]
region = [2]
district = [3]
facility = [4]
"""


@pytest.fixture(scope="module")
def ministry(
    prefect_server: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlowScheme]:
    """A small nation in openIMIS, and its ministry's DHIS2."""
    made = nation(30, regions=1, districts=2, wards=1)
    with running_sandbox(version="2.42") as sandbox:
        fill_dhis2(sandbox.state, made)
        scheme = FlowScheme(tmp_path_factory.mktemp("nation"), sandbox, country=COUNTRY)
        scheme.source.write(openimis_tables(made))
        scheme.save_blocks()
        yield scheme


def file_of(scheme: FlowScheme) -> Path:
    return Target(scheme.staging_root, "administrator").matches


def test_the_flow_writes_a_file_and_a_page_and_posts_nothing(ministry: FlowScheme) -> None:
    where = (ministry.country_file, ministry.staging_root)

    state = match_org_units("scheme", "administrator", *where, run_id="first", return_state=True)

    assert state.name in {"Completed", "CompletedToDecide"}, state.message
    assert file_of(ministry).exists()
    assert (
        "proposes only"
        in Run(ministry.staging_root, "first").matches.with_suffix(".md").read_text()
    )
    by_key = ArtifactFilter(key=ArtifactFilterKey(any_=["match-org-units"]))
    with get_client(sync_client=True) as client:
        pages = [str(each.data) for each in client.read_artifacts(artifact_filter=by_key)]
    assert any("## By rule" in page for page in pages)
    assert ministry.sandbox.totals == {}


def test_the_command_does_the_same_and_says_where_the_file_is(
    ministry: FlowScheme, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--country", str(ministry.country_file), "--staging-root", str(ministry.staging_root)]

    assert main(["match-org-units", "scheme", "administrator", *where, "--who", "Asha"]) == 0

    assert f"The file: {file_of(ministry)}" in capsys.readouterr().out
    assert ministry.sandbox.totals == {}


def test_the_command_ends_with_one_sentence_if_it_cannot_be_done(
    ministry: FlowScheme, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "country.toml"
    file.write_text(COUNTRY.partition("[match.levels]")[0])
    where = ["--country", str(file), "--staging-root", str(tmp_path / "area")]

    assert main(["match-org-units", "scheme", "administrator", *where]) == 1

    assert "[match.levels]" in capsys.readouterr().err
