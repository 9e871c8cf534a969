"""Look at the disk of the staging root; nothing is written there."""

import os
from pathlib import Path

from staging.room import bytes_of_one_more_run, free_bytes
from transforms.core.language import Phrase
from transforms.requirements.check_rows import Seen
from transforms.requirements.sentences import as_sentence, in_mebibytes, room_fault
from transforms.requirements.tables.requirements import LEAST_FREE_BYTES


class DiskLooks:
    """Looks at the staging root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def staging_root(self) -> Seen:
        """Look whether the folder is there and may be written to."""
        if not self._root.is_dir():
            return Seen("", [Phrase("{folder} is no folder.", folder=self._root)])
        if not os.access(self._root, os.W_OK | os.X_OK):
            return Seen("", [Phrase("{folder} may not be written to.", folder=self._root)])
        return Seen(str(self._root))

    def disk_room(self) -> Seen:
        """Compare the room with what one more run may take."""
        free = free_bytes(self._root)
        needed = max(LEAST_FREE_BYTES, bytes_of_one_more_run(self._root))
        fault = room_fault(free, needed, self._root)
        return Seen(Phrase("{room} free", room=in_mebibytes(free)), as_sentence(fault))
