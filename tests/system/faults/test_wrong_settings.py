"""A wrong setting of DHIS2 holds back what it concerns, or stops the run with what to change."""

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pytest

from staging.rejects import read_rejects
from tests.support.sandbox.restarting import a_server, wait_until
from tests.support.scheme import Scheme
from tests.support.tally import WRONG_SETTINGS as WRONG_SETTING
from tests.system.crashes.story import FIRST_LOAD, Story
from tests.system.faults.endings import ending, impatient, is_for_people, rejects
from tests.system.faults.network_faults import BUNDLE
from tests.system.faults.wrong_settings import WRONG_SETTINGS, Spoil, WrongSetting
from transforms.core.json_texts import Json
from transforms.openimis.country import Guards

MOST_BUNDLES = 10
OF_A_SMALL_SCHEME = Guards(misconfigured_count=10)
THE_NEXT_NIGHT = "the-next-night"
ORG_UNITS = "organisationUnits"
QUICK = ("the insuree program lost its org units",)


@contextmanager
def mended_afterwards(disturbed: Story) -> Iterator[None]:
    """Put all settings back."""
    state = disturbed.server.app.state
    before = copy.deepcopy(state.metadata)
    try:
        yield
    finally:
        with state.lock:
            state.metadata = before
            state.metadata_changed()


def mended(before: Json, now: Json | None) -> Json:
    """Return an object as it was before, with the org units of both."""
    units = {
        each["id"]: each for thing in (before, now or {}) for each in thing.get(ORG_UNITS) or ()
    }
    return before | ({ORG_UNITS: list(units.values())} if ORG_UNITS in before else {})


@contextmanager
def spoiled(disturbed: Story, how: Spoil) -> Iterator[None]:
    """Make a wrong setting, and mend it afterwards: what else was made meanwhile stays."""
    state = disturbed.server.app.state
    before = copy.deepcopy(state.metadata)
    spoil(disturbed, how)
    wrong = [
        (kind, uid)
        for kind, things in before.items()
        for uid, thing in things.items()
        if state.metadata[kind].get(uid) != thing
    ]
    yield
    with state.lock:
        for kind, uid in wrong:
            state.metadata[kind][uid] = mended(before[kind][uid], state.metadata[kind].get(uid))
        state.metadata_changed()


def spoil(disturbed: Story, how: Spoil) -> None:
    """Make a wrong setting."""
    state = disturbed.server.app.state
    with state.lock:
        how(state)
        state.metadata_changed()


def bundles_posted(disturbed: Story) -> int:
    """Return how many bundles were posted so far."""
    return disturbed.scheme.sandbox.totals.get("POST /api/tracker", 0)


def stopped_with_what_to_change(disturbed: Story, chapter: str, said: str) -> None:
    """The run stops soon, in one sentence."""
    before = bundles_posted(disturbed)

    sentence = str(ending(impatient(disturbed.scheme.job(chapter))))

    assert said in sentence
    assert is_for_people(sentence)
    assert bundles_posted(disturbed) - before <= MOST_BUNDLES


def reasons(disturbed: Story, run_id: str) -> set[str]:
    """Return why something was held back or left out by DHIS2's settings."""
    rows = read_rejects(disturbed.scheme.job(run_id).run)
    is_ours = pl.col("reason").str.ends_with("_dhis2")
    found = rows.filter((pl.col("stage") == "dhis2") | is_ours).select("reason").collect()
    return set(found["reason"])


def assert_rejects_are_named(disturbed: Story, name: str) -> None:
    """What DHIS2 refused before the run stopped is known by table and UUID."""
    refused, why = rejects(disturbed.scheme, FIRST_LOAD), WRONG_SETTINGS[name].said_meanwhile
    assert refused.is_empty() != str(why).startswith("E")
    assert refused["table"].null_count() == refused["id"].null_count() == 0


def goes_wrong_meanwhile(disturbed: Story, setting: WrongSetting, chapter: str) -> None:
    """Let a run begin, spoil the setting while the first bundles are under way, and mend it."""
    disturbed.begin(chapter)
    spoiled = threading.Event()
    cue = disturbed.scheme.sandbox.cues.add(**BUNDLE, occurrences=[1, 2, 3], until=spoiled)

    def meanwhile() -> None:
        wait_until(lambda: cue.has_come)
        spoil(disturbed, setting.spoil)
        spoiled.set()

    with mended_afterwards(disturbed):
        administrator = threading.Thread(target=meanwhile, daemon=True)
        administrator.start()
        stopped_with_what_to_change(disturbed, chapter, str(setting.said_meanwhile))
        administrator.join()


def names(*, meanwhile: bool) -> list[object]:
    """Return the cases; one is quick."""
    return [
        pytest.param(name, marks=() if name in QUICK and meanwhile else (pytest.mark.exhaustive,))
        for name, setting in WRONG_SETTINGS.items()
        if (setting.said_meanwhile and not setting.of_many if meanwhile else setting.said_before)
    ]


@pytest.mark.parametrize("name", names(meanwhile=False))
def test_a_wrong_setting_stops_the_run_before_its_first_bundle(disturbed: Story, name: str) -> None:
    setting = WRONG_SETTINGS[name]
    disturbed.begin(setting.chapter)

    with mended_afterwards(disturbed):
        spoil(disturbed, setting.spoil)
        stopped_with_what_to_change(disturbed, setting.chapter, str(setting.said_before))

    assert rejects(disturbed.scheme, setting.chapter).is_empty()
    disturbed.scheme.bring(setting.chapter)
    disturbed.assert_undisturbed(setting.chapter, name, WRONG_SETTING)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "name", [name for name, setting in WRONG_SETTINGS.items() if setting.reasons is not None]
)
def test_a_wrong_setting_holds_back_what_it_concerns_until_it_is_mended(
    disturbed: Story, name: str
) -> None:
    setting = WRONG_SETTINGS[name]
    disturbed.begin(setting.chapter)

    with spoiled(disturbed, setting.spoil):
        disturbed.scheme.bring(setting.chapter)
    assert reasons(disturbed, setting.chapter) == set(setting.reasons or ())
    disturbed.scheme.bring(THE_NEXT_NIGHT)

    disturbed.assert_undisturbed(setting.chapter, name, WRONG_SETTING)


@pytest.mark.longer
@pytest.mark.parametrize("name", names(meanwhile=True))
def test_a_setting_that_goes_wrong_meanwhile_stops_the_run_after_its_first_bundles(
    disturbed: Story, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(disturbed.scheme, "guards", OF_A_SMALL_SCHEME)
    goes_wrong_meanwhile(disturbed, WRONG_SETTINGS[name], FIRST_LOAD)

    assert_rejects_are_named(disturbed, name)
    disturbed.scheme.bring(THE_NEXT_NIGHT)
    disturbed.assert_undisturbed(FIRST_LOAD, f"{name}, in the middle of a run", WRONG_SETTING)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A first load of many, in bundles of five hundred."""
    with a_server() as server:
        crowd = Story(Scheme(tmp_path_factory.mktemp("crowd"), server.sandbox), server)
        crowd.tell_of_many(1_100)
        yield crowd


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "name", [name for name, setting in WRONG_SETTINGS.items() if setting.of_many]
)
def test_options_that_are_removed_in_the_middle_of_a_run_are_no_bad_records(
    crowd: Story, name: str
) -> None:
    goes_wrong_meanwhile(crowd, WRONG_SETTINGS[name], FIRST_LOAD)

    assert_rejects_are_named(crowd, name)
    crowd.scheme.bring(THE_NEXT_NIGHT)
    crowd.assert_undisturbed(FIRST_LOAD, f"{name}, in the middle of a run", WRONG_SETTING)
