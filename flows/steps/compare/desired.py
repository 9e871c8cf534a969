"""Compute what DHIS2 should hold, and stage it."""

import polars as pl

from flows.steps.compare.figures import write_values
from flows.steps.compare.inputs import Inputs
from flows.steps.compare.partition_progress import PartitionProgress
from flows.steps.compare.parts import Parts, write_desired
from flows.steps.compare.quiet import Likeness, likeness, take_over_desired
from flows.steps.shared.decisions import placement_by
from flows.steps.shared.staged_changes import resources_in
from flows.steps.shared.units import ONE_BY_ONE, Units
from staging.frames import is_done, row_count, scan_frame, write_frame
from staging.layout import Run
from staging.manifests import DesiredManifest
from staging.rejects import write_rejects
from staging.snapshots import Snapshot, read_snapshot
from transforms.aggregates.standing import NOTHING_SENT, SentValues
from transforms.changes.answers.metadata_changes import with_content
from transforms.changes.answers.reject_rows import UNREADABLE_ROWS, unreadable_rows
from transforms.changes.objects.partitions import partition_count
from transforms.core.errors import GuardError
from transforms.core.language import ENGLISH, Language
from transforms.model.desired import desired_metadata
from transforms.model.digests import Made
from transforms.model.held_back import NOTHING_UNDELETABLE, undeletable_rows
from transforms.openimis.country import Country
from transforms.openimis.doubts import Doubts
from transforms.openimis.normalise import local_day
from transforms.openimis.place_groups import lines_without_place, sentence_of_lines
from transforms.openimis.register import Register, register_of
from transforms.openimis.tables.columns import INSUREES
from transforms.openimis.unmapped_values import count_unmapped, sentence_of

DESIRED, UNDELETABLE = "desired", "spared"


def stage_desired(
    run: Run,
    inputs: Inputs,
    partitions: int | None,
    decisions: pl.DataFrame | None = None,
    units: Units = ONE_BY_ONE,
    last_ended: str | None = None,
    sent: SentValues = NOTHING_SENT,
    progress: PartitionProgress | None = None,
) -> dict[str, int]:
    """Stage what DHIS2 should hold, and return how much of each resource; once is enough.

    Args:
        run: The run; its snapshot is complete.
        inputs: What they are made of, besides the snapshot.
        partitions: Of the target's acknowledged state; None before its first run.
        decisions: Rows of the file of matches; None where org units are made.
        units: Does what is done part by part of the people.
        last_ended: Id of the run that ended before: what is as it was then is not computed again.
        sent: What DHIS2 has of figures.
        progress: Told how many parts are done.

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
    as_of = local_day(snapshot.as_of, country)
    content = country.model_dump_json(exclude={"languages"})  # no object has a word of them
    made = Made(register, as_of, [content, inputs.key_fingerprint], placement)
    alike = likeness(run, made, inputs, count, last_ended)
    as_before = take_over_desired(run, alike.before, alike.as_before) if alike.before else []
    parts = Parts(run, as_of, inputs, count, placement, register)
    write_desired(parts, units, as_before, progress)
    _write_metadata(run, register, inputs, placement)
    write_doubts(run, register.doubts)
    withheld = write_values(run, register, parts.as_of, country, count, placement, sent)
    rows = {each.name: _rows(run, each.name, count) for each in resources_in(run)}
    manifest = DesiredManifest(
        partitions=count,
        rows=rows,
        pseudonym_fingerprint=inputs.key_fingerprint,
        unmapped=_unmapped(snapshot, country, alike),
        counted_only=register.counted_only(),
        oddities=_oddities(register, inputs),
        digest=alike.digest,
        digests=list(alike.digests),
        before=alike.before.run_id if alike.before else None,
        as_before=as_before,
        **({"withheld": withheld} if country.sends_figures else {}),
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


def _unmapped(snapshot: Snapshot, country: Country, alike: Likeness) -> list[dict[str, str | int]]:
    """Return the values of openIMIS that nothing explains; see `count_unmapped`."""
    return count_unmapped(snapshot.frames, country) if alike.unmapped is None else alike.unmapped


def _oddities(register: Register, inputs: Inputs) -> list[str]:
    """Return what files of the country name and openIMIS does not have, a sentence each."""
    groups = inputs.place_groups
    lines = [] if groups is None else lines_without_place(groups, register)
    return [sentence_of_lines(lines)] if lines else []


def unmapped_values(run: Run, language: Language = ENGLISH) -> list[str]:
    """Return, a sentence each, the values of openIMIS that nothing explains; none in older runs."""
    manifest = DesiredManifest.read_if_done(run)
    return [language.of(sentence_of(each)) for each in manifest.unmapped] if manifest else []


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
