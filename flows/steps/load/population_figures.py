"""Figures of the population: read from a file, judged, and written where DHIS2 has others."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.population_values import (
    RefusedFigures,
    assigned_org_units,
    read_present_values,
    write_values,
)
from flows.steps.shared.current_state import current_or_first
from flows.steps.shared.decisions import placement_by, read_decisions
from staging.layout import Run, Target
from staging.snapshots import PLACES, is_complete, read_snapshot
from transforms.core.csv_texts import rows_of
from transforms.core.errors import CountryError, StagingError
from transforms.matching.placement import with_own_org_units
from transforms.model.tables.calendars import Calendar
from transforms.openimis.country import Country
from transforms.openimis.register import register_of
from transforms.openimis.tables.places import PLACE_LEVEL
from transforms.package.population import FIGURES, figures


@dataclass(frozen=True)
class ImportResult:
    """What became of the lines of a file.

    Attributes:
        written: How many figures were new or changed.
        unchanged: How many DHIS2 had already.
        rejects: key, stage and reasons of those that are not in DHIS2.
    """

    written: int
    unchanged: int
    rejects: pl.DataFrame

    @property
    def markdown(self) -> str:
        """What people read."""
        return (
            f"Population: {self.written} figures written, {self.unchanged} unchanged, "
            f"{len(self.rejects)} rejected."
        )


def write_figures(
    client: Dhis2,
    calendar: Calendar,
    country: Country,
    rows: pl.DataFrame,
    places: pl.LazyFrame,
) -> ImportResult:
    """Write the figures that DHIS2 does not hold as the file has them."""
    judged = figures(
        rows,
        places,
        level=_location_type(country),
        assigned=assigned_org_units(client),
        calendar=calendar,
        now=datetime.now(UTC).year,
    )
    good = judged.filter(pl.col("faults").list.len() == 0).to_dicts()
    present = {
        year: read_present_values(client, country, year) for year in {row["period"] for row in good}
    }
    changed = [row for row in good if present[row["period"]].get(row["orgUnit"]) != row["value"]]
    refused = write_values(client, changed)
    return ImportResult(
        written=len(changed) - len(refused),
        unchanged=len(good) - len(changed),
        rejects=_rejects(judged, refused),
    )


def read_figures(file: Path) -> pl.DataFrame:
    """Return the lines of a file of figures, all as text.

    Raises:
        CountryError: It cannot be read, lacks a column, or has no line.
    """
    try:
        rows = rows_of(file.read_bytes())
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise CountryError(
            f"The file of population figures {file} cannot be read as CSV in UTF-8 "
            f"({type(error).__name__}). Expected is one with the columns {', '.join(FIGURES)}. "
            f"No figure was written."
        ) from error
    rows = rows.rename({name: name.strip().lower() for name in rows.columns})
    if missing := [name for name in FIGURES if name not in rows.columns]:
        raise CountryError(
            f"The file of population figures {file} has no column {', '.join(missing)}; its first "
            f"line must name {', '.join(FIGURES)}, with commas, semicolons or tabs between. No "
            f"figure was written."
        )
    if rows.is_empty():
        raise CountryError(
            f"The file of population figures {file} has no line below its first. Expected is one "
            f"line a place and year. No figure was written."
        )
    return rows


def read_places(target: Target, places_run: str | None, country: Country) -> pl.LazyFrame:
    """Return the locations as a run found them: the named one, or the target's last.

    Raises:
        StagingError: There is no such run, or it has no snapshot.
    """
    current = current_or_first(target, 0)
    run_id = places_run or current.last_ended or current.last_run
    if run_id is None or not is_complete(Run(target.root, run_id)):
        raise StagingError(
            f"Which places there are says the snapshot of a run, and "
            f"{f'run {run_id} has none' if run_id else f'{target.name} has had no load'}. Run "
            f"sync first, or name a run (set-up-dhis2's will do) with places_run. No figure was "
            f"written."
        )
    frames = read_snapshot(Run(target.root, run_id), PLACES).frames
    register = register_of(frames, country)
    placement = placement_by(read_decisions(target, country), register, country)
    return register.places if placement is None else with_own_org_units(register.places, placement)


def _location_type(country: Country) -> str:
    return next(row.code for row in PLACE_LEVEL.groups if row.key == country.population.level)


def _rejects(judged: pl.DataFrame, refused: RefusedFigures) -> pl.DataFrame:
    ours = judged.filter(pl.col("faults").list.len() > 0).select(
        "key", stage=pl.lit("rule"), reasons="faults"
    )
    theirs = pl.DataFrame(
        {"key": list(refused), "reasons": list(refused.values())},
        schema={"key": pl.String, "reasons": pl.List(pl.String)},
    ).select("key", "reasons", stage=pl.lit("dhis2"))
    return pl.concat([ours, theirs.select(ours.columns)])
