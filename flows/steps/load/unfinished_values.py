"""Of which figures not all values of a period arrived: they go on when the period is closed."""

import polars as pl

from flows.steps.compare.magnitude import waiting_sentences
from flows.steps.shared.acknowledged_frames import acknowledged
from flows.steps.shared.staged_changes import changes_of, resources_in
from staging.current import Current
from staging.layout import Run, Target
from staging.manifests import ChangesManifest
from transforms.aggregates.standing import PAIR, VALUE, pairs_of
from transforms.changes.objects.schemas import State, is_kept
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
    numbers = range(manifest.partitions)
    lacking = pl.concat(_lacking(run, target, current, number) for number in numbers)
    names = lacking.select(pl.concat_str(PAIR, separator=":")).unique().collect().to_series()
    return sorted({*names, *([] if is_whole else current.unfinished)})


def _lacking(run: Run, target: Target, current: Current, number: int) -> pl.LazyFrame:
    confirmed = acknowledged(target, current, DATA_VALUES, number).filter(state=State.HELD.value)
    sent = changes_of(run, number)[DATA_VALUES.name].filter(is_kept())
    return pairs_of(sent.join(confirmed, on=["key", VALUE], how="anti"))
