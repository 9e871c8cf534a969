"""Faults of DHIS2 patches that change what this package may do, or what its figures say.

From DHIS2's release notes. A release that a fault does not name never had it.
`docs/tested-servers.md` says which patches were tried; of all others only this table speaks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from transforms.dhis2.tables.versions import Release

Patch = tuple[int, ...]


class Harm(StrEnum):
    """What a fault does."""

    FIGURES = "figures"  # some figures are wrong or missing
    READING = "reading"  # objects that are read back are wrong, so reconcile cannot be believed
    TOKENS = "tokens"  # no token is let in


@dataclass(frozen=True)
class PatchFault:
    """A fault of some patches.

    Attributes:
        harm: What it does.
        meaning: What is wrong, in one sentence.
        fixed: Release to the first patch without it: (2, 42) to (5,) is 2.42.5.
    """

    harm: Harm
    meaning: str
    fixed: Mapping[Release, Patch]


PATCH_FAULTS: tuple[PatchFault, ...] = (
    PatchFault(Harm.READING, "Pages of events name an event once for each program of its person.", {(2, 40): (8,), (2, 41): (5,), (2, 42): (1,)}),
    PatchFault(Harm.READING, "An event may stand on two pages, and another on none.", {(2, 40): (7,), (2, 41): (3,)}),
    PatchFault(Harm.FIGURES, "Program indicators mistake dates of program stages as boundaries.", {(2, 40): (12,), (2, 41): (8,), (2, 42): (5,)}),
    PatchFault(Harm.FIGURES, "Program indicators mistake filters on Yes/No values.", {(2, 40): (12,), (2, 41): (9,), (2, 42): (5,), (2, 43): (1,)}),
    PatchFault(Harm.FIGURES, "Program indicators round decimals wrongly.", {(2, 40): (8,), (2, 41): (4,)}),
    PatchFault(Harm.FIGURES, "Some program indicators of enrollments fail or are not computed.", {(2, 43): (1,)}),
    PatchFault(Harm.FIGURES, 'Analytics tables fail where "respect category option dates" is on.', {(2, 41): (9,), (2, 42): (5,), (2, 43): (1,)}),
    PatchFault(Harm.TOKENS, "As soon as there is a token, /api/me is answered 500.", {(2, 42): (5, 1), (2, 43): (0, 1)}),
)  # fmt: skip

_BEGAN = {Harm.TOKENS: {(2, 42): (5,), (2, 43): (0,)}}
"""Where a fault came with a patch, instead of being there from the first one."""


def patch_faults(release: Release, patch: Patch, harm: Harm | None = None) -> list[PatchFault]:
    """Return the faults of a patch.

    Args:
        release: Such as (2, 42).
        patch: Such as (5, 2) of 2.42.5.2; empty where the version does not tell.
        harm: Only those that do this.
    """
    return [
        fault
        for fault in PATCH_FAULTS
        if patch and harm in (None, fault.harm) and _has(fault, release, patch)
    ]


def upgrade_to(release: Release, faults: list[PatchFault]) -> str:
    """Return the least version without the faults, such as `2.42.5.1`."""
    least = max(fault.fixed[release] for fault in faults)
    return ".".join(str(part) for part in (*release, *least))


def _has(fault: PatchFault, release: Release, patch: Patch) -> bool:
    began = _BEGAN.get(fault.harm, {}).get(release, ())
    return release in fault.fixed and began <= patch < fault.fixed[release]
