"""The register: openIMIS as everything behind this door sees it."""

from dataclasses import dataclass

from transforms.openimis.doubts import Doubts
from transforms.openimis.frames import Frames
from transforms.openimis.reach import doubts_of
from transforms.openimis.rows import Snapshot


@dataclass(frozen=True)
class Register(Frames):
    """Named frames of what is known of openIMIS, and what is not known.

    Attributes:
        doubts: What cannot be told, because values could not be read.
    """

    doubts: Doubts


def register_of(snapshot: Snapshot) -> Register:
    """Return the register of a snapshot, or of a part of it.

    Args:
        snapshot: openIMIS table name to its frame, with the columns of
            `transforms.tables.openimis`, and `UNREADABLE` where a value could not be read.

    Returns:
        Lazy frames. At once only this is worked out: of tables with unreadable values, what is in
        doubt because of them. A frame raises `StagingError` when it is asked for and the snapshot
        has not the table, or not as it must be.
    """
    doubts = doubts_of(snapshot)
    return Register(doubts.sound, doubts)
