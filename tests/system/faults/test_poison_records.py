"""One bad object among five hundred: all others arrive, and one reject says what is wrong."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import orjson
import polars as pl
import pytest

from flows.steps.shared.current_state import current_or_first
from tests.support.sandbox.restarting import Server, a_server
from tests.support.scheme.contents import Content, differences, lost_and_double
from tests.support.tally import POISON_RECORDS, tried
from tests.system.faults.endings import rejects
from tests.system.faults.poison import (
    BY_A_SETTING,
    IN_DELETES,
    IN_UPDATES,
    NOT_BY_AN_OBJECT,
    POISON,
    WHOLE_REQUESTS,
    WHOLE_REQUESTS_OF_CHANGES,
    Poison,
)
from tests.system.faults.poisoned import NEXT_RUNS, Country, a_country, at_stake, owners_aside
from tests.system.faults.wrong_settings import WRONG_SETTINGS
from transforms.changes.objects.phases import IDENTIFIERS, LISTS
from transforms.dhis2.tables.error_codes import ERROR_CODES
from transforms.model.resources import RESOURCES, Scope, TrackerType

RECORDINGS = Path(__file__).parents[2] / "recorded/contract" / "recordings"
SHORTEST_WORDS = 40
QUICK = ("E1064",)
NEWEST = "2.43"
WHOLE_REQUEST = "whole_request"
# Whoever deletes a person deletes enrollments and events too: they have tombstones of their own.
FOLLOWERS = {"E5000", "parent_refused", "E1022", "E1313", "E1068", "E1079", "E1113", "E1082"}


@pytest.fixture(scope="session")
def countries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Country]]:
    """A scheme a version, made when it is asked for."""
    with a_server("2.42") as usual, a_server("2.40") as oldest, a_server(NEWEST) as newest:
        servers = {"2.42": usual, "2.40": oldest, NEWEST: newest}
        yield _Made({}, servers=servers, folder=tmp_path_factory.mktemp("poison"))


class _Made(dict[str, Country]):
    def __init__(self, made: dict[str, Country], servers: dict[str, Server], folder: Path) -> None:
        super().__init__(made)
        self._servers = servers
        self._folder = folder

    def __missing__(self, version: str) -> Country:
        self[version] = a_country(self._folder / version, self._servers[version])
        return self[version]


def changing(country: Country, poison: Poison) -> None:
    """Let the chosen object be changed on its way, wherever it is posted."""
    name, identifier = LISTS[poison.kind], IDENTIFIERS[poison.kind]
    uid, change = country.poisoned(poison)[identifier], poison.change

    def on_the_way(body: bytes) -> bytes:
        if change is None or uid.encode() not in body:
            return body
        content = orjson.loads(body)
        things = content.get(name, ()) if isinstance(content, dict) else ()
        if not any(thing.get(identifier) == uid for thing in things):
            return body
        changed = [change(each) if each.get(identifier) == uid else each for each in things]
        return orjson.dumps(content | {name: changed})

    country.server.on_the_way = on_the_way


def named() -> Mapping[str, tuple[str, Poison]]:
    """Return every case by name, with the code that it is about."""
    return (
        {code: (code, poison) for code, poison in POISON.items()}
        | {f"{code}, in an update": (code, poison) for code, poison in IN_UPDATES.items()}
        | {f"{code}, in a deletion": (code[:5], poison) for code, poison in IN_DELETES.items()}
        | {
            name: (WHOLE_REQUEST, poison)
            for name, poison in (WHOLE_REQUESTS | WHOLE_REQUESTS_OF_CHANGES).items()
        }
        | {f"E1064, of {NEWEST}": ("E1064", replace(POISON["E1064"], version=NEWEST))}
    )


def cases() -> list[object]:
    """Return every case; some are quick, and tell most."""
    large, exhaustive = pytest.mark.large, pytest.mark.exhaustive
    return [
        pytest.param(name, *case, marks=large if name in QUICK else exhaustive, id=name)
        for name, case in named().items()
    ]


@pytest.mark.parametrize(("name", "code", "poison"), cases())
def test_one_bad_object_among_five_hundred_is_the_only_one_that_does_not_arrive(
    countries: dict[str, Country], name: str, code: str, poison: Poison
) -> None:
    country, first = countries[poison.version], poison.within
    chapter, poisoned = country.chapter(first), country.name(poison)
    country.scheme.back_to(chapter.staged)
    country.do_by_hand(poison)

    changing(country, poison)
    country.scheme.bring(first)
    country.server.on_the_way = None
    refused = rejects(country.scheme, first)
    country.take_back(poison)
    arrived = country.content()
    found = arrived
    for run_id in NEXT_RUNS:
        if differences(chapter.whole, found):
            country.scheme.bring(run_id)
            found = country.content()

    kept_back = at_stake(chapter, poisoned, first)
    whole, arrived = owners_aside(kept_back, chapter.whole), owners_aside(kept_back, arrived)
    lost, double = lost_and_double(without(kept_back, whole), without(kept_back, arrived))
    lost_later, double_later = lost_and_double(chapter.whole, found)
    tried(POISON_RECORDS, name, lost=lost + lost_later, double=double + double_later)
    assert differences(without(kept_back, whole), without(kept_back, arrived)) == []
    assert differences(chapter.whole, found) == []
    assert_one_reject(refused, poisoned, code, poison)
    assert rejected(refused) == not_as_wanted(whole, arrived) <= kept_back


@pytest.mark.large
def test_a_load_remembers_how_many_were_refused_for_which_reason(
    countries: dict[str, Country],
) -> None:
    poison = POISON["E1064"]
    country = countries[poison.version]
    country.scheme.back_to(country.chapter(poison.within).staged)
    country.do_by_hand(poison)

    changing(country, poison)
    country.scheme.bring(poison.within)
    country.server.on_the_way = None
    told = [
        code for row in rejects(country.scheme, poison.within)["reasons"] for code in row.split()
    ]
    remembered = current_or_first(country.scheme.target, 0).refused
    country.take_back(poison)
    country.scheme.bring(NEXT_RUNS[0], scopes=(Scope.POLICY,))
    after_a_part = current_or_first(country.scheme.target, 0)
    country.scheme.bring(NEXT_RUNS[1])
    after_all = current_or_first(country.scheme.target, 0)

    assert remembered == Counter(told)
    assert remembered["E1064"] == 1
    assert (after_a_part.last_run, after_a_part.refused) == (NEXT_RUNS[0], remembered)
    assert (after_all.last_run, after_all.refused) == (NEXT_RUNS[1], {})


def assert_one_reject(refused: pl.DataFrame, poisoned: str, code: str, poison: Poison) -> None:
    """One row says what is wrong, in plain words; others only that they wait for it."""
    rows = {f"{row['resource']} {row['key']}": row for row in refused.iter_rows(named=True)}
    row = rows.pop(poisoned)
    assert code in row["reasons"].split()
    assert {each["reason"] for each in rows.values()} <= FOLLOWERS
    assert poison.kind not in {tracker_type(each["resource"]) for each in rows.values()}
    if poison.below is not None:
        assert poison.below in {each for row in rows.values() for each in row["reasons"].split()}
    (resource,) = [each for each in RESOURCES if each.name == row["resource"]]
    assert (row["table"], row["id"]) == (resource.table, row["key"].split(":")[0])
    words = ERROR_CODES[row["reason"]]
    assert row["hint"] == f"{words.meaning} {words.hint}"
    assert len(row["hint"]) >= SHORTEST_WORDS


def tracker_type(resource: str) -> TrackerType:
    """Return the kind of object that a resource is."""
    return next(each.tracker_type for each in RESOURCES if each.name == resource)


def without(names: set[str], content: Content) -> Content:
    """Return what DHIS2 holds but for some objects."""
    return {
        kind: {name: row for name, row in rows.items() if name not in names}
        for kind, rows in content.items()
    }


def not_as_wanted(whole: Content, arrived: Content) -> set[str]:
    """Return resource and key of what is missing, too many, or another than it should be."""
    return {
        name
        for kind in whole
        for name in whole[kind].keys() | arrived[kind].keys()
        if whole[kind].get(name) != arrived[kind].get(name)
    }


def rejected(refused: pl.DataFrame) -> set[str]:
    """Return resource and key of what was refused."""
    return {f"{row['resource']} {row['key']}" for row in refused.iter_rows(named=True)}


def recorded_codes() -> set[str]:
    """Return every code that a real DHIS2 gave while it was recorded."""
    files = RECORDINGS.glob("*/*.json")
    return {code for file in files for code in re.findall(r'"(E\d{4})"', file.read_text())}


def test_every_code_that_was_recorded_has_a_case_or_a_reason_why_not() -> None:
    tried_codes = {code for code, _ in named().values()} - {WHOLE_REQUEST}
    tried_codes |= {each.below for each in POISON.values() if each.below}
    assert recorded_codes() == tried_codes | NOT_BY_AN_OBJECT.keys()
    assert not tried_codes & NOT_BY_AN_OBJECT.keys()


def test_every_code_that_a_setting_is_to_blame_for_has_a_wrong_setting() -> None:
    said = {
        each
        for how in WRONG_SETTINGS.values()
        for each in (how.said_before, how.said_meanwhile, *(how.reasons or ()))
    }

    assert {code for code, why in NOT_BY_AN_OBJECT.items() if why == BY_A_SETTING} <= said
