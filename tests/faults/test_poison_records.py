"""One bad object among five hundred: all others arrive, and one reject says what is wrong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import polars as pl
import pytest

from flows.connectors.dhis2 import Dhis2
from staging.outbox import bundles
from tests.crashes.contents import Content, by_key, differences, tracker
from tests.crashes.loader import Job, bring, extract, transform
from tests.crashes.scheme import DAY_ONE, Moment, Scheme
from tests.faults.poison import NOT_BY_AN_OBJECT, POISON, WHOLE_REQUESTS, Json, Poison
from tests.faults.server import Server, a_server
from tests.faults.undisturbed import lost_and_double, rejects
from tests.openimis_sample import sample
from tests.tally import POISON_RECORDS, tried
from transforms.bundles import IDENTIFIERS, LISTS
from transforms.resources import RESOURCES, TrackerType
from transforms.tables.error_codes import ERROR_CODES
from transforms.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM, POLICY_STAGE

RECORDINGS = Path(__file__).parents[1] / "contract" / "recordings"
FIRST = "first-load"
NEXT_RUNS = ("second-load", "third-load")  # the third, where the second met UIDs of deleted objects
BUNDLE = 500
SHORTEST_WORDS = 40
QUICK = ("E1064",)
# Whoever deletes a person deletes enrollments and events too: they have tombstones of their own.
FOLLOWERS = {"E5000", "parent_refused", "E1022", "E1313", "E1068", "E1079", "E1113", "E1082"}
IDENTIFIER = {kind.value: IDENTIFIERS[kind] for kind in TrackerType}


@dataclass
class Country:
    """A scheme before its first load, what comes of that undisturbed, and whom to poison.

    Attributes:
        chosen: The objects of one person: kind to object; all in bundles of 500.
        claim: The enrollment of a claim in one.
    """

    scheme: Scheme
    server: Server
    staged: Moment
    whole: Content
    chosen: dict[TrackerType, Json]
    claim: Json

    def job(self, run_id: str) -> Job:
        """Return a run with bundles of 500."""
        return replace(self.scheme.job(run_id), bundle_size=BUNDLE)

    def client(self) -> Dhis2:
        """Return a client of somebody who works by hand."""
        return self.job("by hand").client()

    def delete(self, *things: tuple[TrackerType, str]) -> None:
        """Delete objects by hand; `{}` is the chosen one's UID."""
        for kind, name in things:
            uid = name.format(self.chosen[kind][IDENTIFIERS[kind]]) if name == "{}" else name
            self.post({LISTS[kind]: [{IDENTIFIERS[kind]: uid}]}, "DELETE")

    def post(self, body: Json, strategy: str = "CREATE_AND_UPDATE") -> None:
        """Post by hand."""
        params = {"async": "false", "importStrategy": strategy}
        with self.client() as client:
            assert client.post("/api/tracker", params, body).ok


def told(folder: Path, server: Server) -> Country:
    """Return a scheme that was loaded once, undisturbed."""
    scheme = Scheme(folder, server.sandbox)
    scheme.begin(sample(360, seed=7, level="1.4", as_of=DAY_ONE))
    job = replace(scheme.job(FIRST), bundle_size=BUNDLE)
    extract(job)
    transform(job)
    staged = scheme.moment()
    bring(job)
    whole = by_key(tracker(scheme.sandbox), scheme.target)
    large = [orjson.loads(each.body()) for each in bundles(job.run) if each.objects >= BUNDLE]
    return Country(scheme, server, staged, whole, chosen(large), claim(large))


def claim(large: list[Json]) -> Json:
    """Return the enrollment of a claim in a large bundle."""
    return next(
        each
        for body in large
        for each in body.get("enrollments", ())
        if each["program"] == CLAIM_PROGRAM.uid
    )


def chosen(large: list[Json]) -> dict[TrackerType, Json]:
    """Return a person with number, enrollment and policy, whose objects lie in large bundles."""
    enrollments = {
        each["trackedEntity"]: each
        for body in large
        for each in body.get("enrollments", ())
        if each["program"] == INSUREE_PROGRAM.uid
    }
    events = {
        each["enrollment"]: each
        for body in large
        for each in body.get("events", ())
        if each["programStage"] == POLICY_STAGE.uid
    }
    person, enrollment, event = next(
        (person, enrollment, events[enrollment["enrollment"]])
        for body in large
        for person in body.get("trackedEntities", ())
        if (enrollment := enrollments.get(person["trackedEntity"]))
        if enrollment["enrollment"] in events
    )
    return dict(zip(TrackerType, (person, enrollment, event), strict=True))


@pytest.fixture(scope="session")
def countries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Country]]:
    """A scheme a version, made when it is asked for."""
    with a_server("2.42") as newer, a_server("2.40") as older:
        servers = {"2.42": newer, "2.40": older}
        yield _Made({}, servers=servers, folder=tmp_path_factory.mktemp("poison"))


class _Made(dict[str, Country]):
    def __init__(self, made: dict[str, Country], servers: dict[str, Server], folder: Path) -> None:
        super().__init__(made)
        self._servers = servers
        self._folder = folder

    def __missing__(self, version: str) -> Country:
        self[version] = told(self._folder / version, self._servers[version])
        return self[version]


def changing(country: Country, poison: Poison) -> None:
    """Let the chosen object be changed on its way, wherever it is posted."""
    name, identifier = LISTS[poison.kind], IDENTIFIERS[poison.kind]
    thing = country.claim if poison.of_a_claim else country.chosen[poison.kind]
    uid, change = thing[identifier], poison.change

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


def cases() -> list[object]:
    """Return every case; some are quick, and tell most."""
    return [
        pytest.param(name, poison, marks=() if name in QUICK else (pytest.mark.large,), id=name)
        for name, poison in (POISON | WHOLE_REQUESTS).items()
    ]


@pytest.mark.parametrize(("name", "poison"), cases())
def test_one_bad_object_among_five_hundred_is_the_only_one_that_does_not_arrive(
    countries: dict[str, Country], name: str, poison: Poison
) -> None:
    country = countries[poison.version]
    scheme = country.scheme
    scheme.back_to(country.staged)
    if poison.by_hand is not None:
        country.post(poison.by_hand.made(*country.chosen.values()))
        country.delete(*poison.by_hand.deleted)

    changing(country, poison)
    bring(country.job(FIRST))
    country.server.on_the_way = None
    refused = rejects(scheme, FIRST)
    if poison.by_hand is not None:
        country.delete(*poison.by_hand.taken_back)
    arrived = by_key(tracker(scheme.sandbox), scheme.target)
    for run_id in NEXT_RUNS:
        bring(country.job(run_id))
    found = by_key(tracker(scheme.sandbox), scheme.target)

    lost, double = lost_and_double(country.whole, found)
    tried(POISON_RECORDS, name, lost=lost, double=double)
    assert differences(country.whole, found) == []
    code = name if name in POISON else "whole_request"
    assert_one_reject(refused, code, poison.kind)
    assert missing(country.whole, arrived) == rejected(refused)


def assert_one_reject(refused: pl.DataFrame, code: str, kind: TrackerType) -> None:
    """One row says what is wrong, in plain words; others only that they wait for it."""
    (row,) = [each for each in refused.iter_rows(named=True) if code in each["reasons"].split()]
    assert set(refused["reason"]) <= FOLLOWERS | {row["reason"]}
    (resource,) = [each for each in RESOURCES if each.name == row["resource"]]
    assert resource.tracker_type == kind
    assert (row["table"], row["id"]) == (resource.table, row["key"].split(":")[0])
    words = ERROR_CODES[row["reason"]]
    assert row["hint"] == f"{words.meaning} {words.hint}"
    assert len(row["hint"]) >= SHORTEST_WORDS


def missing(whole: Content, arrived: Content) -> set[str]:
    """Return resource and key of what did not arrive."""
    return {name for kind in whole for name in whole[kind].keys() - arrived[kind].keys()}


def rejected(refused: pl.DataFrame) -> set[str]:
    """Return resource and key of what was refused."""
    return {f"{row['resource']} {row['key']}" for row in refused.iter_rows(named=True)}


def recorded_codes() -> set[str]:
    """Return every code that a real DHIS2 gave while it was recorded."""
    files = RECORDINGS.glob("*/*.json")
    return {code for file in files for code in re.findall(r'"(E\d{4})"', file.read_text())}


def test_every_code_that_was_recorded_has_a_case_or_a_reason_why_not() -> None:
    assert recorded_codes() == POISON.keys() | NOT_BY_AN_OBJECT.keys()
    assert not POISON.keys() & NOT_BY_AN_OBJECT.keys()
