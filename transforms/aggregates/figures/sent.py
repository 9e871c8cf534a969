"""What counts: what the tracker would send, so that both kinds of load say the same.

A row that breaks a rule, or that cannot be read, is held back there with all that hangs on it, and
counts in no figure here.
"""

from collections.abc import Callable, Mapping

import polars as pl

from transforms.core.memory import collect_once
from transforms.model.held_back import rows_in_doubt, with_doubts
from transforms.model.resources import RESOURCE_BY_NAME
from transforms.openimis.doubts import Doubts


class SentObjects:
    """The objects that are not held back, by the name of their resource."""

    def __init__(self, desired: Mapping[str, Callable[[], pl.LazyFrame]], doubts: Doubts) -> None:
        """Make nothing yet: a frame is made when it is first asked for.

        Args:
            desired: Name of every resource to what makes its frame, before privacy.
            doubts: What cannot be told of openIMIS.
        """
        self._desired, self._doubts = desired, doubts
        self._found: dict[str, pl.LazyFrame] = {}

    def __getitem__(self, name: str) -> pl.LazyFrame:
        """Return `key` and `occurredAt` of the objects of a resource; in memory."""
        if name not in self._found:
            self._found[name] = collect_once(self._sent(name))
        return self._found[name]

    def _sent(self, name: str) -> pl.LazyFrame:
        parent = RESOURCE_BY_NAME[name].parent
        judged = with_doubts(self._desired[name](), rows_in_doubt(self._doubts, name))
        sound = judged.filter(pl.col("faults").list.len() == 0)
        if parent:
            sound = sound.join(self[parent], left_on="parent", right_on="key", how="semi")
        return sound.select("key", "occurredAt")
