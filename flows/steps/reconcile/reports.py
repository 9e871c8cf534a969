"""What a reconciliation found: written down, and laid side by side for people."""

import shutil

import polars as pl

from flows.steps.reconcile.reconciliation import Reconciliation
from staging.files import whole_or_absent
from staging.frames import scan_frame, write_frame
from staging.manifests import DesiredManifest
from transforms.changes.reconciliation.findings import FINDINGS, lacking_findings, totals
from transforms.changes.reconciliation.repairs import without_tombstones
from transforms.model.resources import METADATA, ORG_UNITS, Resource


def findings(work: Reconciliation) -> pl.LazyFrame:
    """Return everything that was found."""
    frames = [each for resource in work.resources for each in work.results(resource, "findings")]
    lacking = [lacking_findings(name, scan_frame(work.lacking_file(name))) for name in METADATA]
    return pl.concat([pl.LazyFrame(schema=FINDINGS), *frames, *lacking])


def side_by_side(work: Reconciliation) -> pl.DataFrame:
    """Return what openIMIS, acknowledged and DHIS2 hold, by resource and org unit."""
    counted = []
    for resource in work.resources:
        counted += [
            _count_objects(frame, resource, "openIMIS") for frame in work.desired_rows(resource)
        ]
        for number in work.partitions:
            frame = without_tombstones(work.acknowledged(resource, number))
            counted.append(_count_objects(frame, resource, "acknowledged"))
        counted += [
            frame.with_columns(resource=pl.lit(resource.name), side=pl.lit("DHIS2"))
            for frame in work.results(resource, "counts")
        ]
    return totals(counted, findings(work))


def _count_objects(rows: pl.LazyFrame, resource: Resource, side: str) -> pl.LazyFrame:
    named = {"resource": pl.lit(resource.name), "side": pl.lit(side)}
    return rows.group_by("orgUnit").agg(objects=pl.len()).with_columns(**named)


def place_names(work: Reconciliation) -> pl.DataFrame:
    """Return uid and name of the org units that openIMIS has; DHIS2's own have none here.

    A withdrawal wants nothing of any resource, and has read no places.
    """
    if work.desired is None or not DesiredManifest.read(work.desired).rows:
        return pl.DataFrame(schema={"uid": pl.String, "name": pl.String})
    return (
        scan_frame(work.desired.desired(ORG_UNITS, 0)).select("uid", "name").drop_nulls().collect()
    )


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
