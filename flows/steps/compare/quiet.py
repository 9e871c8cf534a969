"""Which partitions are quiet: they are neither computed nor compared again.

    all that objects are made of is as in the last run     so is what DHIS2 should hold of everybody
         └─ otherwise, what those of a partition are       so is what it should hold of these people
    … and DHIS2 has confirmed everything of the partition  so nothing of it is to be posted

The files of the last run stand as those of this one too, and what it reported of a quiet partition
is reported again. If one of these files is not there, or damaged, the partition is not quiet; nor
is it if one goes while it is taken over, because another run thins out the folder.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from flows.steps.compare.inputs import Inputs
from flows.steps.compare.partition_report import PartitionReport, report_of
from flows.steps.shared.acknowledged_frames import tracked_versions
from staging.current import Current
from staging.damage import DamagedError
from staging.frames import is_sound, row_count, scan_frame, take_over, write_frame
from staging.layout import Run
from staging.manifests import ChangesManifest, DesiredManifest
from transforms.changes.objects.partitions import partition_of
from transforms.core.errors import StagingError
from transforms.model.digests import Made, digest, digests_of_parts
from transforms.model.resources import RESOURCES

NAMES = tuple(each.name for each in RESOURCES)


@dataclass(frozen=True)
class Likeness:
    """How far what a run's objects are made of is as it was before.

    Attributes:
        digest: Of all of it; None if the run has a window, or sends figures.
        digests: Of what the objects of each partition are made of.
        before: The run that ended before; None if nothing is known of it.
        as_before: Partitions of which that run's files say what DHIS2 should hold.
        unmapped: What that run found that nothing explains, if nothing at all is otherwise.
    """

    digest: str | None = None
    digests: Sequence[str] = ()
    before: Run | None = None
    as_before: Sequence[int] = ()
    unmapped: list[dict[str, str | int]] | None = None


def likeness(
    run: Run, made: Made, inputs: Inputs, partitions: int, last_ended: str | None
) -> Likeness:
    """Return how far what objects are made of is as in the run that ended before.

    Nothing is known of it where figures are sent: they are of all parts of the people, and what
    DHIS2 should hold of them depends on the month, and on what it has.

    Args:
        run: The run.
        made: What its objects are made of.
        inputs: The same, besides the snapshot.
        partitions: Into how many partitions people are divided.
        last_ended: Id of the run that ended before, if any.
    """
    if inputs.window is not None or inputs.country.sends_figures:
        return Likeness()
    found, before = digest(made), Run(run.root, last_ended) if last_ended else None
    manifest = _desired_of(before, partitions)
    if manifest is not None and manifest.digest == found:
        digests = manifest.digests
    elif partitions == 1 or inputs.country.regions:
        digests = [found] * partitions
    else:
        part_of = partial(partition_of, partitions=partitions)
        digests = digests_of_parts(made, partitions, part_of)
    if before is None or manifest is None:
        return Likeness(found, digests)
    pairs = enumerate(zip(digests, manifest.digests, strict=True))
    as_before = [
        number
        for number, (now, then) in pairs
        if now == then and all(is_sound(before.desired(name, number)) for name in NAMES)
    ]
    is_same = manifest.digest == found
    return Likeness(found, digests, before, as_before, manifest.unmapped if is_same else None)


def _desired_of(run: Run | None, partitions: int) -> DesiredManifest | None:
    """Return the manifest of what a run said DHIS2 should hold, if it can be compared with."""
    try:
        manifest = DesiredManifest.read_if_done(run) if run else None
    except StagingError:
        return None
    return manifest if manifest and len(manifest.digests) == partitions else None


def take_over_desired(run: Run, before: Run, numbers: Collection[int]) -> list[int]:
    """Let what DHIS2 should hold of some partitions be what it should hold in another run.

    Returns:
        The partitions of which that run still has it.
    """
    return [number for number in numbers if _takes_over(run, before, number)]


def _takes_over(run: Run, before: Run, number: int) -> bool:
    try:
        take_over({run.desired(name, number): before.desired(name, number) for name in NAMES})
    except DamagedError:
        return False
    return True


def quiet_partitions(run: Run, current: Current) -> dict[int, Run]:
    """Return the partitions of which nothing is to be posted → the run that compared them last.

    Where people are linked to people of DHIS2's own, what DHIS2 has of them counts too: none is.
    Nor is one where figures are sent (`likeness`).
    """
    if current.existing:
        return {}
    manifest, confirmed = DesiredManifest.read(run), current.confirmed
    if manifest.before is None or confirmed is None or confirmed.run != manifest.before:
        return {}
    before = Run(run.root, manifest.before)
    if confirmed.versions != tracked_versions(current) or not _has_compared(before):
        return {}
    alike = sorted(set(manifest.as_before) & set(confirmed.partitions))
    return {number: before for number in alike if _is_sound(before, number)}


def _has_compared(run: Run) -> bool:
    try:
        return ChangesManifest.read_if_done(run) is not None
    except StagingError:
        return False


def _is_sound(run: Run, partition: int) -> bool:
    changes = [run.changes(name, partition) for name in NAMES]
    return all(map(is_sound, (run.reported(partition), *changes)))


def take_over_comparison(run: Run, before: Run, partition: int) -> PartitionReport | None:
    """Write that nothing of a partition is to be posted; return what was reported of it before.

    None if the run before does not have it any more.
    """
    changes = {run.changes(name, partition): before.changes(name, partition) for name in NAMES}
    try:
        take_over({run.reported(partition): before.reported(partition)} | changes)
    except DamagedError:
        return None
    for path in changes:
        if row_count(path):
            write_frame(path, scan_frame(path).clear())
    return report_of(scan_frame(run.reported(partition)))
