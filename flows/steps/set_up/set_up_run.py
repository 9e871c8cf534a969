"""Set DHIS2 up for what a run's snapshot holds."""

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.set_up.plan_and_write import SetUp, set_up
from flows.steps.shared.decisions import placement_by
from flows.steps.target.gone_places import gone_places
from staging.layout import Run
from staging.snapshots import read_snapshot
from transforms.aggregates.category_options import category_options
from transforms.model.desired import desired_metadata, known_options
from transforms.model.resources import ORG_UNITS
from transforms.openimis.country import Country
from transforms.openimis.place_groups import lines_without_place, sentence_of_lines
from transforms.openimis.register import register_of
from transforms.package.service_groups import service_group_notes


def set_up_run(
    run: Run,
    client: Dhis2,
    country: Country,
    coordinates: pl.DataFrame | None,
    place_groups: pl.DataFrame | None = None,
    *,
    apply: bool = True,
    rename: bool = False,
    loader_user: str | None = None,
    decisions: pl.DataFrame | None = None,
) -> SetUp:
    """Write what DHIS2 lacks of the package, the org units and the options of the snapshot.

    Args:
        run: The run; its snapshot is complete.
        client: The DHIS2, for a user who may write metadata.
        country: What the country file says.
        coordinates: code, longitude and latitude of places, or None.
        place_groups: See `transforms.openimis.place_groups`; None where there is no file.
        apply: Write; else only plan.
        rename: Make ours with another name where another object has its name or code.
        loader_user: User name of the daily load, who is given what it needs.
        decisions: Rows of the file of matches; None where org units are made.

    Raises:
        TargetError: DHIS2 is not as it must be.
    """
    register = register_of(read_snapshot(run).frames, country)
    placement = placement_by(decisions, register, country)
    desired = desired_metadata(
        register, country, coordinates, place_groups, placement, has_people=False
    )
    options = known_options(register, country).collect()
    notes = [*gone_places(client, run.root, country), *service_group_notes(country, options)]
    if place_groups is not None and (lines := lines_without_place(place_groups, register)):
        notes.append(sentence_of_lines(lines))
    return set_up(
        client,
        country,
        options,
        desired[ORG_UNITS].collect(),
        apply=apply,
        rename=rename,
        loader_user=loader_user,
        notes=notes,
        categories=category_options(register, country) if country.sends_figures else None,
    )
