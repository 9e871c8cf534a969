"""Compute what DHIS2 should hold, and stage it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from staging.frames import declare_done, is_done, read_stage, write_frame, write_partitions
from staging.layout import Run
from staging.snapshots import read_snapshot
from transforms.country import Country
from transforms.desired import desired
from transforms.errors import GuardError
from transforms.metadata_changes import OPTIONS, ORG_UNITS, with_content
from transforms.options import options
from transforms.org_units import org_units
from transforms.partitions import partition_count
from transforms.privacy import fingerprint
from transforms.resources import Scope
from transforms.selection import check_scopes
from transforms.windows import Window

STAGE, KEY = "desired", "pseudonym_fingerprint"


@dataclass(frozen=True)
class Asked:
    """What a run was asked for.

    Attributes:
        country: The country file.
        coordinates: code, longitude and latitude of places, or None.
        pseudonym_key: The secret of the pseudonyms; None if none is needed.
        scopes: What is posted.
        window: The days whose changes are posted; None for all.
        key_name: Name of the saved block that the key is of.

    Raises:
        GuardError: There is no scope.
    """

    country: Country
    coordinates: pl.DataFrame | None
    pseudonym_key: str | None = field(repr=False)
    scopes: Sequence[Scope]
    window: Window | None
    key_name: str | None = None

    def __post_init__(self) -> None:
        check_scopes(self.scopes)

    @property
    def key_fingerprint(self) -> str | None:
        """Of the pseudonym key."""
        return fingerprint(self.pseudonym_key) if self.pseudonym_key else None


def stage_desired(run: Run, asked: Asked, partitions: int | None) -> None:
    """Stage what DHIS2 should hold of every resource; does nothing if that is done.

    Args:
        run: The run; its snapshot is complete.
        asked: What was asked for.
        partitions: Of the target's acknowledged state; None before its first run.

    Raises:
        GuardError: It was done with another pseudonym key.
    """
    if is_done(run, STAGE):
        _check_same_key(run, asked)
        return
    snapshot = read_snapshot(run)
    count = partitions or partition_count(snapshot.manifest.tables["tblInsuree"].rows)
    frames = desired(
        snapshot.frames,
        as_of=snapshot.as_of.date(),
        country=asked.country,
        pseudonym_key=asked.pseudonym_key,
        window=asked.window,
    )
    rows = {
        name: write_partitions(frame, count, partial(run.desired, name))
        for name, frame in frames.items()
    }
    metadata = {
        OPTIONS: options(snapshot.frames),
        ORG_UNITS: org_units(snapshot.frames, country=asked.country, coordinates=asked.coordinates),
    }
    for name, frame in metadata.items():
        write_frame(run.desired(name, 0), with_content(frame))
    manifest = {"partitions": count, "rows": rows, KEY: asked.key_fingerprint}
    declare_done(run, STAGE, manifest)


def _check_same_key(run: Run, asked: Asked) -> None:
    found = asked.key_fingerprint
    made = read_stage(run, STAGE).get(KEY, found)
    if made != found:
        raise GuardError(
            f"Run {run.run_id} has made its numbers with the pseudonym key of fingerprint {made}, "
            f"and the key is now another (fingerprint {found}). Save the key of before again, then "
            f"start this run again; or start a new run. Nothing was posted."
        )
