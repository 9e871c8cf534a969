"""The steps of a reconciliation, bucket by bucket, so that memory does not grow with the scheme.

desired ──► wanted ─┐
acknowledged ─► known ─┼─ buckets of UIDs ─► findings, repairs, counts ─► reports
DHIS2 ──────► read ─┘                              └─► acknowledged, switched once, last
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.steps.shared.acknowledged_frames import acknowledged, tracked_versions
from flows.steps.target.read_back import Reader, asked_for, read_back
from staging.acknowledged import Current, keep, scan, sweep, switch, switched, write
from staging.files import whole_or_absent
from staging.frames import (
    declare_done,
    is_done,
    read_stage,
    row_count,
    scan_frame,
    write_frame,
)
from staging.layout import Run, Target
from staging.read_back import scan_bucket, write_buckets
from transforms.changes.deltas import acknowledged_schema, value_columns
from transforms.changes.metadata_changes import CONFIRMED, unlisted
from transforms.changes.partitions import partition_of
from transforms.changes.reconciliation import (
    FINDINGS,
    IDENTITIES,
    compared,
    held,
    lacking_findings,
    missing,
    repaired,
    strangers,
    totals,
    wanted_identities,
    with_owners,
    with_persons,
)
from transforms.dhis2.read_back import distinct, read_schema
from transforms.model.resources import (
    METADATA,
    OPTIONS,
    ORG_UNITS,
    RESOURCES,
    TRACKED_ENTITIES,
    Resource,
)
from transforms.model.tables.insuree import SEED_CLAIM_ATTRIBUTES

LISTS = {ORG_UNITS: "organisationUnits", OPTIONS: "options"}
READ, KNOWN, WANTED = "read", "known", "wanted"
RESULTS = ("findings", "repairs", "counts")
DESIRED, READ_BACK = "desired", "read_back"


@dataclass(frozen=True)
class Reconciliation:
    """What is compared.

    Attributes:
        run: The reconciliation's own run.
        target: The target.
        current: Its acknowledged state.
        desired: The run that says what openIMIS has; None if none is at hand.
        reader: Reads the DHIS2.
    """

    run: Run
    target: Target
    current: Current
    desired: Run | None
    reader: Reader

    @property
    def partitions(self) -> range:
        """Numbers of the partitions, and of the buckets."""
        return range(self.current.partitions)

    def acknowledged(self, resource: Resource, partition: int) -> pl.LazyFrame:
        """Return one acknowledged partition."""
        return acknowledged(self.target, self.current, resource, partition)

    def values(self, resource: Resource) -> list[str]:
        """Return the UIDs of the values of a resource that are compared.

        A DHIS2 that is adopted may have values of persons that we never send: once they are known
        to be held, the next delta empties them.
        """
        names = value_columns(resource, self.acknowledged(resource, 0))
        is_adoption = not tracked_versions(self.current)
        if is_adoption and resource is TRACKED_ENTITIES:
            names += SEED_CLAIM_ATTRIBUTES
        return names

    def results(self, resource: Resource, result: str) -> list[pl.LazyFrame]:
        """Return one of `RESULTS`, bucket by bucket."""
        folder = self.run.compared(resource.name, result)
        return [scan_frame(folder / f"{bucket:03d}.parquet") for bucket in self.partitions]

    def wanted(self) -> Iterator[tuple[Resource, int, pl.LazyFrame]]:
        """Yield what openIMIS has, partition by partition; nothing if that is not known."""
        if self.desired is None:
            return
        for resource in RESOURCES:
            for number in range(read_stage(self.desired, DESIRED)["partitions"]):
                yield resource, number, scan_frame(self.desired.desired(resource.name, number))


def read_resource(work: Reconciliation, resource: Resource) -> int:
    """Read all objects of a resource, unless that is done, and return how many were read."""
    stage = f"{READ_BACK}/{resource.name}"
    if is_done(work.run, stage):
        return row_count(work.run.read_back(resource.name))
    rows = read_back(work.run, work.reader, resource, work.values(resource))
    declare_done(work.run, stage, {})
    return rows


def compare_resource(work: Reconciliation, resource: Resource) -> int:
    """Compare all that there is of a resource, and return how much was found."""
    for side, frame in _sides(work, resource).items():
        write_buckets(work.run.compared(resource.name, side), frame, len(work.partitions))
    return sum(_compare_bucket(work, resource, bucket) for bucket in work.partitions)


def _sides(work: Reconciliation, resource: Resource) -> dict[str, pl.LazyFrame]:
    read = scan_frame(work.run.read_back(resource.name))
    if resource.owned:
        read = with_owners(read, scan_frame(work.run.read_back(TRACKED_ENTITIES.name)))
    known = [work.acknowledged(resource, number) for number in work.partitions]
    return {
        READ: read,
        KNOWN: pl.concat(known, how="diagonal"),
        WANTED: _wanted(work, resource),
    }


def _wanted(work: Reconciliation, resource: Resource) -> pl.LazyFrame:
    first = work.current.first_generation(resource.name)
    identities = [
        wanted_identities(resource, frame, work.acknowledged(resource, number), first)
        for of, number, frame in work.wanted()
        if of is resource
    ]
    return pl.concat([pl.LazyFrame(schema=IDENTITIES), *identities])


def _compare_bucket(work: Reconciliation, resource: Resource, bucket: int) -> int:
    values = work.values(resource)
    columns = acknowledged_schema(resource) | dict.fromkeys(values, pl.String())
    known = _bucket(work, resource, KNOWN, bucket, columns)
    wanted = _bucket(work, resource, WANTED, bucket, IDENTITIES)
    read = distinct(_bucket(work, resource, READ, bucket, read_schema(values)))
    unread = missing(known, read)["uid"].to_list()
    asked = distinct(asked_for(work.reader, resource, unread, values))
    read = pl.concat([read, asked.filter(~pl.col("isDeleted"))])
    deleted = (
        asked.filter("isDeleted")["uid"].to_list() if work.reader.tells_deleted(resource) else None
    )
    found = compared(resource, known, wanted, read, deleted, values, work.reader.zone)
    for result in RESULTS:
        path = work.run.compared(resource.name, result) / f"{bucket:03d}.parquet"
        write_frame(path, getattr(found, result).lazy())
    return found.findings.height


def _bucket(
    work: Reconciliation, resource: Resource, side: str, bucket: int, schema: dict[str, pl.DataType]
) -> pl.DataFrame:
    return scan_bucket(work.run.compared(resource.name, side), bucket, schema).collect()


def compare_metadata(work: Reconciliation, name: str) -> int:
    """Ask which confirmed org units or options DHIS2 lacks, and return how many.

    What they are called is not compared: set-up compares it whenever they are sent.
    """
    confirmed = scan(work.target, work.current, name, 0, CONFIRMED)
    params = {"fields": "id", "paging": "false"}
    listed = work.reader.client.get(f"/api/{LISTS[name]}", params)[LISTS[name]]
    lacking = unlisted(confirmed, [each["id"] for each in listed])
    write_frame(_lacking(work, name), lacking)
    return row_count(_lacking(work, name))


def _lacking(work: Reconciliation, name: str) -> Path:
    return work.run.compared(name, "lacking") / "000.parquet"


def findings(work: Reconciliation) -> pl.LazyFrame:
    """Return everything that was found."""
    frames = [each for resource in RESOURCES for each in work.results(resource, "findings")]
    lacking = [lacking_findings(name, scan_frame(_lacking(work, name))) for name in METADATA]
    return pl.concat([pl.LazyFrame(schema=FINDINGS), *frames, *lacking])


def side_by_side(work: Reconciliation) -> pl.DataFrame:
    """Return what openIMIS, acknowledged and DHIS2 hold, by resource and org unit."""
    counted = [_counted(frame, resource, "openIMIS") for resource, _, frame in work.wanted()]
    for resource in RESOURCES:
        for number in work.partitions:
            frame = held(work.acknowledged(resource, number))
            counted.append(_counted(frame, resource, "acknowledged"))
        counted += [
            frame.with_columns(resource=pl.lit(resource.name), side=pl.lit("DHIS2"))
            for frame in work.results(resource, "counts")
        ]
    return totals(counted, findings(work))


def _counted(rows: pl.LazyFrame, resource: Resource, side: str) -> pl.LazyFrame:
    named = {"resource": pl.lit(resource.name), "side": pl.lit(side)}
    return rows.group_by("orgUnit").agg(objects=pl.len()).with_columns(**named)


def place_names(work: Reconciliation) -> pl.DataFrame:
    """Return uid and name of the org units that openIMIS has."""
    if work.desired is None:
        return pl.DataFrame(schema={"uid": pl.String, "name": pl.String})
    return scan_frame(work.desired.desired(ORG_UNITS, 0)).select("uid", "name").collect()


def write_reports(work: Reconciliation, sides: pl.DataFrame) -> None:
    """Write findings and totals as Parquet and CSV: UIDs and kinds, never a value."""
    for name, frame in (("findings", findings(work)), ("totals", sides.lazy())):
        path = work.run.reconciliation(name)
        write_frame(path, frame)
        with whole_or_absent(path.with_suffix(".csv")) as scratch:
            scan_frame(path).sink_csv(scratch)


def discard(work: Reconciliation) -> None:
    """Remove what was read and compared: it holds values, and what was found is written down."""
    compared_folder = work.run.compared("any", "any").parents[1]
    for folder in (work.run.read_back("any").parents[1], compared_folder):
        shutil.rmtree(folder, ignore_errors=True)


def repair_state(work: Reconciliation) -> Current:
    """Let acknowledged say what is so, and return that; DHIS2 is left as it is.

    `current.json` is switched once, last. Its counter and last run stay: they say which load was
    the last, as DHIS2's marker does, and this was none.
    """
    checksums = {resource.name: _repair_resource(work, resource) for resource in RESOURCES}
    checksums |= {name: _forget_lacking(work, name) for name in METADATA}
    changed = {name: written for name, written in checksums.items() if written}
    repaired = work.current.model_copy(update={"lost_run": None})
    after = switched(repaired, work.run.run_id, changed)
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
            rows = repaired(work.acknowledged(resource, number), repairs.filter(of == number), own)
            checksums.append(write(work.target, own, resource.name, number, rows))
        else:
            checksums.append(keep(work.target, work.current, own, resource.name, number))
    return checksums


def _forget_lacking(work: Reconciliation, name: str) -> list[str]:
    """Write the new version of org units or options; return its checksum, none as above."""
    if not row_count(_lacking(work, name)):
        return []
    confirmed = scan(work.target, work.current, name, 0, CONFIRMED)
    left = confirmed.join(scan_frame(_lacking(work, name)), on="key", how="anti")
    return [write(work.target, work.run.run_id, name, 0, left)]


def _repairs(work: Reconciliation, resource: Resource) -> pl.LazyFrame:
    repairs = pl.concat(work.results(resource, "repairs"))
    persons = _persons(work).join(strangers(repairs), on="uid", how="semi").collect()
    return with_persons(repairs, persons.lazy())


def _persons(work: Reconciliation) -> pl.LazyFrame:
    known: Sequence[pl.LazyFrame] = [
        work.acknowledged(TRACKED_ENTITIES, number) for number in work.partitions
    ]
    rows = [*known, _wanted(work, TRACKED_ENTITIES)]
    return pl.concat([each.select("uid", "key") for each in rows])
