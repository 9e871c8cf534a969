"""Read DHIS2 and compare, bucket by bucket, so that memory does not grow with the scheme.

desired ────────┐
acknowledged ───┼─ buckets of UIDs ─┬─► findings, counts ─► flows/steps/reconcile/reports.py
DHIS2 ─► read ──┘                   └─► repairs ─► flows/steps/reconcile/repair.py
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from flows.connectors.dhis2.metadata_read import present_uids
from flows.steps.reconcile.read_values import read_values
from flows.steps.shared.acknowledged_frames import acknowledged, tracked_versions
from flows.steps.shared.staged_changes import desired_of, resources_in
from flows.steps.target.read_back import Reader, query_objects, read_back
from staging.acknowledged import scan
from staging.current import Current
from staging.divided import bucket_of, divide, scan_bucket
from staging.frames import any_rows, declare_done, is_done, row_count, scan_frame, write_frame
from staging.layout import Run, Target
from staging.manifests import DesiredManifest
from transforms.changes.answers.metadata_changes import CONFIRMED, unlisted_rows
from transforms.changes.objects.identities import IDENTITIES, desired_identities
from transforms.changes.objects.links import NO_LINKS
from transforms.changes.objects.schemas import acknowledged_schema, value_columns
from transforms.changes.reconciliation.linked_people import without_theirs
from transforms.changes.reconciliation.reconciliation import (
    compare_bucket,
    missing_rows,
    with_owners,
)
from transforms.dhis2.read_back import distinct, read_schema
from transforms.model.field_keys import uids_of
from transforms.model.resources import (
    DATA_VALUES,
    OPTIONS,
    ORG_UNITS,
    RESOURCES,
    TRACKED_ENTITIES,
    Resource,
)
from transforms.model.tables.insuree import SEED_CLAIM_ATTRIBUTES

LISTS = {ORG_UNITS: "organisationUnits", OPTIONS: "options"}
READ, ACKNOWLEDGED, DESIRED = "read", "acknowledged", "desired"
RESULTS = ("findings", "repairs", "counts")
READ_BACK = "read_back"
NAMES_OF_PEOPLE = ("uid", "parentUid", "personUid")


@dataclass(frozen=True)
class Reconciliation:
    """What is compared.

    Attributes:
        run: The reconciliation's own run.
        target: The target.
        current: Its acknowledged state.
        desired: The run that says what openIMIS has; None if none is at hand.
        reader: Reads the DHIS2; it calls people whom DHIS2 had before us as we do.
        links: Whom of DHIS2's own openIMIS's people are.
        number: UID of the attribute by which these are known.
        merged: UID of a person into whom DHIS2 has merged one of ours, to our UID of this one.
    """

    run: Run
    target: Target
    current: Current
    desired: Run | None
    reader: Reader
    links: pl.DataFrame = field(default_factory=lambda: NO_LINKS)
    number: str | None = None
    merged: Mapping[str, str] = field(default_factory=dict)

    @property
    def partitions(self) -> range:
        """Numbers of the partitions, and of the buckets."""
        return range(self.current.partitions)

    @property
    def resources(self) -> list[Resource]:
        """What is compared: persons, figures, or both."""
        has_figures = DATA_VALUES.name in self.current.versions
        if has_figures and not any(each.name in self.current.versions for each in RESOURCES):
            return [DATA_VALUES]
        of_persons = [each for each in RESOURCES if self._is_there(each)]
        return [*of_persons, DATA_VALUES] if has_figures else of_persons

    def _is_there(self, resource: Resource) -> bool:
        """Whether DHIS2 has what the resource needs: of what is asked for, only if it was sent."""
        is_usual = resource.asked_by is None or resource.name in self.current.versions
        return is_usual or any_rows(self.desired_rows(resource))

    def acknowledged(self, resource: Resource, partition: int) -> pl.LazyFrame:
        """Return one acknowledged partition."""
        return acknowledged(self.target, self.current, resource, partition)

    def values(self, resource: Resource) -> list[str]:
        """Return the keys of the values of a resource that are compared.

        A DHIS2 that is adopted may have values of persons that we never send: once they are
        acknowledged, the next delta empties them.
        """
        names = value_columns(resource, self.acknowledged(resource, 0))
        is_adoption = not tracked_versions(self.current)
        if is_adoption and resource is TRACKED_ENTITIES:
            names += [each.key for each in SEED_CLAIM_ATTRIBUTES]
        return names

    def results(self, resource: Resource, result: str) -> list[pl.LazyFrame]:
        """Return one of `RESULTS`, bucket by bucket."""
        folder = self.run.compared(resource.name, result)
        return [scan_frame(folder / f"{bucket:03d}.parquet") for bucket in self.partitions]

    def lacking_file(self, name: str) -> Path:
        """Return the file of the org units or options that DHIS2 lacks."""
        return self.run.compared(name, "lacking") / "000.parquet"

    def desired_rows(self, resource: Resource) -> list[pl.LazyFrame]:
        """Return what openIMIS has, partition by partition; nothing if that is not at hand."""
        if self.desired is None:
            return []
        if resource not in resources_in(self.desired):
            return []
        numbers = range(DesiredManifest.read(self.desired).partitions)
        return [desired_of(self.desired, resource, number) for number in numbers]

    def desired_identities(self, resource: Resource) -> pl.LazyFrame:
        """Return who the objects would be that openIMIS has and DHIS2 has not confirmed."""
        first = self.current.first_generation(resource.name)
        identities = [
            desired_identities(resource, frame, self.acknowledged(resource, number), first)
            for number, frame in enumerate(self.desired_rows(resource))
        ]
        return pl.concat([pl.LazyFrame(schema=IDENTITIES), *identities])


def read_resource(work: Reconciliation, resource: Resource) -> int:
    """Read all objects of a resource, unless that is done, and return how many were read."""
    stage = f"{READ_BACK}/{resource.name}"
    if is_done(work.run, stage):
        return row_count(work.run.read_back(resource.name))
    if resource is DATA_VALUES:
        rows = _read_values(work)
    else:
        rows = read_back(work.run, work.reader, resource, uids_of(work.values(resource)))
    declare_done(work.run, stage, {})
    return rows


def _read_values(work: Reconciliation) -> int:
    """Read the data values of figures, and write those that nobody here knows beside them."""
    confirmed = [work.acknowledged(DATA_VALUES, number) for number in work.partitions]
    identities = [*confirmed, work.desired_identities(DATA_VALUES)]
    found, strangers = read_values(
        work.reader.client, pl.concat(each.select("uid", "key") for each in identities)
    )
    write_frame(work.run.read_back(DATA_VALUES.name), found.lazy())
    write_frame(_strangers_file(work), strangers.lazy())
    return len(found)


def _strangers_file(work: Reconciliation) -> Path:
    return work.run.read_back(DATA_VALUES.name).with_name("strangers.parquet")


def compare_resource(work: Reconciliation, resource: Resource) -> int:
    """Compare all that there is of a resource, and return how much was found."""
    buckets = len(work.partitions)
    for side, frame in _sides(work, resource).items():
        divide(work.run.compared(resource.name, side), frame, buckets, by=bucket_of("uid", buckets))
    return sum(_compare_bucket(work, resource, bucket) for bucket in work.partitions)


def _sides(work: Reconciliation, resource: Resource) -> dict[str, pl.LazyFrame]:
    read = scan_frame(work.run.read_back(resource.name))
    if resource.owned:
        read = with_owners(read, scan_frame(work.run.read_back(TRACKED_ENTITIES.name)))
    if work.merged:
        read = read.with_columns(pl.col(*NAMES_OF_PEOPLE).replace(work.merged))
    acknowledged_rows = [work.acknowledged(resource, number) for number in work.partitions]
    return {
        READ: read,
        ACKNOWLEDGED: pl.concat(acknowledged_rows, how="diagonal"),
        DESIRED: work.desired_identities(resource),
    }


def _compare_bucket(work: Reconciliation, resource: Resource, bucket: int) -> int:
    values = work.values(resource)
    columns = acknowledged_schema(resource) | dict.fromkeys(values, pl.String())
    rows = _bucket(work, resource, ACKNOWLEDGED, bucket, columns)
    desired = _bucket(work, resource, DESIRED, bucket, IDENTITIES)
    read = distinct(_bucket(work, resource, READ, bucket, read_schema(uids_of(values))))
    read, deleted = _with_unread(work, resource, rows, read)
    renaming = work.reader.client.renaming
    read = without_theirs(resource, read, rows, work.links, renaming, work.number)
    strangers = scan_frame(_strangers_file(work)).collect() if resource is DATA_VALUES else None
    found = compare_bucket(
        resource, rows, desired, read, deleted, values, work.reader.zone, strangers
    )
    for result in RESULTS:
        path = work.run.compared(resource.name, result) / f"{bucket:03d}.parquet"
        write_frame(path, getattr(found, result).lazy())
    return found.findings.height


def _with_unread(
    work: Reconciliation, resource: Resource, rows: pl.DataFrame, read: pl.DataFrame
) -> tuple[pl.DataFrame, list[str] | None]:
    """Query for what was confirmed and not read: it may be deleted, or hidden from the reading.

    Returns:
        What DHIS2 has, and the UIDs of what it has deleted; None where it does not tell.
    """
    if resource is DATA_VALUES:  # a value that DHIS2 has deleted can be made again
        return read, []
    unread = missing_rows(rows, read)["uid"].to_list()
    queried = distinct(query_objects(work.reader, resource, unread, uids_of(work.values(resource))))
    there = pl.concat([read, queried.filter(~pl.col("isDeleted"))])
    if not work.reader.tells_deleted(resource):
        return there, None
    return there, queried.filter("isDeleted")["uid"].to_list()


def _bucket(
    work: Reconciliation, resource: Resource, side: str, bucket: int, schema: dict[str, pl.DataType]
) -> pl.DataFrame:
    return scan_bucket(work.run.compared(resource.name, side), bucket, schema).collect()


def compare_metadata(work: Reconciliation, name: str) -> int:
    """Ask which confirmed org units or options DHIS2 lacks, and return how many.

    What they are called is not compared: set-up compares it whenever they are sent.
    """
    confirmed = scan(work.target, work.current, name, 0, CONFIRMED)
    uids = unlisted_rows(confirmed, []).collect()["uid"].drop_nulls().to_list()
    there = present_uids(work.reader.client, LISTS[name], uids)
    lacking = unlisted_rows(confirmed, sorted(there))
    write_frame(work.lacking_file(name), lacking)
    return row_count(work.lacking_file(name))
