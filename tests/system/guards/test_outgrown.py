"""A pilot that becomes a country: what is acknowledged is divided anew, and nothing is posted."""

import polars as pl
import pytest

from flows.steps.load.divide_anew import divide_anew
from flows.steps.shared.acknowledged_frames import acknowledged
from staging.current import Current
from staging.files import read_json, write_json
from tests.system.guards.guarded import GuardedScheme
from transforms.changes.guards.permissions import Allow
from transforms.changes.objects.partitions import partition_count, partition_of
from transforms.model.resources import RESOURCES

PEOPLE_PER_PARTITION = 10
MANY = 8
A_MILLION = 1_000_000


def rows_of(scheme: GuardedScheme, current: Current) -> dict[str, pl.DataFrame]:
    """Return resource name → all acknowledged rows, in the order of their keys."""
    return {
        each.name: pl.concat(
            acknowledged(scheme.target, current, each, number)
            for number in range(current.partitions)
        )
        .sort("key")
        .collect()
        for each in RESOURCES
    }


def outgrow(scheme: GuardedScheme) -> Current:
    """Divide what is acknowledged as a scheme that has outgrown its partitions does."""
    return divide_anew(scheme.target, scheme.current, scheme.run("second"), PEOPLE_PER_PARTITION)


def test_the_same_rows_lie_in_more_partitions_each_with_its_person(scheme: GuardedScheme) -> None:
    before = rows_of(scheme, scheme.current)

    after = outgrow(scheme)

    assert after == scheme.current
    assert after.partitions == MANY
    for name, rows in rows_of(scheme, after).items():
        assert rows.equals(before[name]), name
    for resource in RESOURCES:
        for number in range(MANY):
            rows = acknowledged(scheme.target, after, resource, number).collect()
            assert rows.filter(partition_of(pl.col("person"), MANY) != number).is_empty()


@pytest.mark.large
def test_the_night_after_posts_nothing(scheme: GuardedScheme) -> None:
    scheme.bring("third")
    outgrow(scheme)
    before = scheme.writes()

    scheme.bring("fourth")

    assert scheme.writes() == before
    assert scheme.current.partitions == MANY


@pytest.mark.large
def test_days_after_end_as_if_it_had_not_been_divided(scheme: GuardedScheme) -> None:
    scheme.allow = (Allow.DELETES,)
    scheme.next_day(seed=2)
    tomorrow = scheme.moment()
    scheme.bring("third")
    expected = rows_of(scheme, scheme.current)
    scheme.back_to(tomorrow)

    outgrow(scheme)
    scheme.bring("third")

    for name, rows in rows_of(scheme, scheme.current).items():
        assert rows.equals(expected[name]), name


@pytest.mark.longer
def test_a_load_of_a_scheme_that_has_grown_ends_with_more_partitions(
    scheme: GuardedScheme,
) -> None:
    scheme.allow = (Allow.DELETES,)
    scheme.next_day(seed=2)
    scheme.plan("third")
    manifest = scheme.run("third").manifest("desired")
    counted = read_json(manifest)
    counted["rows"]["tracked_entities"] = A_MILLION
    write_json(manifest, counted)

    scheme.bring("third")

    assert scheme.current.last_run == "third"
    assert scheme.current.partitions == partition_count(A_MILLION)


def test_a_scheme_that_shrinks_keeps_its_partitions(scheme: GuardedScheme) -> None:
    before = scheme.current

    assert divide_anew(scheme.target, before, scheme.run("second")) == before


def test_a_division_that_was_cut_short_is_made_again(scheme: GuardedScheme) -> None:
    before = rows_of(scheme, scheme.current)
    halves = (
        scheme.target.scratch / "bucket=0" / "00000000.parquet",
        scheme.target.acknowledged("second.divided", RESOURCES[0].name, 0),
    )
    for half in halves:
        half.parent.mkdir(parents=True)
        half.write_bytes(b"PAR1, and then the process was killed")

    after = outgrow(scheme)

    assert not scheme.target.scratch.exists()
    for name, rows in rows_of(scheme, after).items():
        assert rows.equals(before[name]), name
