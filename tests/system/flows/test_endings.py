"""What a user can cause ends in one sentence, and in no traceback."""

import logging
from pathlib import Path

import pytest
from polars.exceptions import PanicException
from prefect import flow, get_client
from prefect.blocks.core import Block
from prefect.client.schemas.actions import BlockDocumentUpdate
from pydantic import ValidationError

from flows.extract import extract
from flows.prefect_support.blocks import BLOCKS
from flows.prefect_support.endings import in_one_sentence, run_among
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.sync import sync
from staging.layout import Run
from staging.requests import TransformRequest
from tests.support.scheme.by_flows import FlowScheme


def ended_with(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() + (record.exc_text or "") for record in caplog.records)


@pytest.mark.longer
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param({"source": "nowhere"}, "no block openimis-database/nowhere", id="no source"),
        pytest.param({"target": "nowhere"}, "no block dhis2-server/nowhere", id="no target"),
        pytest.param({"pseudonym_key": "none"}, "no block pseudonym-key/none", id="no key"),
        pytest.param({"country": Path("no.toml")}, "no.toml cannot be read", id="no country"),
        pytest.param({"run_id": "../away"}, "cannot be a run_id", id="a run_id with a path"),
    ],
)
def test_a_wrong_name_ends_in_one_sentence(
    scheme: FlowScheme, caplog: pytest.LogCaptureFixture, change: dict[str, object], sentence: str
) -> None:
    caplog.set_level(logging.INFO)
    asked = {
        "source": "scheme",
        "target": "ministry",
        "country": scheme.country_file,
        "staging_root": scheme.staging_root,
    }
    mark = len(scheme.written())

    state = sync(**asked | change, return_state=True)  # type: ignore[arg-type]

    assert state.is_failed()
    assert sentence in str(state.message)
    assert "Traceback" not in ended_with(caplog)
    assert scheme.written()[mark:] == []


def test_a_wrong_login_ends_in_one_sentence(
    scheme: FlowScheme, caplog: pytest.LogCaptureFixture
) -> None:
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", status=401)
    caplog.set_level(logging.INFO)

    state = scheme.sync(run_id="first")

    assert state.is_failed()
    assert "Nothing" in str(state.message) or "nothing" in str(state.message)
    assert "Traceback" not in ended_with(caplog)


@pytest.mark.longer
def test_a_run_is_not_resumed_as_something_else(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first", until="transform")

    state = scheme.sync(run_id="first", scopes=["claim"])

    assert state.is_failed()
    assert "was begun with scopes" in str(state.message)


SECRET = "Pwd=hidden-away"


def test_a_block_that_an_older_package_has_saved_ends_in_one_sentence_without_its_secret(
    scheme: FlowScheme, caplog: pytest.LogCaptureFixture
) -> None:
    saved = {"connection_string": f"Driver=SQLite3;Database=/x;{SECRET}"}  # no dialect
    OpenimisDatabase(dialect="sqlite", connection_string=SECRET).save("old", overwrite=True)
    with get_client(sync_client=True) as client:
        document = client.read_block_document_by_name("old", "openimis-database")
        update = BlockDocumentUpdate(data=saved, merge_existing_data=False)
        client.update_block_document(document.id, update)
    caplog.set_level(logging.INFO)

    state = extract(
        "old", scheme.country_file, scheme.staging_root, run_id="first", return_state=True
    )

    assert state.is_failed()
    assert SECRET not in ended_with(caplog) + str(state.message)
    assert "Traceback" not in ended_with(caplog)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=lambda block: block.__name__)
def test_no_block_repeats_what_it_does_not_take(block: type[Block]) -> None:
    content = {name: [SECRET] for name in block.model_fields}

    with pytest.raises(ValidationError) as refused:
        block.model_validate(content)

    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("kind", [KeyError, PanicException])
def test_an_error_that_nobody_foresaw_tells_its_type_and_place_and_nothing_of_its_text(
    prefect_server: None,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    kind: type[BaseException],
) -> None:
    @flow(name="careless")
    @in_one_sentence
    def careless(staging_root: Path, run_id: str | None = None) -> None:
        raise kind(SECRET)

    caplog.set_level(logging.INFO)

    state = careless(tmp_path, return_state=True)

    assert f"{kind.__name__} (test_endings.py, line" in str(state.message)
    assert f", in {tmp_path / 'runs' / str(state.state_details.flow_run_id)}. " in str(
        state.message
    )
    assert SECRET not in ended_with(caplog) + str(state.message)
    assert "Traceback" not in ended_with(caplog)


@pytest.mark.parametrize("run_id", ["first", "../away", None])
def test_the_folder_of_a_run_is_named_where_the_parameters_name_a_run(
    tmp_path: Path, run_id: str | None
) -> None:
    found = run_among({"target": "ministry", "staging_root": tmp_path, "run_id": run_id})

    assert found == (Run(tmp_path, "first") if run_id == "first" else None)
    assert run_among({"number": 1, "run": Run(tmp_path, "first")}) == Run(tmp_path, "first")
    assert run_among({"request": request_of(tmp_path)}) == Run(tmp_path, "first")
    assert run_among({}) is None


def request_of(staging_root: Path) -> TransformRequest:
    return TransformRequest(
        target="ministry",
        country=Path("country.toml"),
        staging_root=staging_root,
        run_id="first",
        pseudonym_key="scheme",
    )
