"""The state of a target is switched at once; format 1 (UIDs) is read, format 2 (keys) written."""

from pathlib import Path

import orjson
import polars as pl
import pytest

from staging.acknowledged import keep, scan, write
from staging.current import Current, read_current, switch, with_version
from staging.files import write_json
from staging.layout import Target
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.core.errors import StagingError
from transforms.model.resources import TRACKED_ENTITIES
from transforms.model.tables.insuree import DATE_OF_BIRTH, SEX

PEOPLE = TRACKED_ENTITIES.name
SCHEMA = acknowledged_schema(TRACKED_ENTITIES)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(tmp_path, "ministry")


def state_of_format_1(target: Target) -> Current:
    """Two partitions of people."""
    names = {field.key: field.uid for field in TRACKED_ENTITIES.fields}
    people = [{"key": key, "state": "held", SEX.key: "F"} for key in ("a", "b")]
    frames = [pl.DataFrame([row], schema=SCHEMA).rename(names) for row in people]
    checksums = [
        write(target, "before", PEOPLE, number, frame.lazy()) for number, frame in enumerate(frames)
    ]
    content = Current(
        partitions=2, versions={PEOPLE: "before"}, checksums={PEOPLE: checksums}
    ).model_dump(mode="json")
    former = {name: each for name, each in content.items() if name != "format"}
    write_json(
        target.current, former | {"treatments": {SEX.uid: "send", DATE_OF_BIRTH.uid: "drop"}}
    )
    current = read_current(target)
    assert current is not None
    return current


def test_its_frames_are_read_with_keys(target: Target):
    current = state_of_format_1(target)

    rows = [scan(target, current, PEOPLE, number, SCHEMA).collect() for number in range(2)]

    assert [frame[SEX.key].to_list() for frame in rows] == [["F"], ["F"]]
    assert set(rows[0].columns) == set(SCHEMA)


def test_its_treatments_are_those_of_keys(target: Target):
    assert state_of_format_1(target).treatments == {"gender": "send", "date_of_birth": "drop"}


def test_it_says_its_format_once_it_is_written_again(target: Target):
    switch(target, state_of_format_1(target))

    assert orjson.loads(target.current.read_bytes())["format"] == 2


def test_a_partition_that_does_not_change_is_written_with_keys_too(target: Target):
    current = state_of_format_1(target)

    checksums = [keep(target, current, "after", PEOPLE, number) for number in range(2)]

    after = with_version(current, "after", {PEOPLE: checksums})
    for number in range(2):
        path = target.acknowledged("after", PEOPLE, number)
        assert set(pl.read_parquet_schema(path)) == set(SCHEMA)
        found = scan(target, after, PEOPLE, number, SCHEMA).collect()
        assert found.equals(scan(target, current, PEOPLE, number, SCHEMA).collect())


def test_a_partition_with_keys_that_does_not_change_is_not_written_again(target: Target):
    row = pl.DataFrame([{"key": "a", "state": "held"}], schema=SCHEMA).lazy()
    checksums = [write(target, "before", PEOPLE, 0, row)]
    current = with_version(Current(partitions=1), "before", {PEOPLE: checksums})

    keep(target, current, "after", PEOPLE, 0)

    files = [target.acknowledged(version, PEOPLE, 0) for version in ("before", "after")]
    assert files[0].samefile(files[1])


def test_a_state_of_a_later_format_is_refused(target: Target):
    write_json(target.current, Current(partitions=1).model_dump(mode="json") | {"format": 3})

    with pytest.raises(StagingError, match=r"the format 3, .* up to 2: .* Nothing was posted"):
        read_current(target)


def test_a_target_has_no_state_before_its_first_run(tmp_path: Path):
    assert read_current(Target(tmp_path, "ministry")) is None


def test_the_state_of_a_target_is_switched_at_once(tmp_path: Path):
    target = Target(tmp_path, "ministry")
    current = Current(partitions=2, counter=3, last_run="run")

    switch(target, current)

    assert read_current(target) == current
