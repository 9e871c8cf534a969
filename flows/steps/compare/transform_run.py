"""The stage `transform`: snapshot → desired → changes → bundles, in one order for every caller."""

from collections.abc import Iterator
from contextlib import contextmanager

from flows.steps.compare.bundles import stage_bundles
from flows.steps.compare.changes import stage_changes
from flows.steps.compare.desired import oddities, stage_desired, unmapped_values
from flows.steps.compare.figures import closed_sentence, sent_values
from flows.steps.compare.inputs import Inputs
from flows.steps.compare.magnitude import lifted_too_late, other_sentences, waiting_sentences
from flows.steps.compare.partition_progress import PartitionProgress
from flows.steps.compare.source_identity import check_source
from flows.steps.shared.acknowledged_frames import holds_persons
from flows.steps.shared.country_file import remember_what_may_leave, write_what_leaves
from flows.steps.shared.current_state import current_or_first
from flows.steps.shared.decisions import read_decisions
from flows.steps.shared.existing import check_same_things
from flows.steps.shared.runner import PLAIN, Runner
from staging.current import Current
from staging.layout import Run, Target
from staging.requests import TransformRequest
from staging.runs import at_work, remember
from transforms.aggregates.standing import NOTHING_SENT, SentValues
from transforms.changes.guards.permissions import Allow, Permissions
from transforms.core.errors import GuardError
from transforms.model.existing import in_use
from transforms.openimis.country import Country
from transforms.reports.summaries import in_words


@contextmanager
def transforming(request: TransformRequest, country: Country) -> Iterator[Run]:
    """Lock the run's folder, and record what the run is requested to do.

    Raises:
        StagingError: The run is at work already, or was begun as something else.
        CountryError: The country file's privacy asks for what cannot be.
    """
    with at_work(request.run):
        remember_what_may_leave(request.run, country)
        remember(request.run, request.record())
        write_what_leaves(request.run, country)
        yield request.run


def transform_run(
    run: Run,
    target: Target,
    inputs: Inputs,
    allow: Permissions,
    runner: Runner = PLAIN,
    *,
    partitions: int | None = None,
) -> None:
    """Stage what the run will post; started again, it goes on or does nothing.

    Args:
        run: The run; its snapshot is complete.
        target: The target's files.
        inputs: What the run is made of.
        allow: What is permitted.
        runner: Runs the steps.
        partitions: Of a target to which nothing was posted; by default by the number of insurees.

    Raises:
        StagingError: The snapshot is not there or damaged.
        GuardError: openIMIS is another than the last run's, or the run's own pseudonyms were made
            with another key.
    """
    progress = PartitionProgress(runner)
    runner.run(compare_source, runner, run, target, inputs, allow)
    runner.run(make_desired, runner, run, target, inputs, allow, partitions, progress)
    runner.run(find_changes, runner, run, target, inputs, allow, progress)
    runner.run(report_magnitude, runner, run, allow)
    runner.run(render_bundles, runner, run, inputs)


def compare_source(
    runner: Runner, run: Run, target: Target, inputs: Inputs, allow: Permissions
) -> None:
    """Refuse a snapshot of another openIMIS, or an older one, unless that is permitted."""
    current, guards = current_or_first(target, 1), inputs.country.guards
    check_same_things(current, in_use(inputs.country).renaming)
    if not inputs.country.sends_persons:
        refuse_persons(target, current)
    for oddity in check_source(run, current, guards, allow):
        runner.warning("%s", oddity)


def refuse_persons(target: Target, current: Current) -> None:
    """Refuse to send figures alone into a DHIS2 that has persons of ours: they would be deleted.

    Raises:
        GuardError: It has.
    """
    if holds_persons(target, current):
        raise GuardError(
            f"The country file sends figures alone (mode is aggregate), and {target.name} has "
            f"confirmed persons, which the run would delete. If they are to go, run withdraw "
            f"first; else set mode to both. Nothing was posted."
        )


def make_desired(
    runner: Runner,
    run: Run,
    target: Target,
    inputs: Inputs,
    allow: Permissions,
    partitions: int | None,
    progress: PartitionProgress | None = None,
) -> None:
    """Stage what DHIS2 should hold."""
    state = current_or_first(target, 0)
    decisions, units = (
        read_decisions(target, inputs.country),
        runner.units(inputs.country.partitions),
    )
    rows = stage_desired(
        run,
        inputs,
        state.partitions or partitions,
        decisions,
        units,
        state.last_ended,
        _sent_values(target, state, inputs, allow),
        progress,
    )
    counted = ", ".join(f"{name} {count}" for name, count in rows.items())
    runner.info("DHIS2 should hold: %s", counted)
    for sentence in unmapped_values(run):
        runner.info("%s", sentence)
    for sentence in oddities(run):
        runner.warning("%s", sentence)


def _sent_values(target: Target, state: Current, inputs: Inputs, allow: Permissions) -> SentValues:
    if not inputs.country.sends_figures:
        return NOTHING_SENT
    return sent_values(target, state, restates=Allow.RESTATE in allow)


def find_changes(
    runner: Runner,
    run: Run,
    target: Target,
    inputs: Inputs,
    allow: Permissions,
    progress: PartitionProgress | None = None,
) -> None:
    """Stage the delta, without what a guard holds back."""
    units, current = runner.units(inputs.country.partitions), current_or_first(target, 0)
    counts = stage_changes(run, target, current, inputs, allow, units, progress)
    runner.info("To be posted: %s", in_words(counts))
    if Allow.RESTATE not in allow and (closed := closed_sentence(run, target, current)):
        runner.info("%s", closed)


def report_magnitude(runner: Runner, run: Run, allow: Permissions) -> None:
    """Report, before anything is posted, what a guard holds back, and what else is much."""
    waiting, other = waiting_sentences(run), other_sentences(run)
    for sentence in waiting:
        runner.warning("%s", sentence)
    if other:
        runner.info("Much, and not held back: %s", " ".join(other))
    if late := lifted_too_late(run, allow):
        runner.warning("%s", late)
    if waiting or other:
        runner.publish(run, "magnitude", "\n".join(f"- {each}" for each in (*waiting, *other)))


def render_bundles(runner: Runner, run: Run, inputs: Inputs) -> None:
    """Stage the request bodies."""
    count = stage_bundles(run, inputs.country.load.bundle_size)
    runner.info("Run %s is ready to be posted: %d bundles", run.run_id, count)
