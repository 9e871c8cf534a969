"""What DHIS2 should hold, part by part of the people; each part is a unit of work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from flows.steps.compare.division import (
    divide_candidates,
    divide_register,
    divide_values,
    holders_in_part,
    part_of_people,
)
from flows.steps.compare.figures import write_figures, write_nobody
from flows.steps.compare.inputs import Inputs
from flows.steps.compare.partition_progress import PartitionProgress
from flows.steps.shared.units import ONE_BY_ONE, Units
from staging.divided import discard
from staging.frames import write_frame
from staging.layout import Run
from staging.snapshots import SNAPSHOT_STAGE, read_snapshot
from transforms.model.desired import desired
from transforms.openimis.country import Country
from transforms.openimis.register import Register, register_of


@dataclass(frozen=True)
class Parts:
    """The parts of the people; in another process their register is read anew.

    Attributes:
        run: The run; its snapshot is complete.
        as_of: The day of the snapshot, in the source's time zone.
        inputs: What the objects are made of, besides the snapshot.
        count: How many parts there are.
        placement: Where org units that DHIS2 has already stand for places; None where they are
            made.
        register: Of everybody.
    """

    run: Run
    as_of: date
    inputs: Inputs
    count: int
    placement: pl.DataFrame | None
    register: Register

    def __reduce__(self) -> tuple[Any, ...]:
        return read_parts, (self.run, self.as_of, self.inputs, self.count, self.placement)

    def divide_candidates(self, number: int) -> None:
        """Write which covers of a part may carry the value of their policy."""
        divide_candidates(self.run, self.register, self.inputs.country, number, self.count)

    def write(self, number: int) -> None:
        """Write what DHIS2 should hold of a part."""
        paid = self.inputs.country.reads_payments
        part = part_of_people(self.run, self.register, number, paid=paid)
        self._write(number, part, holders_in_part(self.run, number))

    def write_whole(self) -> None:
        """Write what DHIS2 should hold of everybody, who are not divided."""
        self._write(0, self.register, None)

    def _write(self, number: int, part: Register, holders: pl.LazyFrame | None) -> None:
        country = self.inputs.country
        if country.sends_figures:
            write_figures(self.run, number, part, self.as_of, country, holders)
        if not country.sends_persons:
            write_nobody(self.run, number)
            return
        frames = desired(
            part,
            as_of=self.as_of,
            country=country,
            pseudonym_key=self.inputs.pseudonym_key,
            window=self.inputs.window,
            holders=holders,
            placement=self.placement,
        )
        for name, frame in frames.items():
            write_frame(self.run.desired(name, number), frame.sort("person", "key"))


def write_desired(
    parts: Parts,
    units: Units = ONE_BY_ONE,
    as_before: Collection[int] = (),
    progress: PartitionProgress | None = None,
) -> None:
    """Write what DHIS2 should hold of people, policies and claims, part by part of the people.

    Args:
        parts: The parts.
        units: Does what is done part by part.
        as_before: The parts that are written already.
        progress: Told how many are done.
    """
    progress = progress or PartitionProgress()
    progress.compute(parts.count, len(as_before))
    numbers = [number for number in range(parts.count) if number not in as_before]
    if not numbers:
        return
    if parts.count == 1:
        parts.write_whole()
        progress.count_computed()
        return
    paid = parts.inputs.country.reads_payments
    divide_register(parts.run, parts.register, parts.count, paid=paid)
    units.run(parts.divide_candidates, range(parts.count))
    divide_values(parts.run, parts.count)
    units.run(parts.write, numbers, progress.count_computed)
    discard(parts.run.parts)


@lru_cache(maxsize=1)
def _register_of(run: Run, taken: float, country: str) -> Register:
    """Return the register of a run's snapshot: a process that does several parts reads it once."""
    del taken
    return register_of(read_snapshot(run).frames, Country.model_validate_json(country))


def read_parts(
    run: Run, as_of: date, inputs: Inputs, count: int, placement: pl.DataFrame | None
) -> Parts:
    """Return the parts in a process that has only the run's files."""
    taken = run.manifest(SNAPSHOT_STAGE).stat().st_mtime
    register = _register_of(run, taken, inputs.country.model_dump_json())
    return Parts(run, as_of, inputs, count, placement, register)
