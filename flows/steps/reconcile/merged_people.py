"""Follow people whom DHIS2 has merged into others: what they have is compared where it is now.

Otherwise each would be missing and the other one unexpected, and a repair would take away what the
next load has to keep.
"""

from dataclasses import replace

import polars as pl

from flows.steps.reconcile.reconciliation import Reconciliation
from flows.steps.shared.acknowledged_frames import confirmed_objects
from staging.frames import scan_frame
from transforms.changes.objects.links import moved_people, remembered, renaming_of, with_answers
from transforms.changes.sending.linking import gone
from transforms.model.resources import ENROLLMENT_RESOURCES, TRACKED_ENTITIES, Resource


def follow_merged(work: Reconciliation) -> Reconciliation:
    """Return what is compared, with links to those into whom DHIS2 has merged people.

    Args:
        work: What is compared; all objects of people are read. It is returned as it is where nobody
            looks for people of DHIS2's own.
    """
    if work.number is None and work.links.is_empty():
        return work
    people = _confirmed(work, TRACKED_ENTITIES)
    lost = people.join(_read(work, TRACKED_ENTITIES), on="uid", how="anti")
    own = lost.select(parentUid="uid")
    confirmed = pl.concat(_confirmed(work, each) for each in ENROLLMENT_RESOURCES)
    now = pl.concat(_read(work, each) for each in ENROLLMENT_RESOURCES)
    merged = moved_people(confirmed.join(own, on="parentUid", how="semi"), now, people)
    if merged.is_empty():
        return work
    links = remembered(with_answers(work.links, _followed(work, lost, merged)), people)
    client = work.reader.client.renamed(renaming_of(links))
    return replace(
        work,
        links=links,
        merged=dict(merged.select("into", "uid").iter_rows()),
        reader=replace(work.reader, client=client),
    )


def _followed(work: Reconciliation, lost: pl.LazyFrame, merged: pl.DataFrame) -> pl.DataFrame:
    links = work.links.lazy().select("uid", "theirs", "state")
    rows = lost.join(merged.lazy(), on="uid", how="semi").join(links, on="uid", how="left")
    return gone(rows.collect(), merged)


def _confirmed(work: Reconciliation, resource: Resource) -> pl.LazyFrame:
    """Return key, uid and parentUid of all objects that DHIS2 has confirmed."""
    rows = confirmed_objects(work.target, work.current, resource)
    return rows.select("key", "uid", "parentUid")


def _read(work: Reconciliation, resource: Resource) -> pl.LazyFrame:
    """Return uid and parentUid of all objects that were read."""
    return scan_frame(work.run.read_back(resource.name)).select("uid", "parentUid")
