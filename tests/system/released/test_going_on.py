"""The present code goes on with what released code has left, and posts nothing once more."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from staging.rejects import read_rejects
from tests.support.loader import LOADER_USER
from tests.support.sandbox import running_sandbox
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.system.released.state import HERE, Released
from transforms.model.field_keys import names_uids
from transforms.model.resources import RESOURCES

State = Callable[[str, int], Released]


@pytest.fixture(params=["0.1.0", pytest.param("format-1", marks=pytest.mark.longer)])
def left_by(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    """Open a state folder of a released package, as it was so many days after the first."""
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        yield lambda name, days: Released(
            HERE / request.param / f"{name}.tar.xz", tmp_path, sandbox, days
        )


def let_through(scheme: Released, run_id: str) -> int:
    """Return how many claim events a run sends that the releases held back: DHIS2 has none of them.

    Their visit type is none that openIMIS has; they are sent without it now.
    """
    notes = read_rejects(scheme.run(run_id)).filter(stage="note", reason="visit_type_unknown")
    return notes.select(pl.len()).collect().item()


def posted_since(scheme: Released, mark: int) -> int:
    """Return how many objects were posted."""
    return sum(sum(each["objects"].values()) for each in scheme.posted()[mark:])


def test_after_the_first_day_nothing_is_posted_that_dhis2_has(left_by: State) -> None:
    scheme = left_by("day_one", 0)
    before = len(scheme.posted())
    events = scheme.sandbox.events().keys()

    scheme.bring("the-new-package")
    after = len(scheme.posted())
    scheme.bring("the-day-after")

    new = scheme.sandbox.events().keys() - events
    assert posted_since(scheme, before) == let_through(scheme, "the-new-package") == len(new)
    assert scheme.posted()[after:] == []
    assert_acknowledged_is_held(scheme)


def test_after_a_day_with_rejects_only_what_was_refused_or_held_back_is_posted(
    left_by: State,
) -> None:
    scheme = left_by("rejects", 1)
    before = len(scheme.posted())
    refused = scheme.current.refused

    scheme.bring("the-new-package")

    assert sum(refused.values()) == 1
    assert posted_since(scheme, before) == 1 + let_through(scheme, "the-new-package")
    assert scheme.current.refused == {}
    assert_acknowledged_is_held(scheme)


@pytest.mark.longer
def test_a_run_that_was_cut_short_is_ended_and_then_nothing_is_posted(left_by: State) -> None:
    scheme = left_by("open_run", 2)
    assert scheme.current.open_run == "third"

    scheme.bring("the-new-package")
    after = len(scheme.posted())
    scheme.bring("the-day-after")

    assert scheme.current.open_run is None
    assert scheme.posted()[after:] == []
    assert_acknowledged_is_held(scheme)


@pytest.mark.longer
def test_what_changes_is_written_with_field_keys_in_the_place_of_uids(left_by: State) -> None:
    scheme = left_by("open_run", 2)
    before = written_columns(scheme)
    assert all(names_uids(columns) for columns in before.values())

    scheme.bring("the-new-package")

    changed = {
        path: columns for path, columns in written_columns(scheme).items() if path not in before
    }
    assert changed
    assert not any(names_uids(columns) for columns in changed.values())


def written_columns(scheme: Released) -> dict[Path, list[str]]:
    """Return the files in use whose objects have values, and what their columns are called."""
    current, target = scheme.current, scheme.target
    paths = [
        target.acknowledged(current.versions[resource.name], resource.name, number)
        for resource in RESOURCES
        if resource.fields and resource.name in current.versions
        for number in range(current.partitions)
    ]
    return {path: list(pl.read_parquet_schema(path)) for path in paths}
