"""What a run is asked for is one value, and every stage is handed its part of it."""

import inspect
from datetime import date
from pathlib import Path

import orjson
import pytest
from pydantic import ValidationError

from flows.sync import ANALYTICS, EXTRACT, LOAD, TRANSFORM, SyncStage
from staging.requests import SyncRequest
from transforms.changes.guards.permissions import Allow
from transforms.core.errors import GuardError
from transforms.model.resources import Scope

STAGES = [EXTRACT, TRANSFORM, LOAD, ANALYTICS]


def request(**more: object) -> SyncRequest:
    asked = {"source": "scheme", "target": "ministry", "pseudonym_key": "scheme", "run_id": "one"}
    where = {"country": Path("country.toml"), "staging_root": Path("area")}
    return SyncRequest.model_validate(asked | where | more)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.deployment)
def test_every_stage_takes_what_it_is_handed(stage: SyncStage) -> None:
    handed = request().parameters(stage.parameters, as_json=False)

    assert set(handed) == set(stage.parameters)
    assert set(handed) <= set(inspect.signature(stage.run.fn).parameters)


def test_a_worker_is_handed_the_same_as_json() -> None:
    asked = request(
        scopes=[Scope.CLAIM], changed_from=date(2026, 1, 2), allow=[Allow.DELETES, Allow.EMPTIES]
    )

    handed = asked.parameters(TRANSFORM.parameters, as_json=True)

    assert handed["scopes"] == ["claim"]
    assert handed["changed_from"] == "2026-01-02"
    assert handed["allow"] == ["deletes", "empties"]
    assert handed["country"] == "country.toml"
    assert SyncRequest.model_validate({"source": "scheme"} | orjson.loads(orjson.dumps(handed)))


def test_run_json_says_what_has_to_be_the_same_when_a_run_goes_on() -> None:
    facts = request(changed_to=date(2026, 1, 2)).record().as_json()

    assert facts == {
        "kind": "sync",
        "target": "ministry",
        "pseudonym_key": "scheme",
        "scopes": ["all"],
        "changed_from": None,
        "changed_to": "2026-01-02",
    }


def test_what_nobody_may_ask_for_is_refused_at_the_door() -> None:
    with pytest.raises(ValidationError):
        request(scopes=["everything"])
    with pytest.raises(GuardError, match="is after changed_to"):
        _ = request(changed_from=date(2026, 2, 1), changed_to=date(2026, 1, 1)).window
