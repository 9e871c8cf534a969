"""Which options DHIS2 has no figures of: charts leave them out until set-up has made theirs.

The load may not write indicators. So a product that is newer than the last set-up is a note.
"""

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import present_uids
from staging.frames import scan_frame
from staging.layout import Run
from staging.outbox import bundles
from staging.rejects import read_rejects, write_rejects
from transforms.changes.answers.reject_rows import NOTE, option_rows
from transforms.model.resources import OPTIONS
from transforms.openimis.country import Country
from transforms.package.option_figures import figure_of_each_option, options_without_figures
from transforms.package.program_indicators import program_indicators_of

FIGURES = f"{OPTIONS}.figures"
REASON = "option_without_figures"


def note_options_without_figures(run: Run, client: Dhis2, country: Country) -> None:
    """Note which options have no figures, of lists of which others have some."""
    if not (country.sends_persons and bundles(run) and run.desired(OPTIONS, 0).exists()):
        return
    options = scan_frame(run.desired(OPTIONS, 0)).collect()
    figures = figure_of_each_option(program_indicators_of(country, options))
    keys = options_without_figures(
        figures, present_uids(client, "programIndicators", figures.values())
    )
    if keys or run.rejects(FIGURES).exists():
        reasons = pl.lit([REASON], pl.List(pl.String))
        notes = pl.DataFrame({"key": keys}, schema={"key": pl.String})
        noted = notes.with_columns(stage=pl.lit(NOTE), reasons=reasons)
        write_rejects(run, {FIGURES: option_rows(noted, options)})


def options_noted(run: Run) -> dict[str, dict[str, int]]:
    """Return resource → reason → options without figures."""
    notes = read_rejects(run).filter(stage=NOTE, resource=OPTIONS, reason=REASON)
    count = notes.select(pl.len()).collect().item()
    return {OPTIONS: {REASON: count}} if count else {}
