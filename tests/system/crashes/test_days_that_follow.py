"""Day after day of changes: DHIS2 ends as if it had been filled on the last day only.

Compared by openIMIS's keys and values. What DHIS2 cannot forget is told in `contents.by_key` and
`comparisons.assert_like_a_first_load`: deleted objects and the generations they cost, the owner in
a program that a person has left, and what was fit to be posted once and is held back now.
"""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.support.cases import first_in_ci
from tests.support.databases import PostgreSQL
from tests.support.openimis_sample import sample
from tests.support.openimis_sample.schema import Level
from tests.support.scheme import DAY_ONE, PostgresqlSource, Scheme, a_scheme
from tests.support.scheme.comparisons import (
    assert_acknowledged_is_held,
    assert_acknowledged_is_wanted,
    assert_like_a_first_load,
    first_load_of_today,
    held_back_rows,
    rejects,
)
from tests.support.scheme.contents import acknowledged, claim_owners, facilities
from transforms.model.resources import RESOURCES

pytestmark = pytest.mark.large


def assert_nothing_is_left_to_write(scheme: Scheme) -> None:
    """A run after a run writes nothing."""
    before = scheme.writes()
    scheme.bring(f"again-{scheme.day}")
    assert scheme.writes() == before


def assert_what_was_held_back_is_as_it_was(
    scheme: Scheme, run_id: str, before: dict[str, pl.DataFrame]
) -> None:
    """A row that breaks a rule is neither changed nor deleted."""
    for resource, rows in held_back_rows(scheme, run_id).items():
        known = before[resource].join(rows, on="key", how="semi")
        assert_frame_equal(rows, known)


def live_a_day(scheme: Scheme, seed: int) -> None:
    """Let a day pass, bring it in, and check what has to hold after every day."""
    owners, known = claim_owners(scheme.sandbox.content()), known_rows(scheme)
    scheme.next_day(seed)
    run_id = f"day-{scheme.day}"
    scheme.bring(run_id)

    assert rejects(scheme, run_id, "dhis2").rows() == []
    assert_acknowledged_is_held(scheme)
    assert_acknowledged_is_wanted(scheme, run_id)
    assert_what_was_held_back_is_as_it_was(scheme, run_id, known)
    assert_owners_of_claims_stay(scheme, owners)
    assert_nothing_is_left_to_write(scheme)


def known_rows(scheme: Scheme) -> dict[str, pl.DataFrame]:
    """Return resource → what is acknowledged."""
    return {each.name: acknowledged(scheme.target, each) for each in RESOURCES}


def assert_owners_of_claims_stay(scheme: Scheme, before: dict[str, str]) -> None:
    """The owner in the claims program is the first facility, for ever."""
    content = scheme.sandbox.content()
    now = claim_owners(content)
    living = content["trackedEntities"].keys()
    assert {uid: now[uid] for uid in before.keys() & living} == {
        uid: before[uid] for uid in before.keys() & living
    }
    assert (now.items() - before.items()) <= facilities(content)


@pytest.mark.parametrize(("level", "seed"), first_in_ci([("1.4", 3), ("1.11", 4)]))
def test_days_of_changes_end_like_a_first_load(tmp_path: Path, level: Level, seed: int) -> None:
    with a_scheme(tmp_path) as scheme:
        scheme.begin(sample(80, seed=seed, level=level, as_of=DAY_ONE))
        scheme.bring("first")
        assert rejects(scheme, "first", "dhis2").rows() == []

        for day in range(2):
            live_a_day(scheme, seed * 100 + day)

        assert_like_a_first_load(scheme, first_load_of_today(scheme))


def test_days_of_changes_end_like_a_first_load_on_postgresql(
    tmp_path: Path, postgresql_server: PostgreSQL
) -> None:
    database = postgresql_server.create_database()
    with a_scheme(tmp_path, PostgresqlSource(database)) as scheme:
        scheme.begin(sample(80, seed=5, level="1.11", as_of=DAY_ONE))
        scheme.bring("first")

        live_a_day(scheme, 500)

        assert_like_a_first_load(scheme, first_load_of_today(scheme))
    postgresql_server.drop_database(database)


@pytest.mark.hours
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10, 16))
def test_a_fortnight_of_changes_ends_like_a_first_load(tmp_path: Path, seed: int) -> None:
    with a_scheme(tmp_path) as scheme:
        scheme.begin(sample(400, seed=seed, level=("1.4", "1.11")[seed % 2], as_of=DAY_ONE))
        scheme.bring("first")

        for day in range(14):
            live_a_day(scheme, seed * 100 + day)
            assert_like_a_first_load(scheme, first_load_of_today(scheme))
