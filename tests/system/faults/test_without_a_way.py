"""What does not get through, is held back or stays in doubt waits alone, and nothing is lost."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flows.steps.compare.magnitude import waiting_sentences
from staging.frames import scan_frame
from staging.outbox import in_doubt
from tests.support.scheme import Scheme
from tests.support.scheme.comparisons import settle_what_is_in_doubt
from tests.support.scheme.contents import Content, held, lost_and_double
from tests.support.tally import HELD_BACK, IN_DOUBT, WITHOUT_A_WAY, tried
from tests.system.crashes.story import CHANGES, Story
from tests.system.faults.endings import ending, impatient, rejects
from tests.system.faults.network_faults import BUNDLE, HTML, METADATA, PAGE
from transforms.model.resources import OPTIONS, ORG_UNITS
from transforms.openimis.country import Guards

pytestmark = pytest.mark.exhaustive

ANOTHER = "another-run"
WAYS: dict[str, dict[str, Any]] = {
    "a firewall that answers 403": {"status": 403, "body": PAGE, "headers": HTML},
    "a proxy that answers 504": {"status": 504, "body": PAGE, "headers": HTML},
    "a proxy that answers 504 though it was done": {"status": 504, "commit": True},
    "a proxy that takes nothing so large": {"status": 413, "body": PAGE, "headers": HTML},
    "a connection that is reset": {"drop": "before"},
}
BLOCKED, NO_ANSWER, WHOLE = "blocked_on_the_way", "no_answer", "whole_request"


def a_new(kind: str, story: Story) -> str:
    """Return the UID of the first object of a kind that the changes bring."""
    return min(story.chapters[CHANGES].held[kind].keys() - held(story.scheme.sandbox)[kind].keys())


def the_changed(name: str, story: Story) -> str:
    """Return the UID of the first org unit or option that the changes push."""
    rows = scan_frame(story.scheme.run(CHANGES).changes(name, 0)).collect()
    return str(rows["uid"].sort()[0])


OBJECTS: dict[str, tuple[dict[str, Any], Callable[[Story], str]]] = {
    "an event": (BUNDLE, lambda story: a_new("events", story)),
    "an org unit": (METADATA, lambda story: the_changed(ORG_UNITS, story)),
    "an option": (METADATA, lambda story: the_changed(OPTIONS, story)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", OBJECTS)
def test_one_object_that_does_not_get_through_waits_alone_for_the_next_run(
    disturbed: Story, what: str, way: str
) -> None:
    scheme = disturbed.scheme
    disturbed.begin(CHANGES)
    request, choose = OBJECTS[what]

    cue = scheme.sandbox.cues.add(**request, holds=choose(disturbed), **WAYS[way])
    sentence = ending(impatient(scheme.job(CHANGES), attempts=3))
    scheme.sandbox.cues.clear()
    reasons = set(rejects(scheme, CHANGES)["reason"])
    scheme.bring(ANOTHER)

    assert sentence is None
    assert cue.met > 0
    assert reasons & {BLOCKED, NO_ANSWER, WHOLE} or "done" in way
    disturbed.assert_undisturbed(CHANGES, f"{what}: {way}", WITHOUT_A_WAY)


@pytest.mark.ci
def test_a_field_that_is_held_back_waits_alone_for_its_permission(disturbed: Story) -> None:
    scheme = disturbed.scheme
    disturbed.begin(CHANGES, "snapshot")
    strict = Guards(change_count=1, change_share=0.0, create_count=100_000, delete_count=100_000)
    careful = replace(scheme.job(CHANGES), country=with_guards(scheme, strict))

    sentence = ending(careful)
    waiting = waiting_sentences(careful.run)
    scheme.bring(ANOTHER)

    assert sentence is None
    assert waiting != []
    count(disturbed, f"{len(waiting)} fields that change too much", HELD_BACK)


def with_guards(scheme: Scheme, guards: Guards) -> Any:
    return scheme.settings.model_copy(update={"guards": guards})


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_bundle_in_doubt_is_settled_as_unknown_and_compared_again(
    disturbed: Story, drop: str
) -> None:
    scheme = disturbed.scheme
    disturbed.begin(CHANGES)

    scheme.sandbox.cues.add(**BUNDLE, occurrences=[*range(3, 1_000)], drop=drop)
    sentence = ending(impatient(scheme.job(CHANGES), attempts=2))
    scheme.sandbox.cues.clear()
    doubtful = in_doubt(scheme.run(CHANGES))
    scheme.bring(ANOTHER)

    assert "settled by the next run" in str(sentence)
    assert doubtful != []
    when = {"before": "never got", "after": "has done"}[drop]
    disturbed.assert_undisturbed(CHANGES, f"a bundle in doubt that DHIS2 {when}", IN_DOUBT)


def count(story: Story, name: str, kind: str) -> None:
    """Count what is lost or double once nothing is in doubt."""
    settle_what_is_in_doubt(story.scheme)
    expected: Content = story.chapters[CHANGES].held
    lost, double = lost_and_double(expected, held(story.scheme.sandbox))
    tried(kind, name, lost=lost, double=double)
    assert (lost, double) == (0, 0)
