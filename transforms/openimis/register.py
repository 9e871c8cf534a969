"""The register: openIMIS as everything behind this door sees it."""

from dataclasses import dataclass

import polars as pl

from transforms.openimis.doubts import Doubts
from transforms.openimis.frames import Frames
from transforms.openimis.reach import doubts_of
from transforms.openimis.rows import Snapshot


@dataclass(frozen=True)
class Register(Frames):
    """openIMIS in named frames, and what of it is in doubt.

    Attributes:
        doubts: What is in doubt, because values could not be read.
    """

    doubts: Doubts


def register_of(snapshot: Snapshot) -> Register:
    """Return the register of a snapshot, or of a part of it.

    Args:
        snapshot: openIMIS table name to its frame, with the columns of
            `transforms.openimis.tables.columns`, and `UNREADABLE` where a value could not be read.

    Returns:
        Lazy frames. Only one thing is computed at once: what is in doubt because of unreadable
        values. A frame raises `StagingError` on first use if the snapshot has not the table, or
        not as it must be.
    """
    doubts = doubts_of(snapshot)
    return Register(doubts.sound, doubts)


@dataclass(frozen=True)
class PartialRegister(Register):
    """The register of some people: of each of them all, and what is everybody's as of the whole.

    Attributes:
        whole: The register of everybody. Which place is an org unit, and who is the head of a
            family, nobody can say from a part.
    """

    whole: Register

    @property
    def places(self) -> pl.LazyFrame:
        """See `Frames`."""
        return self.whole.places

    @property
    def facilities(self) -> pl.LazyFrame:
        """See `Frames`."""
        return self.whole.facilities

    @property
    def heads(self) -> pl.LazyFrame:
        """See `Frames`."""
        return self.whole.heads


def part_of(whole: Register, rows: Snapshot) -> PartialRegister:
    """Return the register of some people.

    Args:
        whole: The register of everybody.
        rows: Those of these people, of the tables that
            `transforms.openimis.owners.rows_with_person` returns.
    """
    return PartialRegister({**whole.snapshot, **rows}, whole.doubts, whole)
