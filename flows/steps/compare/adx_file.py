"""The figures of a run as an ADX file, for systems that take no data values of DHIS2."""

from collections.abc import Iterator

import polars as pl

from flows.steps.compare.figures import sent_pairs, with_standing_values
from flows.steps.shared.acknowledged_frames import acknowledged
from flows.steps.shared.current_state import current_or_first
from staging.files import write_bytes
from staging.frames import scan_objects
from staging.layout import Run, Target
from staging.manifests import DesiredManifest
from staging.snapshots import read_manifest, read_snapshot
from transforms.aggregates.adx import adx
from transforms.aggregates.category_options import category_options
from transforms.core.errors import CountryError
from transforms.model.resources import DATA_VALUES
from transforms.openimis.country import Country
from transforms.openimis.register import register_of


def write_adx(run: Run, target: Target, country: Country, *, restates: bool = False) -> None:
    """Write what the target should hold after the run, of all periods that are sent.

    What the target has confirmed of closed periods stands, and what openIMIS has no more is 0 where
    the target had a value. A target that has confirmed nothing gets what was computed.

    Args:
        run: The run; what DHIS2 should hold is staged.
        target: The target's files.
        country: Which figures are sent.
        restates: Whether closed periods may be sent again.

    Raises:
        CountryError: The country file sends no figures.
    """
    if not country.sends_figures:
        raise CountryError(
            "An ADX file was requested (adx), and the country file sends no figures: set mode to "
            "aggregate or both. No file was written; the run is staged, and nothing was posted."
        )
    values = pl.concat(_values(run, target, restates=restates)).collect()
    options = category_options(register_of(read_snapshot(run).frames, country), country)
    text = adx(values, options, country, read_manifest(run).as_of)
    write_bytes(run.adx, text.encode())


def _values(run: Run, target: Target, *, restates: bool) -> Iterator[pl.LazyFrame]:
    current = current_or_first(target, 0)
    sent = sent_pairs(target, current)
    for number in range(DesiredManifest.read(run).partitions):
        desired = scan_objects(run.desired(DATA_VALUES.name, number))
        before = acknowledged(target, current, DATA_VALUES, number)
        yield with_standing_values(run, desired, before, sent, restates=restates)
