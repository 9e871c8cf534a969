"""What a user can cause ends in one sentence, and in no traceback."""

import logging
from pathlib import Path

import pytest

from flows.sync import sync
from tests.flows.scheme import Scheme


def ended_with(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() + (record.exc_text or "") for record in caplog.records)


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
    scheme: Scheme, caplog: pytest.LogCaptureFixture, change: dict[str, object], sentence: str
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
    scheme: Scheme, caplog: pytest.LogCaptureFixture
) -> None:
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", status=401)
    caplog.set_level(logging.INFO)

    state = scheme.sync(run_id="first")

    assert state.is_failed()
    assert "Nothing" in str(state.message) or "nothing" in str(state.message)
    assert "Traceback" not in ended_with(caplog)


def test_a_run_is_not_resumed_as_something_else(scheme: Scheme) -> None:
    scheme.sync(run_id="first", until="transform")

    state = scheme.sync(run_id="first", scopes=["claim"])

    assert state.is_failed()
    assert "was begun with scopes" in str(state.message)
