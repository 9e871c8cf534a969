"""After a fault on the way or in the server, and a retry or the next run, nothing is amiss."""

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from staging.outbox import bundles
from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import SUPPORTED, Cue
from tests.support.sandbox.restarting import a_server, self_signed, wait_until
from tests.support.scheme import DAY_ONE, Scheme
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.support.scheme.contents import Content, differences, held, lost_and_double, tracker
from tests.support.tally import FAULTS as FAULT
from tests.support.tally import tried
from tests.system.crashes.story import CHANGES, FIRST_LOAD, Story
from tests.system.faults.endings import (
    SECONDS,
    WHILE_IT_RESTARTS,
    ending,
    hurried,
    impatient,
    is_for_people,
    rejects,
)
from tests.system.faults.network_faults import BUNDLE, FAULTS, MALFORMED
from transforms.changes.objects.phases import Phase

EXHAUSTIVE = pytest.mark.exhaustive
ANOTHER = "another-run"
THE_DAY_AFTER = "the-day-after"
NEXT_RUN = {"the run again": False, "the next run": True}

QUICK = (
    "413 above 5,000 bytes",
    "a login that expires",
)


def cases() -> Iterator[object]:
    """Yield every fault in both chapters with each way to go on.

    Some are quick, and tell most. A first load is like a run of changes, of which most are creates.
    """
    for chapter, marks in ((CHANGES, (EXHAUSTIVE,)), (FIRST_LOAD, (pytest.mark.hours,))):
        names = (name for name in FAULTS if chapter == CHANGES or not FAULTS[name].is_of_metadata)
        for name in names:
            for next_run in NEXT_RUN:
                is_quick = name in QUICK and (chapter, next_run) == (CHANGES, "the run again")
                yield pytest.param(chapter, name, next_run, marks=() if is_quick else marks)


@pytest.mark.parametrize(("chapter", "name", "next_run"), [*cases()])
def test_a_fault_leaves_nothing_behind(
    disturbed: Story, chapter: str, name: str, next_run: str
) -> None:
    scheme, fault = disturbed.scheme, FAULTS[name]
    disturbed.begin(chapter)

    cue = scheme.sandbox.cues.add(**fault.cue)
    sentence = ending((hurried if fault.is_slow else impatient)(scheme.job(chapter)))
    scheme.sandbox.cues.clear()
    if fault.is_slow:
        disturbed.server.wait_until_idle()

    assert cue.met > 0
    assert (sentence is None) == (fault.stops is None), sentence
    assert fault.stops is None or (fault.stops in str(sentence) and is_for_people(str(sentence)))
    assert len(rejects(scheme, chapter)) == fault.rejects
    scheme.bring(ANOTHER if NEXT_RUN[next_run] else chapter)
    if fault.is_slow:  # on a busy machine, other answers come too late as well
        scheme.bring(THE_DAY_AFTER)
    disturbed.assert_undisturbed(chapter, name, FAULT)


TRANSFER = {"path": r"^/api/tracker/ownership", "method": "PUT"}


@pytest.mark.longer
@pytest.mark.parametrize("status", [403, pytest.param(500, marks=EXHAUSTIVE)])
def test_an_owner_that_dhis2_does_not_change_is_a_reject_and_waits_for_the_next_run(
    disturbed: Story, status: int
) -> None:
    scheme = disturbed.scheme
    disturbed.begin(CHANGES)

    answer = {"httpStatusCode": status, "status": "ERROR", "message": "no"}
    cue = scheme.sandbox.cues.add(**TRANSFER, status=status, body=answer)
    sentence = ending(scheme.job(CHANGES))
    scheme.sandbox.cues.clear()
    refused = rejects(scheme, CHANGES)
    scheme.bring(ANOTHER)

    assert sentence is None
    assert cue.met >= 3
    assert set(refused["resource"]) == {"insuree_enrollments"}
    assert set(refused["reason"]) == {
        "transfer_not_allowed" if status == 403 else "transfer_failed"
    }
    assert rejects(scheme, ANOTHER).is_empty()
    disturbed.assert_undisturbed(CHANGES, f"every change of owner is answered {status}", FAULT)


@pytest.mark.large
def test_a_number_is_sent_again_if_dhis2_may_empty_it_late(disturbed: Story) -> None:
    scheme = disturbed.scheme
    disturbed.begin(CHANGES)
    staged = bundles(scheme.job(CHANGES).run)
    release = next(bundle.body() for bundle in staged if bundle.phase == Phase.RELEASE)
    late = threading.Event()

    scheme.sandbox.cues.add(**BUNDLE, occurrences=[1], holds=release.decode(), until=late)
    sentence = ending(hurried(scheme.job(CHANGES)))
    complete = held(scheme.sandbox)
    late.set()
    wait_until(lambda: held(scheme.sandbox) != complete)

    assert sentence is None
    scheme.bring(ANOTHER)
    disturbed.assert_undisturbed(CHANGES, "a release that DHIS2 carries out late", FAULT)
    scheme.bring(THE_DAY_AFTER)
    assert bundles(scheme.job(THE_DAY_AFTER).run) == []


@EXHAUSTIVE
def test_one_object_that_dhis2_cannot_read_waits_alone_for_the_next_run(
    disturbed: Story,
) -> None:
    scheme = disturbed.scheme
    disturbed.begin(CHANGES)
    expected = disturbed.chapters[CHANGES].held
    event = min(expected["events"].keys() - held(scheme.sandbox)["events"].keys())

    scheme.sandbox.cues.add(**BUNDLE, holds=event, status=400, body=MALFORMED)
    sentence = ending(impatient(scheme.job(CHANGES)))
    without_it = lost_and_double(expected, held(scheme.sandbox))
    scheme.sandbox.cues.clear()
    scheme.bring(ANOTHER)

    assert sentence is None
    assert rejects(scheme, CHANGES)["reason"].to_list() == ["whole_request"]
    assert without_it == (1, 0)
    lost, double = lost_and_double(expected, held(scheme.sandbox))
    tried(FAULT, "400 for one malformed object", lost=lost, double=double)
    assert (lost, double) == (0, 0)


@EXHAUSTIVE
def test_a_dhis2_that_is_not_there_is_waited_for_and_then_told(disturbed: Story) -> None:
    scheme = disturbed.scheme
    disturbed.begin(CHANGES)

    disturbed.server.stop()
    sentence = ending(impatient(scheme.job(CHANGES)))
    disturbed.server.start()

    assert "Check that it runs" in str(sentence)
    assert is_for_people(str(sentence))
    scheme.bring(CHANGES)
    disturbed.assert_undisturbed(CHANGES, "connection refused", FAULT)


@EXHAUSTIVE
@pytest.mark.parametrize("number", [1, 2, 5, 9, 13])
def test_a_dhis2_that_restarts_is_waited_for(disturbed: Story, number: int) -> None:
    scheme = disturbed.scheme
    disturbed.begin(CHANGES)

    cue = scheme.sandbox.cues.add(**BUNDLE, occurrences=[number], delay=SECONDS)
    restart = in_the_background(lambda: disturbed.server.restart_at(cue, down_for=SECONDS / 8))
    sentence = ending(impatient(scheme.job(CHANGES), attempts=WHILE_IT_RESTARTS))
    restart.join()

    assert sentence is None
    disturbed.assert_undisturbed(CHANGES, "DHIS2 restarts in the middle of a run", FAULT)


def test_a_token_that_is_revoked_in_the_middle_of_a_run_rejects_nothing(
    disturbed: Story,
) -> None:
    scheme, state = disturbed.scheme, disturbed.server.app.state
    disturbed.begin(CHANGES)
    state.tokens["d2pat_1"] = state.tokens["d2pat_2"] = LOADER_USER.uid

    cue = scheme.sandbox.cues.add(**BUNDLE, occurrences=[3], until=threading.Event())
    revocation = in_the_background(lambda: revoke_at(cue, state.tokens))
    sentence = ending(impatient(scheme.job(CHANGES), token="d2pat_1"))
    revocation.join()

    assert "does not know the token" in str(sentence)
    assert is_for_people(str(sentence))
    assert rejects(scheme, CHANGES).is_empty()
    assert ending(impatient(scheme.job(CHANGES), token="d2pat_2")) is None
    disturbed.assert_undisturbed(CHANGES, "a token that is revoked in the middle of a run", FAULT)


@pytest.mark.longer
def test_a_server_that_nobody_vouches_for_is_told_nothing(disturbed: Story, tmp_path: Path) -> None:
    scheme = disturbed.scheme
    disturbed.begin(CHANGES)

    with a_server("2.42", **self_signed(tmp_path)) as impostor:
        sentence = ending(impatient(scheme.job(CHANGES), url=impostor.sandbox.url))
        told = impostor.sandbox.requests

    assert "not signed by an authority" in str(sentence)
    assert is_for_people(str(sentence))
    assert told == []
    scheme.bring(CHANGES)
    disturbed.assert_undisturbed(CHANGES, "TLS that is not trusted", FAULT)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("old", "new"), [*pairwise(SUPPORTED)])
def test_a_dhis2_that_is_upgraded_between_runs_is_gone_on_with(
    tmp_path: Path, old: str, new: str
) -> None:
    expected = after_two_days(tmp_path / "undisturbed", new, new)

    found = after_two_days(tmp_path / "upgraded", old, new)

    lost, double = lost_and_double(expected, found)
    tried(FAULT, f"DHIS2 is upgraded from {old} to {new} between runs", lost=lost, double=double)
    assert differences(expected, found) == []


def after_two_days(folder: Path, first: str, second: str) -> Content:
    """Return what DHIS2 holds after a first load and, upgraded, a day of changes."""
    with a_server(first) as server:
        scheme = Scheme(folder, server.sandbox)
        scheme.begin(sample(60, seed=7, level="1.4", as_of=DAY_ONE))
        scheme.bring("first-load")
        server.upgrade(second)
        scheme.sandbox = server.sandbox
        scheme.next_day(seed=1)
        scheme.bring("changes")
        assert_acknowledged_is_held(scheme)
        return tracker(scheme.sandbox)


def revoke_at(cue: Cue, tokens: dict[str, str]) -> None:
    """Revoke the first token while the request is under way that meets `cue`."""
    wait_until(lambda: cue.has_come)
    del tokens["d2pat_1"]
    assert cue.until is not None
    cue.until.set()


def in_the_background(what: Callable[[], object]) -> threading.Thread:
    """Do something while the test goes on."""
    thread = threading.Thread(target=what, daemon=True)
    thread.start()
    return thread
