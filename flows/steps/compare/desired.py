"""Compute what DHIS2 should hold, and stage it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from flows.steps.compare.division import (
    divide_register,
    divide_values,
    holders_in_part,
    part_of_people,
)
from flows.steps.shared.decisions import placement_by
from staging.divided import discard
from staging.frames import is_done, row_count, scan_frame, write_frame
from staging.layout import Run
from staging.manifests import DesiredManifest
from staging.rejects import write_rejects
from staging.snapshots import read_snapshot
from transforms.changes.answers.metadata_changes import with_content
from transforms.changes.answers.reject_rows import UNREADABLE_ROWS, unreadable_rows
from transforms.changes.objects.partitions import partition_count
from transforms.changes.sending.selection import check_scopes
from transforms.core.errors import GuardError
from transforms.model.desired import desired, desired_metadata
from transforms.model.held_back import NOTHING_UNDELETABLE, undeletable_rows
from transforms.model.privacy import fingerprint
from transforms.model.resources import RESOURCES, Scope
from transforms.openimis.country import Country
from transforms.openimis.doubts import Doubts
from transforms.openimis.normalise import local_day
from transforms.openimis.place_groups import lines_without_place, sentence_of_lines
from transforms.openimis.register import Register, register_of
from transforms.openimis.tables.columns import INSUREES
from transforms.openimis.unmapped_values import count_unmapped, sentence_of
from transforms.openimis.windows import Window

DESIRED, UNDELETABLE = "desired", "spared"


@dataclass(frozen=True)
class Inputs:
    """What the objects of a run are made of, besides its snapshot.

    Attributes:
        country: The country file.
        coordinates: code, longitude and latitude of places, or None.
        pseudonym_key: The secret of the pseudonyms; None if none is needed.
        scopes: What is posted.
        window: The days whose changes are posted; None for all.
        place_groups: See `transforms.openimis.place_groups`; None where there is no file.

    Raises:
        GuardError: There is no scope.
    """

    country: Country
    coordinates: pl.DataFrame | None
    pseudonym_key: str | None = field(repr=False)
    scopes: Sequence[Scope]
    window: Window | None
    place_groups: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        check_scopes(self.scopes)

    @property
    def key_fingerprint(self) -> str | None:
        """Of the pseudonym key."""
        return fingerprint(self.pseudonym_key) if self.pseudonym_key else None


def stage_desired(
    run: Run, inputs: Inputs, partitions: int | None, decisions: pl.DataFrame | None = None
) -> dict[str, int]:
    """Stage what DHIS2 should hold, and return how much of each resource; once is enough.

    Args:
        run: The run; its snapshot is complete.
        inputs: What they are made of, besides the snapshot.
        partitions: Of the target's acknowledged state; None before its first run.
        decisions: Rows of the file of matches; None where org units are made.

    Raises:
        GuardError: It was done with another pseudonym key.
    """
    if is_done(run, DESIRED):
        _check_same_key(run, inputs)
        return DesiredManifest.read(run).rows
    snapshot = read_snapshot(run)
    count = partitions or partition_count(snapshot.manifest.tables[INSUREES.name].rows)
    country = inputs.country
    register = register_of(snapshot.frames, country)
    placement = placement_by(decisions, register, country)
    write_desired(run, register, local_day(snapshot.as_of, country), inputs, count, placement)
    _write_metadata(run, register, inputs, placement)
    write_doubts(run, register.doubts)
    rows = {each.name: _rows(run, each.name, count) for each in RESOURCES}
    manifest = DesiredManifest(
        partitions=count,
        rows=rows,
        pseudonym_fingerprint=inputs.key_fingerprint,
        unmapped=count_unmapped(snapshot.frames, country),
        counted_only=register.counted_only(),
        oddities=_oddities(register, inputs),
    )
    manifest.declare_done(run)
    return rows


def _write_metadata(
    run: Run, register: Register, inputs: Inputs, placement: pl.DataFrame | None
) -> None:
    """Write the options and org units that DHIS2 should hold."""
    found = desired_metadata(
        register, inputs.country, inputs.coordinates, inputs.place_groups, placement
    )
    for name, frame in found.items():
        write_frame(run.desired(name, 0), with_content(frame))


def _oddities(register: Register, inputs: Inputs) -> list[str]:
    """Return what files of the country name and openIMIS does not have, a sentence each."""
    groups = inputs.place_groups
    lines = [] if groups is None else lines_without_place(groups, register)
    return [sentence_of_lines(lines)] if lines else []


def write_desired(
    run: Run,
    register: Register,
    as_of: date,
    inputs: Inputs,
    count: int,
    placement: pl.DataFrame | None = None,
) -> None:
    """Write what DHIS2 should hold of people, policies and claims, part by part of the people."""
    if count == 1:
        _write_part(run, 0, register, as_of, inputs, None, placement)
        return
    divide_register(run, register, count)
    divide_values(run, register, inputs.country, count)
    for number in range(count):
        part, holders = part_of_people(run, register, number), holders_in_part(run, number)
        _write_part(run, number, part, as_of, inputs, holders, placement)
    discard(run.parts)


def _write_part(
    run: Run,
    number: int,
    part: Register,
    as_of: date,
    inputs: Inputs,
    holders: pl.LazyFrame | None,
    placement: pl.DataFrame | None,
) -> None:
    frames = desired(
        part,
        as_of=as_of,
        country=inputs.country,
        pseudonym_key=inputs.pseudonym_key,
        window=inputs.window,
        holders=holders,
        placement=placement,
    )
    for name, frame in frames.items():
        write_frame(run.desired(name, number), frame.sort("person", "key"))


def unmapped_values(run: Run) -> list[str]:
    """Return, a sentence each, the values of openIMIS that nothing explains; none in older runs."""
    manifest = DesiredManifest.read_if_done(run)
    return [sentence_of(each) for each in manifest.unmapped] if manifest else []


def oddities(run: Run) -> list[str]:
    """Return, a sentence each, what files of the country name and openIMIS does not have."""
    manifest = DesiredManifest.read_if_done(run)
    return manifest.oddities if manifest else []


def _rows(run: Run, resource: str, count: int) -> int:
    return sum(row_count(run.desired(resource, number)) for number in range(count))


def write_doubts(run: Run, doubts: Doubts) -> None:
    """Write the rows that cannot be read, and what may not be deleted because of them, if any."""
    found = undeletable_rows(doubts)
    if not found.is_empty():
        write_frame(run.desired(UNDELETABLE, 0), found.lazy())
    if not doubts.unreadable.is_empty():
        write_rejects(run, {UNREADABLE_ROWS: unreadable_rows(doubts.unreadable)})


def undeletable_in(run: Run) -> pl.DataFrame:
    """Return what may not be deleted: resource, and row, which is null for all its rows."""
    path = run.desired(UNDELETABLE, 0)
    return scan_frame(path).collect() if path.exists() else NOTHING_UNDELETABLE


def _check_same_key(run: Run, inputs: Inputs) -> None:
    found = inputs.key_fingerprint
    made = DesiredManifest.read(run).key_or(found)
    if made != found:
        raise GuardError(
            f"Run {run.run_id} has made its numbers with the pseudonym key of fingerprint {made}, "
            f"and the key is now another (fingerprint {found}). Save the key of before again, then "
            f"start this run again; or start a new run. Nothing was posted."
        )
