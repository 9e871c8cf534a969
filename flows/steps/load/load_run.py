"""The stage `load`: settle, open, post, fold, in one order for every caller.

check_resumable     the run posts only what it would make again today
settle_first        before a run takes its snapshot, the one that was cut short is settled
load_run            the same again, then the run is opened, posted, and folded
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.existing import look_at_existing
from flows.steps.load.figures_of_options import note_options_without_figures
from flows.steps.load.link_people import NOBODY_FOUND, link_people
from flows.steps.load.open_and_close import OpenLoad, begin_again, close_load, open_load
from flows.steps.load.post_run import Posting, stop_rule_of
from flows.steps.load.resuming import check_same_key, refuse_stopped
from flows.steps.load.settle_open_run import keep_answers, settle_open_run
from flows.steps.load.take_back import prepare_linked, take_back
from flows.steps.load.thread_state import LoadState
from flows.steps.load.tree_of_dhis2 import look_at_tree
from flows.steps.shared.country_file import remember_what_may_leave
from flows.steps.shared.current_state import current_or_first
from flows.steps.shared.runner import PLAIN, Runner
from flows.steps.target.as_of import ENTRY, write_as_of
from staging.current import Current
from staging.layout import Run, Target
from staging.manifests import ChangesManifest
from staging.outbox import Bundle, bundles
from staging.runs import RunRecord, at_work, remember
from staging.snapshots import is_complete, read_manifest
from staging.target_lock import locked
from transforms.changes.guards.permissions import Permissions
from transforms.changes.objects.phases import Phase
from transforms.core.errors import SyncError
from transforms.matching.drift import NO_DRIFT, Drift
from transforms.model.chosen_resources import sends_everything
from transforms.openimis.country import Country
from transforms.reports.progress import load_progress


@contextmanager
def loading(run: Run, target: Target) -> Iterator[None]:
    """Lock the target and the run's folder while the run is loaded.

    Raises:
        StagingError: Another run has locked the target, or the run is at work or another target's.
    """
    with locked(target, run.run_id), at_work(run):
        remember(run, RunRecord(target=target.name))
        yield


def check_resumable(
    run: Run, country: Country, key_named: Callable[[str, Country], str | None]
) -> None:
    """Refuse to post what country file and pseudonym key would not make again today.

    Raises:
        StagingError: The country file says something else than when the run was begun.
        GuardError: The saved key is another.
        CountryError: There is none.
    """
    remember_what_may_leave(run, country)
    check_same_key(run, country, key_named)


def settle_first(
    run: Run,
    target: Target,
    connect: Callable[[], Dhis2],
    allow: Permissions,
    runner: Runner = PLAIN,
) -> None:
    """Settle the run that was cut short, before this one takes its snapshot.

    Raises:
        GuardError: All was withdrawn from this DHIS2.
    """
    begin_again(current_or_first(target, 0), run, allow)
    with connect() as client:
        settle_earlier_run(runner, run, target, client, allow)


def load_run(
    run: Run,
    target: Target,
    client: Dhis2,
    country: Country,
    allow: Permissions,
    runner: Runner = PLAIN,
    state: LoadState | None = None,
) -> OpenLoad:
    """Post what the run has not posted yet, and fold it; return how it was opened.

    Args:
        run: The run; its outbox is sealed.
        target: The target's files.
        client: The DHIS2.
        country: What the country file says.
        allow: What is permitted.
        runner: Runs the steps.
        state: What the threads of the load share.

    Raises:
        TargetError: DHIS2 is not as it must be.
        GuardError: All was withdrawn from this DHIS2.
        StagingError: Another run has moved the target on, or this one was stopped.
    """
    runner.run(settle_earlier_run, runner, run, target, client, allow)
    runner.run(look_at_existing, run, target, client, country)
    drift = runner.run(look_at_tree, target, client, country)
    opened = runner.run(open_run, runner, run, target, client, allow, drift)
    if opened.is_folded:
        refuse_stopped(run)
        runner.run(tell_as_of, runner, run, client, opened.current)
        return opened
    runner.run(note_options_without_figures, run, client, country)
    posting = Posting(
        run,
        client,
        opened.info,
        country.load,
        state=state or LoadState(),
        stop_rule=stop_rule_of(run, opened.current.refused, country.guards),
        as_superuser=opened.as_superuser,
        lacking=opened.lacking,
    )
    try:
        posting, opened = runner.run(link, runner, target, posting, opened, country)
        post_phases(posting, runner=runner)
    except SyncError as error:
        runner.run(end_early, runner, run, target, client, opened.current, error)
        raise
    runner.run(fold_run, run, target, client, opened.current)
    runner.run(tell_as_of, runner, run, client, opened.current)
    return opened


def settle_earlier_run(
    runner: Runner, run: Run, target: Target, client: Dhis2, allow: Permissions
) -> None:
    """Settle the run that was cut short; what it left in doubt is compared again."""
    if settled := settle_open_run(target, run, client, allow):
        runner.info("%s", settled)


def open_run(
    runner: Runner,
    run: Run,
    target: Target,
    client: Dhis2,
    allow: Permissions,
    drift: Drift = NO_DRIFT,
) -> OpenLoad:
    """Make sure that DHIS2 accepts what is about to be posted; push org units and options."""
    opened = open_load(run, target, client, allow, drift)
    runner.info("DHIS2 %s takes what is to be posted", opened.info.version)
    for warning in opened.warnings:
        runner.warning("%s", client.renaming.swap_text(warning))
    return opened


def link(
    runner: Runner, target: Target, posting: Posting, opened: OpenLoad, country: Country
) -> tuple[Posting, OpenLoad]:
    """Find DHIS2's own people whom the run is about; take back what is ours of those who leave."""
    if not bundles(posting.run):
        return posting, opened
    run, current = posting.run, opened.current
    found = link_people(run, target, posting.client, opened.info, current, country)
    if found is NOBODY_FOUND:
        return posting, opened
    for warning in found.warnings:
        runner.warning("%s", warning)
    client = posting.client.renamed(found.renaming)
    linked = prepare_linked(run, target, current, found, country)
    linked, kept = take_back(run, target, client, current, linked, posting.state)
    waiting = pl.concat([posting.lacking.waiting, found.waiting, kept])
    lacking = replace(posting.lacking, waiting=waiting)
    opened = replace(opened, warnings=[*opened.warnings, *found.warnings])
    return replace(posting, client=client, linked=linked, lacking=lacking), opened


def post_phases(
    posting: Posting, phases: Sequence[Phase] = tuple(Phase), runner: Runner = PLAIN
) -> None:
    """Post the bundles of some phases, one phase after another, and show how far it is."""
    everything = bundles(posting.run)
    if not everything:
        return
    before = settled = sum(bundle.is_settled for bundle in everything)
    runner.show_progress(load_progress(settled, len(everything), before))
    for phase in phases:
        for chunk in posting.chunks(phase):
            runner.run(post_chunk, runner, posting, phase, chunk)
            settled += len(chunk)
            runner.show_progress(load_progress(settled, len(everything), before))


def post_chunk(runner: Runner, posting: Posting, phase: Phase, chunk: Sequence[Bundle]) -> None:
    """Post about a hundred bundles."""
    objects = posting.post(phase, chunk)
    runner.info("%s: %d bundles, %d objects settled", phase, len(chunk), objects)


def tell_as_of(runner: Runner, run: Run, client: Dhis2, current: Current) -> None:
    """Write into DHIS2 of when openIMIS is that it has; a load of a part says nothing of that."""
    is_withdrawal = current.withdrawn == run.run_id
    is_whole = sends_everything(ChangesManifest.read(run).wholly) and is_complete(run)
    if not is_whole and not is_withdrawal:
        return
    as_of = None if is_withdrawal else read_manifest(run).as_of
    if not write_as_of(client, as_of, run.run_id):
        runner.warning(
            "DHIS2 does not let the user write of when openIMIS is that it has (%s); nothing else "
            "hangs on that",
            ENTRY,
        )


def end_early(
    runner: Runner, run: Run, target: Target, client: Dhis2, current: Current, error: SyncError
) -> None:
    """Write the rejects of a load that stops, and keep the answers so far."""
    keep_answers(run, target, client, current, error)
    runner.summarise_stop(run, target)


def fold_run(run: Run, target: Target, client: Dhis2, current: Current) -> None:
    """Move the marker on, and remember what DHIS2 confirmed."""
    close_load(run, target, client, current)
