"""The stand-in answers what real servers answered, exchange by exchange, and not from memory."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pytest

from tests.recorded.contract.renaming import Renaming
from tests.recorded.contract.replay import Exchange, Replay, recorded
from tests.support.sandbox import SUPPORTED

# Recorded exchanges that the stand-in does not answer alike: name (without its number) → why.
UNMODELLED = {
    "analytics-notifications-early": "how far the job is at the first look is a matter of time",
    "analytics-notifications": "which tables the analytics job builds is the engine's own matter",
    "analytics-again-notifications": "the same",
    "analytics-program-indicator": "figures are DHIS2's analytics engine's",
    "analytics-program-indicator-kinds": "figures",
    "analytics-enrollment-rate": "figures",
    "analytics-indicator": "figures",
    "analytics-events": "figures",
}


def _kind(exchange: Exchange) -> str:
    return exchange.name.partition("-")[2]


def _answers(version: str, exchanges: Iterable[Exchange]) -> dict[str, list[str]]:
    """What differs, by exchange: the sequence is replayed from an empty server."""
    replay = Replay(version)
    return {exchange.name: replay.differences(exchange) for exchange in exchanges}


@lru_cache
def _differing(version: str) -> dict[str, list[str]]:
    answers = _answers(version, recorded(version))
    return {name: lines for name, lines in answers.items() if lines}


def _modelled(differing: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        name: lines
        for name, lines in differing.items()
        if lines and name.partition("-")[2] not in UNMODELLED
    }


def _told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}\n    " + "\n    ".join(lines[:8]) for name, lines in found.items())


@pytest.mark.parametrize("version", SUPPORTED)
def test_every_recorded_exchange_is_answered_as_the_real_server_answered(version: str) -> None:
    differing = _modelled(_differing(version))

    assert not differing, _told(differing)


@pytest.mark.parametrize("seed", [1, 20_240_131])
@pytest.mark.parametrize("version", SUPPORTED)
def test_under_other_uids_codes_and_values_the_answers_are_the_same(
    version: str, seed: int
) -> None:
    renaming = Renaming(recorded(version), seed)
    renamed = [renaming.exchange(exchange) for exchange in recorded(version)]

    differing = _modelled(_answers(version, renamed))

    assert not differing, _told(differing)


@pytest.mark.parametrize("version", SUPPORTED)
def test_the_renaming_leaves_no_posted_object_its_name(version: str) -> None:
    renaming = Renaming(recorded(version), seed=1)

    unchanged = [
        exchange.name
        for exchange in recorded(version)
        if exchange.request["path"] in {"/api/tracker", "/api/metadata"}
        and exchange.request.get("body")
        and renaming.exchange(exchange).request["body"] == exchange.request["body"]
        and _kind(exchange) != "user-role-unknown-authority"
    ]

    assert unchanged == []


def test_each_exchange_that_is_not_modelled_exists_and_does_differ() -> None:
    differing = {name.partition("-")[2] for version in SUPPORTED for name in _differing(version)}

    assert set(UNMODELLED) - differing == set()
