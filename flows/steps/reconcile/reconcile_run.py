"""A reconciliation from its first question to its report, in one order for every caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.reconcile.merged_people import follow_merged
from flows.steps.reconcile.preconditions import (
    PAGING,
    empty_state,
    find_desired_run,
    read_acknowledged,
    reader_of,
    remember_state,
)
from flows.steps.reconcile.reconciliation import (
    Reconciliation,
    compare_metadata,
    compare_resource,
    read_resource,
)
from flows.steps.reconcile.repair import repair_state
from flows.steps.reconcile.reports import (
    discard,
    findings,
    place_names,
    side_by_side,
    write_reports,
)
from flows.steps.shared.runner import PLAIN, Runner
from flows.steps.target.read_back import Paging
from staging.current import Current
from staging.languages import language_of
from staging.layout import Run, Target
from staging.links import read_links
from staging.target_lock import locked
from transforms.changes.objects.links import renaming_of
from transforms.changes.sending.linking import merged_sentences
from transforms.core.language import message
from transforms.model.resources import METADATA, TRACKED_ENTITIES, Resource
from transforms.reports.reconciliation_report import markdown

REPAIRED = message(
    "Acknowledged now says what DHIS2 holds. The next `sync` sends what is missing or different, "
    "and deletes what openIMIS does not have. What is much of it waits for a permission: "
    "`creates`, `changes`, `empties`, `deletes`."
)
NOT_REPAIRED = message(
    "Nothing was changed. With `repair`, acknowledged is made to say what DHIS2 holds, and the "
    "next `sync` does the rest."
)


@dataclass(frozen=True)
class Basis:
    """What DHIS2 is compared with.

    Attributes:
        run: The run.
        target: The target's files.
        current: The state that DHIS2 is compared with.
        desired: The run that says what openIMIS has, or None.
        is_repair: Acknowledged is made to say what DHIS2 holds.
        is_done: This run has repaired already: there is nothing to do.
    """

    run: Run
    target: Target
    current: Current
    desired: Run | None
    is_repair: bool
    is_done: bool = False


@contextmanager
def reconciling(
    run: Run, target: Target, desired_run: str | None, *, repair: bool, adopt: bool
) -> Iterator[Basis]:
    """Lock the target, and yield what DHIS2 is compared with.

    Args:
        run: The run.
        target: The target's files.
        desired_run: The run whose desired objects say what openIMIS has; by default the last one
            that changed the target.
        repair: Make acknowledged say what DHIS2 holds.
        adopt: The same, for a DHIS2 to which nothing was posted from here.

    Raises:
        StagingError: A run is open, or what openIMIS has is not at hand.
    """
    with locked(target, run.run_id):
        current = empty_state(target, run.root, desired_run) if adopt else read_acknowledged(target)
        is_repair = repair or adopt
        if run.run_id in current.versions.values():
            yield Basis(run, target, current, None, is_repair, is_done=True)
            return
        desired = find_desired_run(run.root, desired_run or current.last_run, needed=is_repair)
        remember_state(run, target.name, current)
        yield Basis(run, target, current, desired, is_repair)


def reconcile_run(
    basis: Basis,
    client: Dhis2,
    runner: Runner = PLAIN,
    *,
    paging: Paging = PAGING,
    in_flight: int | None = None,
    number: str | None = None,
) -> int:
    """Read DHIS2, compare and report, repair if that is requested; return the differences.

    Args:
        basis: What DHIS2 is compared with.
        client: The DHIS2.
        runner: Runs the steps.
        paging: How much is read at once.
        in_flight: Requests at once; None for as many as pay best on the version.
        number: UID of the attribute by which people of DHIS2's own are known, if any are.

    Raises:
        TargetError: DHIS2 is another one, or does not let the user read.
    """
    links = read_links(basis.target, basis.current)
    reader = replace(
        reader_of(client, basis.current, paging, in_flight),
        client=client.renamed(renaming_of(links)),
    )
    sides = (basis.run, basis.target, basis.current, basis.desired)
    work = Reconciliation(*sides, reader, links, number)
    for resource in work.resources:
        runner.run(read_objects, runner, work, resource)
    work = runner.run(follow, runner, work)
    for resource in work.resources:
        runner.run(compare, runner, work, resource)
    runner.run(compare_places_and_codes, runner, work)
    count = runner.run(report, runner, work, repaired=basis.is_repair)
    if basis.is_repair:
        runner.run(repair_acknowledged, runner, work)
    discard(work)
    return count


def read_objects(runner: Runner, work: Reconciliation, resource: Resource) -> None:
    """Read all objects of a resource."""
    rows = read_resource(work, resource)
    runner.info("%s: %d objects read", resource.name, rows)


def follow(runner: Runner, work: Reconciliation) -> Reconciliation:
    """Follow people whom DHIS2 has merged into others; return what is compared then."""
    if TRACKED_ENTITIES not in work.resources:
        return work
    followed = follow_merged(work)
    for sentence in merged_sentences(len(followed.merged)):
        runner.warning("%s", sentence)
    return followed


def compare(runner: Runner, work: Reconciliation, resource: Resource) -> None:
    """Compare all objects of a resource."""
    found = compare_resource(work, resource)
    runner.info("%s: %d differences", resource.name, found)


def compare_places_and_codes(runner: Runner, work: Reconciliation) -> None:
    """Ask which org units and options DHIS2 lacks."""
    for name in METADATA:
        found = compare_metadata(work, name)
        runner.info("%s: %d are missing", name, found)


def report(runner: Runner, work: Reconciliation, *, repaired: bool) -> int:
    """Write down what was found, and return how much."""
    sides = side_by_side(work)
    write_reports(work, sides)
    found = findings(work).group_by("resource", "kind", "detail").agg(objects=pl.len())
    details = found.sort("resource", "kind", "detail").collect()
    after = REPAIRED if repaired else NOT_REPAIRED
    text = markdown(sides, details, place_names(work), after, language_of(work.run))
    runner.publish(work.run, "reconciliation", text)
    return int(details["objects"].sum())


def repair_acknowledged(runner: Runner, work: Reconciliation) -> None:
    """Make acknowledged say what DHIS2 holds."""
    repair_state(work)
    runner.info("Acknowledged says what DHIS2 holds; the next sync does the rest")
