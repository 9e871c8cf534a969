"""Faults of DHIS2 patches that change what this package may do, or what its figures say.

From DHIS2's release notes, and from trying. A release that a fault does not name never had it. A
patch that no row names as tried is *not tried*: the release notes alone speak of it, or, of what a
chart shows, DHIS2's source. `docs/patches.md` is made of this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from transforms.dhis2.tables.versions import Release

Patch = tuple[int, ...]


class Harm(StrEnum):
    """What a fault does."""

    FIGURES = "figures"  # some figures are wrong or missing
    READING = "reading"  # objects that are read back are wrong, so reconcile cannot be trusted
    SHOWING = "showing"  # what set-up has made is not shown, so set-up cannot say what it lacks
    TOKENS = "tokens"  # no token is let in


@dataclass(frozen=True)
class PatchFault:
    """A fault of some patches.

    Attributes:
        harm: What it does.
        meaning: What is wrong, in one sentence.
        fixed: Release to the first patch without it: (2, 42) to (5,) is 2.42.5.
        tried: Version to whether a server of that version had it when it was tried.
        began: Release to the first patch with it; a release that is not named had it from its first.
    """

    harm: Harm
    meaning: str
    fixed: Mapping[Release, Patch]
    tried: Mapping[str, bool] = field(default_factory=dict)
    began: Mapping[Release, Patch] = field(default_factory=dict)


_THERE_THEN_GONE = {"2.42.0": True, "2.42.5.2": False}
_PASSED = {"2.40.12": False, "2.41.9.1": False, "2.42.5.2": False}
"""Where `make test-live` passed, which would have met the fault."""

PATCH_FAULTS: tuple[PatchFault, ...] = (
    PatchFault(Harm.SHOWING, "Charts are shown without their relative periods.", {(2, 40): (8,), (2, 41): (4,), (2, 42): (1,)}, {"2.42.0": True} | _PASSED),
    PatchFault(Harm.READING, "Pages of events name an event once for each program of its person.", {(2, 40): (8,), (2, 41): (5,), (2, 42): (1,)}, {"2.42.0": True} | _PASSED),
    PatchFault(Harm.READING, "An event may stand on two pages, and another on none.", {(2, 40): (7,), (2, 41): (3,)}, {"2.40.12": False, "2.41.9.1": False}),
    PatchFault(Harm.FIGURES, "Program indicators with boundaries at dates of program stages count other stages too, or fail.", {(2, 40): (12,), (2, 41): (8,), (2, 42): (5,)}, _THERE_THEN_GONE),
    PatchFault(Harm.FIGURES, "Filters of program indicators take a missing value for No, for 0 and for an empty text.", {(2, 40): (12,), (2, 41): (9,), (2, 42): (5,), (2, 43): (1,)}, _THERE_THEN_GONE),
    PatchFault(Harm.FIGURES, "Program indicators round decimals wrongly.", {(2, 40): (8,), (2, 41): (4,)}),
    PatchFault(Harm.FIGURES, "Some program indicators of enrollments fail or are not computed.", {(2, 43): (1,)}),
    PatchFault(Harm.FIGURES, 'Analytics tables fail where "respect category option dates" is on.', {(2, 41): (9,), (2, 42): (5,), (2, 43): (1,)}, _THERE_THEN_GONE),
    PatchFault(Harm.TOKENS, "As soon as there is a token, /api/me is answered 500.", {(2, 42): (5, 1), (2, 43): (0, 1)}, {"2.42.0": False, "2.42.5.2": False},
               began={(2, 42): (5,), (2, 43): (0,)}),
)  # fmt: skip


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
    return version_text(release, least)


def version_text(release: Release, patch: Patch) -> str:
    """Return (2, 42) and (5, 1) as `2.42.5.1`."""
    return ".".join(str(part) for part in (*release, *patch))


def _has(fault: PatchFault, release: Release, patch: Patch) -> bool:
    return release in fault.fixed and fault.began.get(release, ()) <= patch < fault.fixed[release]
