"""What a walk over the requirements found: met, not met, or not looked at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from transforms.core.errors import UNFORESEEN, SyncError
from transforms.core.language import ENGLISH, Language, Phrase, joined, message
from transforms.requirements.tables.requirements import Requirement


class Standing(StrEnum):
    """How a requirement stands."""

    MET = "✔"
    UNMET = "✘"
    UNSEEN = "✱"  # one that it stands on is not met


@dataclass(frozen=True)
class Seen:
    """What a look has seen.

    Attributes:
        found: What is there, in a few words.
        faults: What is not as it must be, a sentence each; none where the requirement is met.
    """

    found: str
    faults: Sequence[str] = ()


@dataclass(frozen=True)
class CheckRow:
    """What became of a requirement.

    Attributes:
        requirement: It.
        standing: How it stands.
        found: What was found, a sentence or some words each.
    """

    requirement: Requirement
    standing: Standing
    found: Sequence[str]

    def mend(self, language: Language = ENGLISH) -> str:
        """Return what to do, as a sentence; nothing where nothing has to be done."""
        mend = language.of(self.requirement.mend)
        return f"{mend[0].upper()}{mend[1:]}." if self.standing is Standing.UNMET else ""


Look = Callable[[], Seen]


def walk(
    requirements: Sequence[Requirement],
    looks: Mapping[str, Look],
    unforeseen: Callable[[BaseException], SyncError],
) -> list[CheckRow]:
    """Look at every requirement, in order, and return what was found of each.

    Args:
        requirements: Each after those that it stands on.
        looks: Key of a requirement to what looks at it.
        unforeseen: Makes of an error that nobody foresaw one that quotes no value.
    """
    findings: dict[str, CheckRow] = {}
    for each in requirements:
        unmet = [findings[key] for key in each.after if findings[key].standing is not Standing.MET]
        findings[each.key] = (
            _unseen(each, unmet) if unmet else _look(each, looks[each.key], unforeseen)
        )
    return list(findings.values())


def unmet(findings: Sequence[CheckRow]) -> list[CheckRow]:
    """Return the findings of what is not met."""
    return [each for each in findings if each.standing is Standing.UNMET]


def _unseen(requirement: Requirement, unmet: Sequence[CheckRow]) -> CheckRow:
    names = joined(message("{one} and {other}"), (full_name(each.requirement) for each in unmet))
    found = Phrase("not looked at, because of {names}", names=names)
    return CheckRow(requirement, Standing.UNSEEN, (found,))


def full_name(requirement: Requirement) -> Phrase:
    """Return a requirement with what it is about."""
    side, name = Phrase(requirement.side.value), Phrase(requirement.name)
    return Phrase("{side}: {name}", side=side, name=name)


def _look(
    requirement: Requirement, look: Look, unforeseen: Callable[[BaseException], SyncError]
) -> CheckRow:
    try:
        seen = look()
    except SyncError as error:
        return CheckRow(requirement, Standing.UNMET, (str(error),))
    except UNFORESEEN as error:
        return CheckRow(requirement, Standing.UNMET, (str(unforeseen(error)),))
    if seen.faults:
        return CheckRow(requirement, Standing.UNMET, tuple(seen.faults))
    return CheckRow(requirement, Standing.MET, (seen.found,))
