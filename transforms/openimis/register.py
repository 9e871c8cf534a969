"""The register: openIMIS as everything behind this door sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms.core.memory import collect_once
from transforms.openimis.differences import Differences
from transforms.openimis.doubts import Doubts
from transforms.openimis.frames import Frames
from transforms.openimis.normalise import normalise
from transforms.openimis.reach import doubts_of
from transforms.openimis.rows import Rows, Tables
from transforms.openimis.subjects import Subject

NO_DIFFERENCES = Differences()


@dataclass(frozen=True)
class Register(Frames):
    """Named frames of what is known of openIMIS, and what is not known.

    Attributes:
        doubts: What cannot be told, because values could not be read.
    """

    doubts: Doubts


def register_of(snapshot: Tables, differences: Differences = NO_DIFFERENCES) -> Register:
    """Return the register of a snapshot, or of a part of it.

    Args:
        snapshot: openIMIS table name to its frame, with the columns of
            `transforms.openimis.tables.columns`, and `UNREADABLE` where a value could not be read.
        differences: What the country file says of this openIMIS; see
            `transforms.openimis.normalise`.

    Returns:
        Lazy frames. At once only this is worked out: of tables with unreadable values, what is in
        doubt because of them. A frame raises `StagingError` when it is used and the snapshot
        has not the table, or not as it must be.
    """
    doubts = doubts_of(normalise(snapshot, differences))
    return Register(doubts.sound, doubts)


@dataclass(frozen=True)
class PartialRegister(Register):
    """The register of some people: of each of them all, and what is everybody's as of the whole.

    Attributes:
        whole: The register of everybody. Which place is an org unit nobody can say from a part.
        divided: Name of a subject to the versions of its rows that these people need.
        heads_of_families: Of their families: family_id, insuree_id.
    """

    whole: Register
    divided: Mapping[str, pl.LazyFrame]
    heads_of_families: pl.LazyFrame

    def rows(self, subject: Subject) -> Rows:
        """See `Frames`."""
        if subject.name in self.divided:
            return Rows(subject.key, self.divided[subject.name])
        return self.whole.rows(subject)

    @cached_property
    def places(self) -> pl.LazyFrame:
        """See `Frames`."""
        return self.whole.places

    @cached_property
    def facilities(self) -> pl.LazyFrame:
        """See `Frames`."""
        return self.whole.facilities

    @cached_property
    def heads(self) -> pl.LazyFrame:
        """See `Frames`."""
        return collect_once(self.heads_of_families)


def part_of(
    whole: Register, divided: Mapping[str, pl.LazyFrame], heads: pl.LazyFrame
) -> PartialRegister:
    """Return the register of some people.

    Args:
        whole: The register of everybody.
        divided: Of each subject of `transforms.openimis.owners.rows_with_partition`, and of
            policies and families, the versions of the rows that these people need.
        heads: Of these families.
    """
    return PartialRegister(whole.snapshot, whole.doubts, whole, divided, heads)
