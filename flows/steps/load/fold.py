"""Fold a run into the acknowledged state: current.json is switched once, last."""

from collections import Counter

import polars as pl

from flows.steps.compare.magnitude import holds_back_pseudonyms
from flows.steps.compare.source_identity import source_of
from flows.steps.load.confirmed import confirmed_partitions, is_of_partition
from flows.steps.load.divide_anew import divide_anew
from flows.steps.load.fold_links import LinkedPeople, fold_links
from flows.steps.load.left_out import values_left_out_by
from flows.steps.load.unfinished_values import unfinished_values
from flows.steps.shared.acknowledged_frames import acknowledged_of, tracked_versions
from flows.steps.shared.staged_changes import changes_of, changes_of_resource, resources_in
from staging.acknowledged import keep, sweep, write
from staging.current import Confirmed, Current, switch, with_version
from staging.frames import begin_anew, declare_done, scan_frame, write_frame
from staging.layout import Run, Target
from staging.manifests import ChangesManifest
from staging.outbox import bundles
from staging.receipts import outcomes
from staging.rejects import write_rejects
from transforms import VERSION
from transforms.changes.answers.fold import fold_partition
from transforms.changes.answers.outcomes import IS_REJECT, refusals
from transforms.changes.answers.reject_rows import reject_rows
from transforms.changes.sending.leaving_out import LeftOut, as_sent
from transforms.core.errors import StagingError
from transforms.model.chosen_resources import sends_everything
from transforms.model.field_keys import with_key_names
from transforms.model.resources import EVERY_BY_NAME, EVERY_RESOURCE, Resource

OUTCOMES = "outcomes"


def check_not_older(run: Run, current: Current) -> bool:
    """Return whether the run is still to be folded; False if that is done.

    Raises:
        StagingError: Another run was folded since this one made its comparison.
    """
    if run.run_id in (current.last_run, current.last_ended):
        return False
    manifest = ChangesManifest.read(run)
    compared = manifest.ended
    if compared != current.ended:
        raise StagingError(
            f"Run {run.run_id} compared openIMIS with state {compared} of the target, which has "
            f"moved on to state {current.ended} (run {current.last_ended}). What it would post is "
            f"out of date: start a new run. Nothing was posted."
        )
    if manifest.versions != tracked_versions(current):
        raise StagingError(
            f"Run {run.run_id} compared openIMIS with a state of the target that was repaired "
            f"since. What it would post is out of date: start a new run. Nothing was posted."
        )
    if run.run_id in {current.versions.get(resource.name) for resource in EVERY_RESOURCE}:
        raise StagingError(
            f"A run {run.run_id} was loaded into this target before, and what it confirmed is "
            f"still in use under that name. Give another run_id, or leave it out. Nothing was "
            f"posted."
        )
    return True


def fold(run: Run, target: Target, current: Current) -> Current:
    """Fold what DHIS2 answered to the run into the acknowledged state, and return that.

    The rejects of DHIS2 are written beside those of the rules. Done twice, it does nothing more.
    """
    if not check_not_older(run, current):
        return current
    answers, left_out = _gather_answers(run), values_left_out_by(run)
    linked = LinkedPeople.of_run(run, target, current)
    partitions = ChangesManifest.read(run).partitions
    checksums = {
        resource.name: written
        for resource in resources_in(run)
        if (written := _fold_resource(run, target, current, resource, answers, left_out, linked))
    }
    _write_refusals(run, answers, partitions)
    folded = with_version(current, run.run_id, checksums)
    folded = with_version(folded, run.run_id, fold_links(run, target, folded))
    ended = with_ended_run(run, target, folded, answers)
    after = ended.model_copy(
        update={
            "counter": current.counter + 1,
            "last_run": run.run_id,
            "open_run": None,
            "partitions": partitions,
            "pseudonym_fingerprint": _key_in_dhis2(run, current),
            "refused": _count_refusals(run, current, answers),
        }
    )
    switch(target, after)
    sweep(target, kept=[current, after])
    return divide_anew(target, after, run)


def _key_in_dhis2(run: Run, current: Current) -> str | None:
    """Return the fingerprint of the key of the pseudonyms in DHIS2, without those that wait."""
    if holds_back_pseudonyms(run):
        return current.pseudonym_fingerprint
    return ChangesManifest.read(run).pseudonym_fingerprint


def _gather_answers(run: Run) -> pl.LazyFrame:
    """Write down what DHIS2 answered, in one file."""
    begin_anew(run, OUTCOMES)
    write_frame(run.outcomes, outcomes(run))
    declare_done(run, OUTCOMES, {})
    return scan_frame(run.outcomes)


def _count_refusals(run: Run, current: Current, answers: pl.LazyFrame) -> dict[str, int]:
    """Count, a reason code, what was refused; only a run that sends everything hears of all."""
    codes = answers.filter(IS_REJECT).select(pl.col("codes").explode())
    found = codes.group_by("codes").len().sort("codes").collect()
    counted = Counter[str](dict(found.drop_nulls().iter_rows()))
    return dict(counted if _hears_of_all(run) else counted | Counter(current.refused))


def _hears_of_all(run: Run) -> bool:
    return sends_everything(_resources_sent_wholly(run))


def _resources_sent_wholly(run: Run) -> list[str]:
    """Return the resources of which the run sent everything but what a guard held back."""
    is_sent = all(bundle.is_settled for bundle in bundles(run))
    return ChangesManifest.read(run).wholly if is_sent else []


def _treatments_sent(run: Run) -> dict[str, str]:
    """Return field key → its treatment, of the resources that the run sent wholly."""
    made_with = with_key_names(ChangesManifest.read(run).treatments)
    unsent = {key for key, values in values_left_out_by(run).items() if values is None}
    fields = (
        each.key
        for name in _resources_sent_wholly(run)
        for each in EVERY_BY_NAME[name].fields
        if each.key not in unsent
    )
    return {key: made_with[key] for key in fields if key in made_with}


def with_ended_run(run: Run, target: Target, current: Current, answers: pl.LazyFrame) -> Current:
    """Return the state with what later runs need to know of an ended run, which may be deleted.

    A resource counts as loaded only when all of it was sent.
    """
    manifest = ChangesManifest.read(run)
    confirmed = Confirmed(
        run=run.run_id,
        versions=tracked_versions(current),
        partitions=_confirmed_by(run, target, current, answers),
    )
    return current.model_copy(
        update={
            "ended": current.ended + 1,
            "last_ended": run.run_id,
            "source": source_of(run) or current.source,
            "package": VERSION,
            "loaded": current.loaded | dict.fromkeys(_resources_sent_wholly(run), manifest.package),
            "treatments": current.treatments | _treatments_sent(run),
            "vanished": current.vanished | manifest.vanished,
            "confirmed": confirmed,
            "unfinished": unfinished_values(run, target, current),
        }
    )


def _confirmed_by(run: Run, target: Target, current: Current, answers: pl.LazyFrame) -> list[int]:
    return confirmed_partitions(run, target, current, answers) if _hears_of_all(run) else []


def _fold_resource(
    run: Run,
    target: Target,
    current: Current,
    resource: Resource,
    answers: pl.LazyFrame,
    left_out: LeftOut,
    linked: LinkedPeople,
) -> list[str]:
    """Write the new version of a resource, and return its checksums; none if nothing changes."""
    partitions = ChangesManifest.read(run).partitions
    moved = scan_frame(run.changes("movers", 0)).filter(resource=resource.name).collect()
    touched = {number for number in range(partitions) if _rows(run, resource, number)}
    touched |= set(moved["source"]) | set(moved["destination"])
    is_new = resource.name not in current.versions
    checksums = []
    for number in range(partitions) if touched else ():
        if number in touched or is_new:
            base = acknowledged_of(target, current, resource, number, moved)
            changes = changes_of(run, number)[resource.name]
            own = answers.filter(is_of_partition(number))
            sent = as_sent(resource, changes, base, left_out)
            sent = linked.with_owners(resource, sent)
            rows = fold_partition(resource, base, sent, own, run.run_id)
            rows = linked.with_doubts(resource, rows, changes)
            checksums.append(write(target, run.run_id, resource.name, number, rows))
        else:
            checksums.append(keep(target, current, run.run_id, resource.name, number))
    return checksums


def _rows(run: Run, resource: Resource, partition: int) -> int:
    rows = changes_of_resource(run, resource, partition).select(pl.len())
    return int(rows.collect().item())


def write_refusals(run: Run) -> None:
    """Write the rejects of DHIS2 so far, by table and UUID, though the run is not folded."""
    _write_refusals(run, outcomes(run), ChangesManifest.read(run).partitions)


def _write_refusals(run: Run, answers: pl.LazyFrame, partitions: int) -> None:
    rejects = {}
    for resource in resources_in(run):
        refused = [
            refusals(
                resource,
                changes_of(run, number)[resource.name],
                answers.filter(is_of_partition(number)),
            )
            for number in range(partitions)
        ]
        rows = reject_rows(resource.name, pl.concat(refused).collect())
        rejects[f"{resource.name}.dhis2"] = rows
    write_rejects(run, rejects)
