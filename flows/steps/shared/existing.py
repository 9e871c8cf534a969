"""What of DHIS2's own is used in place of ours: the same as long as anything lies there."""

from staging.current import Current
from transforms.core.errors import StagingError
from transforms.core.renaming import Renaming

FEW = 5


def check_same_things(current: Current | None, renaming: Renaming) -> None:
    """Refuse to go on with other things of DHIS2's own than those under which all was loaded.

    Values lie at attributes, and people are of a type: another one would be empty, and the values
    of before would stay.

    Raises:
        StagingError: The country file names others than the last load had.
    """
    if current is None or current.last_run is None or current.withdrawn:
        return
    before, now = current.existing, renaming.theirs
    changed = [uid for uid in sorted({*before, *now}) if before.get(uid) != now.get(uid)]
    if changed:
        named = ", ".join(f"{before.get(uid, uid)} → {now.get(uid, uid)}" for uid in changed[:FEW])
        raise StagingError(
            f"The country file uses other things of DHIS2's own in place of ours (section "
            f"existing) than the last load did ({named}), and what was loaded lies at those of "
            f"before. Put the section back; or withdraw with it, change it, run set-up-dhis2, and "
            f"begin again. Nothing was posted."
        )
