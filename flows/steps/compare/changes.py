"""Compare what DHIS2 should hold with what it has confirmed, and stage the changes.

desired, acknowledged ─► numbers settled ─► delta of every resource, parents first
                                              │
   once more, if an object changed its partition or its UID is taken ◄─┘
                                              └─► selection ─► changes, rejects
                                                                  │
           once more, without what a guard holds back ◄───────────┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from flows.steps.compare.changed_metadata import stage_changed_metadata
from flows.steps.compare.comparison import Comparison
from flows.steps.compare.inputs import Inputs
from flows.steps.compare.magnitude import measure, withhold_pseudonyms
from flows.steps.compare.partition_comparison import Selection
from flows.steps.compare.partition_progress import PartitionProgress
from flows.steps.compare.partition_report import ObjectCounts
from flows.steps.shared.acknowledged_frames import acknowledged_resources, tracked_versions
from flows.steps.shared.staged_changes import CHANGES
from flows.steps.shared.units import ONE_BY_ONE, Units
from staging.current import Current
from staging.frames import is_done, scan_frame, write_frame
from staging.layout import Run, Target
from staging.manifests import ChangesManifest, DesiredManifest
from staging.rejects import write_held_back
from transforms import VERSION
from transforms.changes.answers.metadata_changes import CONFIRMED
from transforms.changes.delta.partition_doubts import NO_PARTITION_DOUBTS, PartitionDoubts
from transforms.changes.guards.magnitude import Finding
from transforms.changes.guards.permissions import NOTHING, Allow, Permissions
from transforms.changes.objects.schemas import desired_schema
from transforms.changes.sending.selection import wholly_selected
from transforms.core.errors import StagingError
from transforms.model.chosen_resources import resources_had_by
from transforms.model.existing import in_use, numbers_of_one
from transforms.model.privacy import policy_of
from transforms.model.resources import METADATA, Scope
from transforms.reports.summaries import Counts

EVERYTHING = Selection([Scope.ALL])


@dataclass(frozen=True)
class ComparisonOutcome:
    """What a comparison has found besides the changes that it has written.

    Attributes:
        doubts: What the first comparison could not know.
        findings: What is much.
        counted: What is left out of objects, and which objects are counted only.
        vanished: Org units or options → list → how many that openIMIS no longer has were reported.
    """

    doubts: PartitionDoubts
    findings: Sequence[Finding]
    counted: ObjectCounts
    vanished: Mapping[str, dict[str, int]] = field(default_factory=dict)


def stage_changes(
    run: Run,
    target: Target,
    current: Current,
    inputs: Inputs,
    allow: Permissions = NOTHING,
    units: Units = ONE_BY_ONE,
    progress: PartitionProgress | None = None,
) -> Counts:
    """Stage the delta, and return its counts; once is enough.

    What is much is held back, and goes with a run that is permitted it:
    transforms/changes/guards/magnitude.py

    Raises:
        StagingError: What is acknowledged is divided otherwise than what is desired.
    """
    if is_done(run, CHANGES):
        return staged_counts(run)
    comparison = Comparison(
        run,
        target,
        current,
        units,
        numbers_of_one(in_use(inputs.country)),
        restates=Allow.RESTATE in allow,
        progress=progress,
    )
    _check_divided_alike(run, comparison.partitions, current)
    outcome = _compare(comparison, inputs, allow)
    metadata = stage_changed_metadata(comparison, inputs, allow)
    found = [finding for each in metadata.values() for finding in each.findings]
    _declare(
        comparison,
        replace(
            outcome,
            findings=[*outcome.findings, *found],
            vanished={name: dict(each.vanished) for name, each in metadata.items()},
        ),
        _key_of(run, inputs),
        wholly=_wholly(comparison, inputs),
        treatments={key: each.value for key, each in policy_of(inputs.country).items()},
    )
    return staged_counts(run)


def staged_counts(run: Run) -> Counts:
    """Return how much is to be created, updated, replaced, deleted, and pushed of metadata."""
    counts = ChangesManifest.read(run).changes
    changes = {
        name: {f"to {kind}": count for kind, count in kinds.items()}
        for name, kinds in counts.items()
    }
    pushed = {name: scan_frame(run.changes(name, 0)) for name in METADATA}
    return changes | {
        name: {"to push": frame.select(pl.len()).collect().item()} for name, frame in pushed.items()
    }


def stage_withdrawal(run: Run, target: Target, current: Current) -> None:
    """Stage the deletion of everything that DHIS2 holds; does nothing if that is done."""
    if is_done(run, CHANGES):
        return
    for resource in acknowledged_resources(current):
        nothing = pl.LazyFrame(schema=desired_schema(resource))
        for partition in range(current.partitions):
            write_frame(run.desired(resource.name, partition), nothing)
    DesiredManifest(partitions=current.partitions, rows={}).declare_done(run)
    comparison = Comparison(run, target, current)
    outcome = ComparisonOutcome(
        NO_PARTITION_DOUBTS, [], comparison.write(NO_PARTITION_DOUBTS, EVERYTHING)
    )
    for name in METADATA:
        write_frame(run.changes(name, 0), pl.LazyFrame(schema=CONFIRMED))
    _declare(comparison, outcome, current.pseudonym_fingerprint, wholly=[], treatments={})


def _compare(comparison: Comparison, inputs: Inputs, allow: Permissions) -> ComparisonOutcome:
    """Write the changes, and once more where the first comparison could not know enough."""
    chosen = Selection(inputs.scopes, windowed=inputs.window is not None)
    key = _key_of(comparison.run, inputs)
    withheld = withhold_pseudonyms(comparison, inputs.country, key, allow)
    counted = comparison.write(NO_PARTITION_DOUBTS, chosen, withheld)
    doubts = comparison.doubts()
    if not doubts.is_empty:
        counted = comparison.write(doubts, chosen, withheld, only=doubts.partitions)
    much = measure(comparison, inputs.country, allow)
    if any(not each.why for each in much):
        counted = comparison.write(doubts, chosen, [*withheld, *much])
    return ComparisonOutcome(doubts, [*withheld, *much], counted)


def _wholly(comparison: Comparison, inputs: Inputs) -> list[str]:
    """Return the resources of the run of which everything is posted.

    Those for which the country does not ask are none of them: their first day is to come.
    """
    chosen = wholly_selected(inputs.scopes, windowed=inputs.window is not None)
    having = {each.name for each in resources_had_by(inputs.country)}
    return [name for name in chosen if name in comparison.names and name in having]


def _key_of(run: Run, inputs: Inputs) -> str | None:
    """Return the fingerprint of the key with which the run's pseudonyms are made."""
    return DesiredManifest.read(run).key_or(inputs.key_fingerprint)


def _check_divided_alike(run: Run, partitions: int, current: Current) -> None:
    if tracked_versions(current) and partitions != current.partitions:
        raise StagingError(
            f"Run {run.run_id} has divided what openIMIS has into {partitions} partitions, but the "
            f"target has {current.partitions} since run {current.last_run} was loaded. What it "
            f"would compare is out of date: start a new run. Nothing was posted."
        )


def _declare(
    comparison: Comparison,
    outcome: ComparisonOutcome,
    key: str | None,
    *,
    wholly: list[str],
    treatments: dict[str, str],
) -> None:
    """Seal the stage.

    Args:
        comparison: Its changes are written.
        outcome: What it has found besides.
        key: Fingerprint of the pseudonym key.
        wholly: The resources of which everything is posted.
        treatments: Field key to what the privacy policy does with it.
    """
    write_held_back(comparison.run, outcome.findings)
    write_frame(comparison.run.changes("movers", 0), outcome.doubts.movers.lazy())
    manifest = ChangesManifest(
        partitions=comparison.partitions,
        ended=comparison.current.ended,
        versions=tracked_versions(comparison.current),
        changes=comparison.counts(),
        package=VERSION,
        magnitude=[each.as_json() for each in outcome.findings],
        noted=outcome.counted.noted,
        counted_only=outcome.counted.counted_only,
        pseudonym_fingerprint=key,
        wholly=wholly,
        treatments=treatments,
        vanished=dict(outcome.vanished),
    )
    manifest.declare_done(comparison.run)
