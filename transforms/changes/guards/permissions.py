"""What a run does only if somebody has allowed it: the parameter `allow` of the flows.

Each guard names the one permission that lifts it. A permission holds for one run, and is written
down with it.
"""

from collections.abc import Collection
from enum import StrEnum

from transforms.core.language import Phrase


class Allow(StrEnum):
    """A permission."""

    NEW_SOURCE = "new_source"  # openIMIS is another one than before on purpose
    OLDER_SNAPSHOT = "older_snapshot"  # all clocks were set back; it is no older run
    NEW_PSEUDONYM_KEY = "new_pseudonym_key"  # the key was changed on purpose: send every number
    CREATES = "creates"  # create however much openIMIS has more than before
    CHANGES = "changes"  # change however many values, of however many objects
    EMPTIES = "empties"  # empty however many values that DHIS2 holds
    DELETES = "deletes"  # delete however much openIMIS no longer has
    MOVED_TARGET = "moved_target"  # the same DHIS2, with its data, answers at another address
    SUPERUSER = "superuser"  # load as one: DHIS2 then deletes other programs' data with a person
    BEGIN_AGAIN = "begin_again"  # fill a DHIS2 again from which all was withdrawn
    RESTATE = "restate"  # send figures of closed months again, where openIMIS has others now
    RESTORED_TARGET = "restored_target"  # DHIS2 lacks what the last load left, and that is known

    @property
    def lifts(self) -> Phrase:
        """What to do, for the sentence of a guard."""
        return Phrase("run once with allow={permission}", permission=self.value)


Permissions = Collection[Allow]
NOTHING: Permissions = frozenset()


def permissions(names: Collection[str]) -> frozenset[Allow]:
    """Return the named permissions; deployments hand them on as text."""
    return frozenset(Allow(name) for name in names)
