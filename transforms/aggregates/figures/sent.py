"""What counts: what the tracker would send, so that both kinds of load say the same.

A row that breaks a rule, or that cannot be read, is held back there with all that hangs on it, and
counts in no figure here.
"""

from collections.abc import Mapping

import polars as pl

from transforms.core.memory import collect_once
from transforms.model.held_back import rows_in_doubt, with_doubts
from transforms.model.resources import RESOURCES
from transforms.openimis.doubts import Doubts


def sent_objects(desired: Mapping[str, pl.LazyFrame], doubts: Doubts) -> dict[str, pl.LazyFrame]:
    """Return the objects that are not held back: `key` and `occurredAt`; in memory.

    Args:
        desired: Name of every resource to its frame, before privacy.
        doubts: What cannot be told of openIMIS.
    """
    sent: dict[str, pl.LazyFrame] = {}
    for resource in RESOURCES:
        judged = with_doubts(desired[resource.name], rows_in_doubt(doubts, resource.name))
        sound = judged.filter(pl.col("faults").list.len() == 0)
        if resource.parent:
            sound = sound.join(sent[resource.parent], left_on="parent", right_on="key", how="semi")
        sent[resource.name] = collect_once(sound.select("key", "occurredAt"))
    return sent
