"""Let acknowledged say what DHIS2 holds, as a reconciliation has read it; DHIS2 stays as it is."""

import polars as pl

from flows.steps.reconcile.reconciliation import Reconciliation
from staging.acknowledged import keep, scan, sweep, write
from staging.current import LINKS, Current, switch, with_version
from staging.frames import row_count, scan_frame
from transforms.changes.answers.metadata_changes import CONFIRMED
from transforms.changes.objects.partitions import partition_of
from transforms.changes.reconciliation.repairs import apply_repairs, strangers, with_persons
from transforms.model.resources import METADATA, TRACKED_ENTITIES, Resource


def repair_state(work: Reconciliation) -> Current:
    """Let acknowledged say what is so, and return that; DHIS2 is left as it is.

    `current.json` is switched once, last. Its counter and last run stay: they say which load was
    the last, as DHIS2's marker does, and this was none.
    """
    checksums = {resource.name: _repair_resource(work, resource) for resource in work.resources}
    checksums |= {name: _forget_lacking(work, name) for name in METADATA}
    checksums |= {LINKS: _remember_merged(work)}
    changed = {name: written for name, written in checksums.items() if written}
    before = work.current.model_copy(update={"lost_run": None})
    after = with_version(before, work.run.run_id, changed)
    switch(work.target, after)
    sweep(work.target, kept=[work.current, after])
    return after


def _repair_resource(work: Reconciliation, resource: Resource) -> list[str]:
    """Write the new version of a resource, and return its checksums; none if nothing changes."""
    own = work.run.run_id
    repairs = _repairs(work, resource)
    of = partition_of(pl.col("person"), len(work.partitions))
    touched = set(repairs.select(of.unique()).collect().to_series())
    is_new = resource.name not in work.current.versions
    checksums = []
    for number in work.partitions if touched else ():
        if number in touched or is_new:
            rows = apply_repairs(
                work.acknowledged(resource, number), repairs.filter(of == number), own
            )
            checksums.append(write(work.target, own, resource.name, number, rows))
        else:
            checksums.append(keep(work.target, work.current, own, resource.name, number))
    return checksums


def _forget_lacking(work: Reconciliation, name: str) -> list[str]:
    """Write the new version of org units or options; return its checksum, none as above."""
    if not row_count(work.lacking_file(name)):
        return []
    confirmed = scan(work.target, work.current, name, 0, CONFIRMED)
    left = confirmed.join(scan_frame(work.lacking_file(name)), on="key", how="anti")
    return [write(work.target, work.run.run_id, name, 0, left)]


def _remember_merged(work: Reconciliation) -> list[str]:
    """Write the new version of the links; return its checksum, none if nobody was merged."""
    if not work.merged:
        return []
    return [write(work.target, work.run.run_id, LINKS, 0, work.links.lazy())]


def _repairs(work: Reconciliation, resource: Resource) -> pl.LazyFrame:
    repairs = pl.concat(work.results(resource, "repairs"))
    persons = _persons(work).join(strangers(repairs), on="uid", how="semi").collect()
    return with_persons(repairs, persons.lazy())


def _persons(work: Reconciliation) -> pl.LazyFrame:
    confirmed = [work.acknowledged(TRACKED_ENTITIES, number) for number in work.partitions]
    rows = [*confirmed, work.desired_identities(TRACKED_ENTITIES)]
    return pl.concat([each.select("uid", "key") for each in rows])
