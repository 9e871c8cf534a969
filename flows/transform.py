"""Transform: snapshot → desired → changes → bundles; nothing is posted."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

from flows.prefect_support.allowed import record_permissions
from flows.prefect_support.endings import in_one_sentence, step
from flows.prefect_support.pseudonym_key import load_pseudonym_key
from flows.steps.compare.bundles import stage_bundles
from flows.steps.compare.changes import stage_changes
from flows.steps.compare.desired import Inputs, stage_desired
from flows.steps.compare.magnitude import lifted_too_late, other_sentences, waiting_sentences
from flows.steps.compare.source_identity import check_source
from flows.steps.shared.coordinates_file import read_coordinates
from flows.steps.shared.country_file import read_country, remember_what_may_leave, write_what_leaves
from flows.steps.shared.current_state import current_or_first
from staging.layout import Run, Target
from staging.requests import TransformRequest
from staging.runs import at_work, remember
from transforms.changes.guards import refuse_another_key
from transforms.changes.permissions import Allow, Permissions
from transforms.model.resources import Scope
from transforms.reports.summaries import in_words


@flow(name="transform")
@in_one_sentence
def transform(
    target: str,
    country: Path,
    staging_root: Path,
    run_id: str,
    pseudonym_key: str,
    scopes: Sequence[Scope] = (Scope.ALL,),
    changed_from: date | None = None,
    changed_to: date | None = None,
    allow: Sequence[Allow] = (),
) -> str:
    """Stage what the run will post; started again, it goes on or does nothing.

    Args:
        target: Name of the saved block `dhis2-server` that it will be posted to.
        country: The country file.
        staging_root: Folder of all pipeline files; never inside git.
        run_id: The run; its snapshot is complete.
        pseudonym_key: Name of a saved block `pseudonym-key`.
        scopes: What is posted.
        changed_from: Post only what left a trace in openIMIS since this day.
        changed_to: Post only what left a trace in openIMIS until this day.
        allow: What is permitted for this run; the sentence of each guard names what lifts it.

    Returns:
        The run's id.

    Raises:
        StagingError: The snapshot is not there or damaged, or the run is at work already.
        CountryError: The country file does not say what is needed.
        GuardError: The pseudonym key or openIMIS is another than the last run's, or a table of
            openIMIS shrank.
    """
    request = TransformRequest(
        target=target,
        country=country,
        staging_root=staging_root,
        run_id=run_id,
        pseudonym_key=pseudonym_key,
        scopes=tuple(scopes),
        changed_from=changed_from,
        changed_to=changed_to,
        allow=tuple(allow),
    )
    run, goal = request.run, request.goal
    inputs = gather_inputs(request)
    with at_work(run):
        remember_what_may_leave(run, inputs.country)
        remember(run, **request.facts())
        write_what_leaves(run, inputs.country)
        allowed = record_permissions(run, request.allow)
        check_key(goal, inputs, allowed)
        compare_source(run, goal, inputs, allowed)
        make_desired(run, goal, inputs)
        find_changes(run, goal, inputs, allowed)
        say_what_is_much(run, allowed)
        render_bundles(run, inputs)
    return run_id


@step
def gather_inputs(request: TransformRequest) -> Inputs:
    """Return what the run is made of: the request, the country file and saved blocks."""
    settings = read_country(request.country)
    key = load_pseudonym_key(request.pseudonym_key, settings)
    places = read_coordinates(request.country, settings)
    return Inputs(settings, places, key, request.scopes, request.window)


def check_key(target: Target, inputs: Inputs, allow: Permissions) -> None:
    """Refuse a pseudonym key that is not the last run's, unless that is permitted."""
    if Allow.NEW_PSEUDONYM_KEY not in allow:
        before = current_or_first(target, 1).pseudonym_fingerprint
        refuse_another_key(before, inputs.key_fingerprint)


@step
def compare_source(run: Run, target: Target, inputs: Inputs, allow: Permissions) -> None:
    """Refuse a snapshot of another openIMIS, or one that lacks rows, unless that is permitted."""
    current, guards = current_or_first(target, 1), inputs.country.guards
    for oddity in check_source(run, current, guards, allow):
        get_run_logger().warning("%s", oddity)


@step
def make_desired(run: Run, target: Target, inputs: Inputs) -> None:
    """Stage what DHIS2 should hold."""
    state = current_or_first(target, 0)
    rows = stage_desired(run, inputs, state.partitions or None)
    counted = ", ".join(f"{name} {count}" for name, count in rows.items())
    get_run_logger().info("DHIS2 should hold: %s", counted)


@step
def find_changes(run: Run, target: Target, inputs: Inputs, allow: Permissions) -> None:
    """Stage what DHIS2 has still to hear, without what a guard holds back."""
    counts = stage_changes(run, target, current_or_first(target, 0), inputs, allow)
    get_run_logger().info("DHIS2 has still to hear: %s", in_words(counts))


@step
def say_what_is_much(run: Run, allow: Permissions) -> None:
    """Say, before anything is posted, what a guard holds back, and what else is much."""
    waiting, others = waiting_sentences(run), other_sentences(run)
    for sentence in waiting:
        get_run_logger().warning("%s", sentence)
    if others:
        get_run_logger().info("Much, and brought in: %s", " ".join(others))
    if late := lifted_too_late(run, allow):
        get_run_logger().warning("%s", late)
    if waiting or others:
        text = "\n".join(f"- {each}" for each in (*waiting, *others))
        create_markdown_artifact(text, key="magnitude", description=f"Run {run.run_id}")


@step
def render_bundles(run: Run, inputs: Inputs) -> None:
    """Stage the request bodies."""
    count = stage_bundles(run, inputs.country.load.bundle_size)
    get_run_logger().info("Run %s is ready to be posted: %d bundles", run.run_id, count)
