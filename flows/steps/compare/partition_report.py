"""What is reported of the objects of a partition, and of all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from transforms.changes.answers.reject_rows import sum_by_reason
from transforms.changes.objects.schemas import TEXTS
from transforms.model.resources import RESOURCE_BY_NAME

Reasons = dict[str, dict[str, int]]
"""Resource → reason → objects."""


@dataclass(frozen=True)
class ObjectCounts:
    """How many objects have notes, and how many are counted only.

    Attributes:
        noted: Objects, changed or not, of which something is left out.
        counted_only: Objects that DHIS2 does not have, and that are neither sent nor listed.
    """

    noted: Reasons
    counted_only: Reasons


@dataclass(frozen=True)
class PartitionReport:
    """What is reported of the objects of a partition.

    Attributes:
        rejects: Resource to what a rule held back, and notes of what is posted.
        noted: Resource to reason and count of what is left out of any object.
        counted_only: Resource to reason and count of objects that are counted only.
    """

    rejects: Mapping[str, pl.DataFrame]
    noted: Mapping[str, pl.DataFrame]
    counted_only: Mapping[str, pl.DataFrame]


_REPORT: dict[str, pl.DataType] = {
    "resource": pl.String(),
    "part": pl.String(),
    "key": pl.String(),
    "stage": pl.String(),
    "reasons": TEXTS,
    "reason": pl.String(),
    "count": pl.UInt32(),
}
_COLUMNS = {
    "rejects": ("key", "stage", "reasons"),
    "noted": ("reason", "count"),
    "counted_only": ("reason", "count"),
}


def as_rows(report: PartitionReport) -> pl.LazyFrame:
    """Return a report as one frame."""
    rows: list[pl.DataFrame] = [
        frame.select(pl.lit(name).alias("resource"), pl.lit(part).alias("part"), *columns)
        for part, columns in _COLUMNS.items()
        for name, frame in getattr(report, part).items()
    ]
    return pl.concat([pl.DataFrame(schema=_REPORT), *rows], how="diagonal").lazy()


def with_rejects(report: PartitionReport, more: Mapping[str, pl.DataFrame]) -> PartitionReport:
    """Return a report with more rejects of each resource."""
    rejects = {name: pl.concat([each, more[name]]) for name, each in report.rejects.items()}
    return replace(report, rejects=rejects)


def report_of(rows: pl.LazyFrame) -> PartitionReport:
    """Return the report that lies in a frame."""
    found = rows.collect()
    return PartitionReport(
        **{
            part: {
                name: found.filter(resource=name, part=part).select(columns)
                for name in RESOURCE_BY_NAME
            }
            for part, columns in _COLUMNS.items()
        }
    )


def sum_reports(reports: Sequence[PartitionReport]) -> ObjectCounts:
    """Return the counts of all partitions."""
    return ObjectCounts(
        noted=_by_reason([each.noted for each in reports]),
        counted_only=_by_reason([each.counted_only for each in reports]),
    )


def _by_reason(reports: Sequence[Mapping[str, pl.DataFrame]]) -> Reasons:
    return {name: sum_by_reason([each[name] for each in reports]) for name in reports[0]}
