"""The figures of a run as an ADX file, for systems that take no data values of DHIS2."""

import polars as pl

from staging.files import write_bytes
from staging.frames import scan_objects
from staging.layout import Run
from staging.manifests import DesiredManifest
from staging.snapshots import read_snapshot
from transforms.aggregates.adx import adx
from transforms.aggregates.category_options import category_options
from transforms.core.errors import CountryError
from transforms.model.resources import DATA_VALUES
from transforms.openimis.country import Country
from transforms.openimis.register import register_of


def write_adx(run: Run, country: Country) -> None:
    """Write what was computed of all periods that are sent, whatever DHIS2 has of it.

    Raises:
        CountryError: The country file sends no figures.
    """
    if not country.sends_figures:
        raise CountryError(
            "An ADX file was requested (adx), and the country file sends no figures: set mode to "
            "aggregate or both. No file was written; the run is staged, and nothing was posted."
        )
    numbers = range(DesiredManifest.read(run).partitions)
    frames = [scan_objects(run.desired(DATA_VALUES.name, number)) for number in numbers]
    options = category_options(register_of(read_snapshot(run).frames, country), country)
    text = adx(pl.concat(frames).collect(), options, country)
    write_bytes(run.adx, text.encode())
