"""What is wrong with a file, or with the disk, in one sentence that says what to do.

A file that is not as it was written is named, and never read as data; where it lies says from what
it can be made again.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from polars.exceptions import PolarsError
from pydantic import ValidationError

from transforms.core.errors import StagingError

BACKUP = "docs/how-to/back-up-and-restore.md"
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
        "S" + AGAIN[1:] + ", which posts the bundle once more, unchanged; or start a new run, "
        "which compares what was in it again",
    ),
    (
        rf"(?P<folder>{RUN}/(desired|changes|outbox))/.*",
        "Remove the file {folder}/manifest.json, then " + AGAIN + ": this stage is made once more "
        "from the one before",
    ),
    (
        rf"(?P<folder>{RUN}/outcomes)/.*",
        "Remove the folder {folder}, then " + AGAIN + ": they are gathered from the receipts again",
    ),
    (
        rf"(?P<folder>{RUN}/rejects)/.*",
        "Remove the folder {folder}, then " + AGAIN + ": what was held back is listed again by the "
        "next run, which tries it again",
    ),
    (
        rf"(?P<folder>{RUN}/read_back)/.*",
        "Remove the folder {folder}, then start reconcile again with run_id {run}",
    ),
    (
        r"(?P<folder>.*/acknowledged/[^/]+)/.*",
        "Restore the folder {folder} from its backup (" + BACKUP + "), then start again",
    ),
    (r".*", "Restore it from a backup"),
)


class DamagedError(StagingError):
    """A file is not there, or not as it was written.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


def damaged_error(path: Path, found: str) -> DamagedError:
    """Return the error that says what was found in the place of a file, and what to do."""
    return DamagedError(
        path,
        f"{path} is damaged: {found}. {_remedy(path)}. It was not read as data, and nothing that "
        f"builds on it was done.",
    )


def malformed_error(path: Path, error: ValidationError) -> DamagedError:
    """Return the error that says how many entries of a JSON file are not as they have to be."""
    return damaged_error(path, f"{error.error_count()} of its entries are missing or malformed")


@contextmanager
def in_words(path: Path | None = None) -> Iterator[None]:
    """Translate errors of disk and polars into a StagingError: the disk is full, say, or read-only.

    Args:
        path: The file that is written, for errors that do not name one.

    Raises:
        StagingError: The disk has refused something.
    """
    try:
        yield
    except (OSError, PolarsError) as error:
        place, reason = getattr(error, "filename", None) or path, _reason(error)
        if place is None or reason is None:
            raise
        raise StagingError(
            f"{place} could not be read or written: {reason}. Make room on the disk, or let the "
            f"user who runs this read and write there, then start again. What was written so far "
            f"is whole, and nothing is lost: what was begun is settled by the next run."
        ) from error


def _reason(error: OSError | PolarsError) -> str | None:
    """Return what the operating system says; polars tells its number in the text, or a cut file."""
    number = getattr(error, "errno", None)
    if number is None and (match := re.search(r"\(os error (\d+)\)", str(error))):
        number = int(match[1])
    if number:
        return os.strerror(number)
    return "it was cut off" if "transport error" in str(error) else None


def _remedy(path: Path) -> str:
    fitting = ((re.fullmatch(place, path.as_posix()), advice) for place, advice in REMEDIES)
    return next(advice.format(**place.groupdict()) for place, advice in fitting if place)
