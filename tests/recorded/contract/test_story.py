"""The stand-in answers the product's whole story, and the forms that fail, as real servers did."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.recorded.contract.renaming import Renaming
from tests.recorded.contract.replay import Exchange
from tests.recorded.contract.story import StoryReplay, asked, forms, told
from tests.support.cases import VERSIONS

# How far a job is at a look is a matter of time, and which tables it builds the engine's own.
MATTERS_OF_TIME = ("/api/system/tasks/", "/api/jobConfigurations/")
# While the tables were built, the story went on.
FIGURES, ROWS = "/api/analytics/events/aggregate/", (".rows", ".height", ".width")


def _differing(replay: StoryReplay, exchanges: Iterable[Exchange]) -> dict[str, list[str]]:
    answers = {exchange.name: (exchange, _lines(replay, exchange)) for exchange in exchanges}
    return {
        f"{name} {exchange.request['method']} {exchange.request['path']}": lines[:8]
        for name, (exchange, lines) in answers.items()
        if lines and not exchange.request["path"].startswith(MATTERS_OF_TIME)
    }


def _lines(replay: StoryReplay, exchange: Exchange) -> list[str]:
    lines = replay.differences(exchange)
    if exchange.request["path"].startswith(FIGURES):
        return [line for line in lines if not line.startswith(ROWS)]
    return lines


@pytest.mark.parametrize("version", VERSIONS)
def test_the_story_is_answered_as_the_real_server_answered_it(version: str) -> None:
    assert _differing(StoryReplay(version), told(version)) == {}


@pytest.mark.large
@pytest.mark.parametrize("version", VERSIONS)
def test_the_story_under_other_uids_codes_and_values_is_answered_alike(version: str) -> None:
    renaming = Renaming(told(version), seed=11)
    renamed = [renaming.exchange(exchange) for exchange in told(version)]

    assert _differing(StoryReplay(version, renamed=True), renamed) == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_forms_that_some_servers_refuse_are_answered_as_each_answered_them(
    version: str,
) -> None:
    replay = StoryReplay(version)
    replay.tell()

    assert _differing(replay, forms(version)) == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_asked_later_is_answered_alike(version: str) -> None:
    replay = StoryReplay(version)
    replay.tell()
    replay.set_clock_to(asked(version))

    assert _differing(replay, asked(version)) == {}
