"""Day after day of changes: DHIS2 ends as if it had been filled on the last day only.

Compared by openIMIS's keys and values. What DHIS2 cannot forget is told in `contents.by_key`: the
generation of a UID, deleted objects, and the owner in a program that a person has left.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from staging.rejects import read_rejects
from tests.crashes.contents import by_key, claim_owners, differences, facilities, tracker
from tests.crashes.scheme import DAY_ONE, PostgresqlSource, Scheme, Source
from tests.crashes.story import assert_acknowledged_is_held
from tests.databases import PostgreSQL
from tests.openimis_sample import sample
from tests.sandbox import running_sandbox

FRESH = "fresh"


@contextmanager
def a_scheme(folder: Path, source: Source | None = None) -> Iterator[Scheme]:
    """A scheme with a DHIS2 of its own."""
    with running_sandbox(version="2.42") as sandbox:
        yield Scheme(folder, sandbox, source)


def assert_like_a_first_load_of_today(scheme: Scheme) -> None:
    """Compare with a DHIS2 that is filled from the same database for the first time."""
    with a_scheme(scheme.folder / f"{FRESH} {scheme.day}", scheme.source) as fresh:
        fresh.day = scheme.day
        fresh.set_up()
        fresh.bring(FRESH)

        grown, new = (by_key(tracker(each.sandbox), each.target) for each in (scheme, fresh))
        assert differences(grown, new) == []


def assert_nothing_is_left_to_write(scheme: Scheme) -> None:
    """A run after a run writes nothing."""
    before = scheme.writes()
    scheme.bring(f"again-{scheme.day}")
    assert scheme.writes() == before


def assert_dhis2_refused_nothing(scheme: Scheme, run_id: str) -> None:
    """What DHIS2 would refuse is held back by a rule of ours."""
    rejects = read_rejects(scheme.job(run_id).run).filter(stage="dhis2")
    assert rejects.select("resource", "reason").collect().rows() == []


def live_a_day(scheme: Scheme, seed: int) -> None:
    """Let a day pass, bring it in, and check what has to hold after every day."""
    before = claim_owners(scheme.sandbox.content())
    scheme.next_day(seed)
    scheme.bring(f"day-{scheme.day}")

    assert_dhis2_refused_nothing(scheme, f"day-{scheme.day}")
    assert_acknowledged_is_held(scheme)
    assert_owners_of_claims_stay(scheme, before)
    assert_nothing_is_left_to_write(scheme)


def assert_owners_of_claims_stay(scheme: Scheme, before: dict[str, str]) -> None:
    """The owner in the claims program is the first facility, for ever."""
    content = scheme.sandbox.content()
    now = claim_owners(content)
    living = content["trackedEntities"].keys()
    assert {uid: now[uid] for uid in before.keys() & living} == {
        uid: before[uid] for uid in before.keys() & living
    }
    assert (now.items() - before.items()) <= facilities(content)


@pytest.mark.parametrize(("level", "seed"), [("1.4", 3), ("1.11", 4)])
def test_days_of_changes_end_like_a_first_load(tmp_path: Path, level: str, seed: int) -> None:
    with a_scheme(tmp_path) as scheme:
        scheme.begin(sample(80, seed=seed, level=level, as_of=DAY_ONE))
        scheme.bring("first")
        assert_dhis2_refused_nothing(scheme, "first")

        for day in range(3):
            live_a_day(scheme, seed * 100 + day)

        assert_like_a_first_load_of_today(scheme)


def test_days_of_changes_end_like_a_first_load_on_postgresql(
    tmp_path: Path, postgresql_server: PostgreSQL
) -> None:
    database = postgresql_server.create_database()
    with a_scheme(tmp_path, PostgresqlSource(database)) as scheme:
        scheme.begin(sample(80, seed=5, level="1.11", as_of=DAY_ONE))
        scheme.bring("first")

        live_a_day(scheme, 500)

        assert_like_a_first_load_of_today(scheme)
    postgresql_server.drop_database(database)


@pytest.mark.large
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10, 16))
def test_a_fortnight_of_changes_ends_like_a_first_load(tmp_path: Path, seed: int) -> None:
    with a_scheme(tmp_path) as scheme:
        scheme.begin(sample(400, seed=seed, level=("1.4", "1.11")[seed % 2], as_of=DAY_ONE))
        scheme.bring("first")

        for day in range(14):
            live_a_day(scheme, seed * 100 + day)
            assert_like_a_first_load_of_today(scheme)
