"""Of which figures not all values of a period arrived: they go on when the period is closed."""

import polars as pl

from flows.steps.compare.magnitude import waiting_sentences
from flows.steps.shared.acknowledged_frames import confirmed_objects
from flows.steps.shared.staged_changes import all_changes, resources_in
from staging.current import Current
from staging.layout import Run, Target
from staging.manifests import ChangesManifest
from transforms.aggregates.standing import PAIR, VALUE, pairs_of
from transforms.changes.objects.schemas import is_kept
from transforms.model.resources import DATA_VALUES


def unfinished_values(run: Run, target: Target, current: Current) -> list[str]:
    """Return `<period>:<data element>` of the values that DHIS2 has not confirmed as they were.

    Args:
        run: A run that ended.
        target: The target's files.
        current: The state in which it is folded. What was unfinished before stays so, unless the
            run was to send all that differs.
    """
    if DATA_VALUES not in resources_in(run):
        return current.unfinished
    manifest = ChangesManifest.read(run)
    is_whole = DATA_VALUES.name in manifest.wholly and not waiting_sentences(run)
    sent = all_changes(run)[DATA_VALUES.name].filter(is_kept())
    lacking = sent.join(
        confirmed_objects(target, current, DATA_VALUES), on=["key", VALUE], how="anti"
    )
    names = pairs_of(lacking).select(pl.concat_str(PAIR, separator=":")).unique().collect()
    return sorted({*names.to_series(), *([] if is_whole else current.unfinished)})
