"""When the changes of all partitions are looked through for what no single one can know."""

from pathlib import Path

import polars as pl
import pytest

from flows.steps.compare.comparison import Comparison
from staging.current import Current
from staging.frames import write_frame
from staging.layout import Run, Target
from staging.manifests import DesiredManifest
from transforms.changes.delta.partition_doubts import NO_PARTITION_DOUBTS
from transforms.changes.objects.schemas import CHANGE, Change, desired_schema
from transforms.core.errors import StagingError
from transforms.model.resources import RESOURCES

PARTITIONS = 2
TEXTS = ("key", "uid", "uidBefore", "parentUidBefore")


def compared(folder: Path, kind: Change) -> Comparison:
    """Return a comparison with one change of each resource; what is acknowledged is lost."""
    run, target = Run(folder, "night"), Target(folder, "ministry")
    changes = pl.LazyFrame(
        {name: [name] for name in TEXTS} | {"change": [kind.value], "generation": [0]},
        schema_overrides={"change": CHANGE},
    )
    for resource in RESOURCES:
        for number in range(PARTITIONS):
            nothing = pl.LazyFrame(schema=desired_schema(resource))
            write_frame(run.desired(resource.name, number), nothing)
            write_frame(run.changes(resource.name, number), changes)
    DesiredManifest(partitions=PARTITIONS, rows={}).declare_done(run)
    names = [each.name for each in RESOURCES]
    current = Current(
        partitions=PARTITIONS,
        versions=dict.fromkeys(names, "lost"),
        checksums=dict.fromkeys(names, ["lost"] * PARTITIONS),
    )
    return Comparison(run, target, current)


def test_while_nothing_comes_or_goes_what_is_acknowledged_is_not_looked_through(
    tmp_path: Path,
) -> None:
    assert compared(tmp_path, Change.UPDATE).doubts() is NO_PARTITION_DOUBTS


@pytest.mark.parametrize("kind", [Change.CREATE, Change.REPLACE, Change.DELETE])
def test_what_comes_or_goes_is_looked_up_among_all_that_is_acknowledged(
    tmp_path: Path, kind: Change
) -> None:
    with pytest.raises(StagingError, match="lost"):
        compared(tmp_path, kind).doubts()
