"""What becomes of a step: it passed, it is not as it must be, or it was not done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from transforms.core.errors import SyncError

Counts = dict[str, int | str]


class NotAsItMustBeError(Exception):
    """A step was carried out, and something was otherwise than it must be."""


class NotDoneError(Exception):
    """A step cannot be carried out here; says why."""


class Ending(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "FAILED"
    NOT_DONE = "not done"


@dataclass(frozen=True)
class Outcome:
    """What became of a step.

    Attributes:
        name: The step's name.
        title: Its sentence.
        ending: How it ended.
        seconds: How long it took.
        counts: What it counted.
        said: Why it did not pass.
    """

    name: str
    title: str
    ending: Ending
    seconds: float
    counts: Counts = field(default_factory=dict)
    said: str = ""

    @property
    def passed(self) -> bool:
        """Whether it is as it must be."""
        return self.ending is Ending.PASSED


def must(holds: object, sentence: str) -> None:
    """Stop the step with a sentence unless something holds."""
    if not holds:
        raise NotAsItMustBeError(sentence)


def must_be_equal(what: str, found: object, expected: object) -> None:
    """Stop the step unless two things are equal."""
    must(found == expected, f"{what}: {found} were found, {expected} were expected.")


def carried_out(do: Callable[[], Counts]) -> tuple[Ending, Counts, str]:
    """Carry out a step; return how it ended, what it counted, and why it did not pass."""
    try:
        return Ending.PASSED, do(), ""
    except NotDoneError as reason:
        return Ending.NOT_DONE, {}, _with_notes(reason, str(reason))
    except (NotAsItMustBeError, SyncError) as fault:
        return Ending.FAILED, {}, _with_notes(fault, str(fault))
    except Exception as error:
        return Ending.FAILED, {}, _with_notes(error, f"{type(error).__name__}: {error}")


def _with_notes(error: Exception, said: str) -> str:
    return "; ".join([said, *getattr(error, "__notes__", ())])
