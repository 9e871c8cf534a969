"""A fault: what was found of a requirement that is not met."""

from dataclasses import dataclass

from transforms.requirements.tables.requirements import Requirement


@dataclass(frozen=True)
class Fault:
    """What was found; as text, the sentence of a guard: what was found, and what to do.

    Attributes:
        requirement: What is not met.
        found: What was found, without a full stop.
        besides: What else may be done.
    """

    requirement: Requirement
    found: str
    besides: str = ""

    def __str__(self) -> str:
        return f"{self.found}: {self.requirement.mend}{self.besides}."
