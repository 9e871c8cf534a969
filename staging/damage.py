"""A file that is not as it was written is named, with what to do; it is never read as data.

Where a file lies says from what it can be made again.
"""

import re
from pathlib import Path

from transforms.errors import StagingError

RUN = r".*/runs/(?P<run>[^/]+)"
AGAIN = "start the run again with run_id {run}"

# Where a file lies → what to do. The first that fits counts.
REMEDIES: tuple[tuple[str, str], ...] = (
    (
        rf"{RUN}/run\.json",
        "Restore it from a backup, or start a new run, which settles what this one left open",
    ),
    (rf"{RUN}/summary\.json", "It is only a report: remove it, then " + AGAIN),
    (
        rf"(?P<folder>{RUN}/snapshot)/.*",
        "Remove the folder {folder}, then " + AGAIN + ": openIMIS is read once more",
    ),
    (
        rf"{RUN}/outbox/.*\.receipt\.json",
        "S" + AGAIN[1:] + ": the bundle is then in doubt, and posted once more, unchanged",
    ),
    (
        rf"(?P<folder>{RUN}/(desired|changes|outbox))/.*",
        "Remove the file {folder}/manifest.json, then " + AGAIN + ": this stage is made once more "
        "from the one before",
    ),
    (
        rf"(?P<folder>{RUN}/(outcomes|rejects))/.*",
        "Remove the folder {folder}, then " + AGAIN,
    ),
    (
        rf"(?P<folder>{RUN}/read_back)/.*",
        "Remove the folder {folder}, then start reconcile again with run_id {run}",
    ),
    (
        r"(?P<folder>.*/acknowledged/[^/]+)/.*",
        "Restore the folder {folder} from its backup (README, Backup), then start again",
    ),
    (r"(?P<folder>.*)/.*", "Restore it from a backup"),
)


def damaged(path: Path, found: str) -> StagingError:
    """Return the error that says what was found in the place of a file, and what to do."""
    return StagingError(
        f"{path} is damaged: {found}. {_remedy(path)}. It was not read as data, and nothing that "
        f"builds on it was done."
    )


def _remedy(path: Path) -> str:
    fitting = ((re.fullmatch(place, path.as_posix()), advice) for place, advice in REMEDIES)
    return next(advice.format(**place.groupdict()) for place, advice in fitting if place)
