"""Judge, by what DHIS2 shows to the user of a load, whether it takes what is about to be posted.

Each fault is one sentence: what was found, what was expected, what to do. They come all together.
`flows/steps/target/preflight.py` asks the DHIS2; nothing here does.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from transforms.changes.offer import Needs, Offer, ProgramAccess, User
from transforms.changes.permissions import Allow
from transforms.core.errors import TargetError
from transforms.dhis2.tables.metadata_classes import DELETES_FOR_OTHERS
from transforms.model.tables.programs import PROGRAMS, Program

SEARCHES_EVERYWHERE = "F_TRACKED_ENTITY_INSTANCE_SEARCH_IN_ALL_ORGUNITS"
FEW_NAMES = 3
# Of what DHIS2 has: so many were deleted by hand, and what uses them are rejects.
FEW, FEW_AT_LEAST = 0.05, 3
MERGED = (
    "Where they were merged into others or split in DHIS2, merge or split them in openIMIS as well "
    "(the families move there): DHIS2 follows openIMIS, and what is made again is empty."
)


def refuse_unready(offer: Offer, needs: Needs, *, allow_superuser: bool = False) -> None:
    """Refuse a DHIS2 that would not take what the bundles of a run hold.

    Raises:
        TargetError: All that is missing, one sentence each.
    """
    if faults := list(faults_of(offer, needs, allow_superuser=allow_superuser)):
        listed = " ".join(f"({number}) {fault}" for number, fault in enumerate(faults, 1))
        raise TargetError(f"DHIS2 would not take the data: {listed} Nothing was posted.")


def faults_of(offer: Offer, needs: Needs, *, allow_superuser: bool = False) -> Iterator[str]:
    """Yield why DHIS2 would not take what the bundles of a run hold.

    Args:
        offer: What DHIS2 shows to the user.
        needs: What the bundles need.
        allow_superuser: Let a superuser load.
    """
    if needs.posts:
        yield from _authority_faults(offer.user, allow_superuser=allow_superuser)
    if offer.lines is not None:
        yield from _place_faults(offer.user, offer.lines, needs)
    yield from _sharing_faults(offer)
    yield from _field_faults(offer, needs)
    yield from _assignment_faults(offer, needs)
    yield from _option_faults(offer, needs)


def _authority_faults(user: User, *, allow_superuser: bool) -> Iterator[str]:
    """Refuse a user with whom DHIS2 deletes other programs' data, with a person, without a word."""
    if user.is_superuser:
        if not allow_superuser:
            yield (
                "The user is a superuser (authority ALL), for whom DHIS2 deletes with a person "
                "what other programs have of the person. Give the load a user of its own with the "
                f"role openIMIS Loader; or {Allow.SUPERUSER.lifts}."
            )
    elif found := sorted(DELETES_FOR_OTHERS & user.authorities):
        yield (
            f"The user has {' and '.join(found)}, with which DHIS2 deletes with a person what "
            f"other programs have of the person: take it from the user's roles (the role openIMIS "
            f"Loader is enough; set-up-dhis2 takes it from that)."
        )


def _place_faults(user: User, lines: Mapping[str, Sequence[str]], needs: Needs) -> Iterator[str]:
    missing = needs.all_org_units - lines.keys()
    if missing and not _is_few(missing, lines):
        yield (
            f"{len(missing)} org units of the data are not in DHIS2, or hidden from the user: run "
            f"set-up-dhis2, which makes again what is not there. {MERGED}"
        )
    lie_in = needs.all_org_units
    yield from _scope_faults("capture", user.capture, lines, lie_in)
    if not user.is_superuser and SEARCHES_EVERYWHERE not in user.authorities:
        yield from _scope_faults("search", user.search, lines, lie_in.union(needs.values))


def _scope_faults(
    scope: str, own: Collection[str], lines: Mapping[str, Sequence[str]], units: Collection[str]
) -> Iterator[str]:
    needed = lines.keys() & units
    outside = [unit for unit in needed if set(own).isdisjoint(lines[unit])]
    if not own or outside:
        found = f"do not cover {len(outside)} of the data's {len(needed)}" if own else "are none"
        yield (
            f"The user's {scope} org units {found}, so DHIS2 refuses what lies there: give the "
            f"user the country's root as {scope} org unit, then clear DHIS2's cache (2.40 and 2.41 "
            f"remember the refusal)."
        )


def _sharing_faults(offer: Offer) -> Iterator[str]:
    yield from _access_faults("The tracked entity type", is_open=offer.person_type)
    for program in PROGRAMS:
        yield from _program_faults(program, offer.programs[program.uid])


def _program_faults(program: Program, found: ProgramAccess | None) -> Iterator[str]:
    if found is None or not found.is_open:
        is_open = None if found is None else False
        yield from _access_faults(f"The program {program.name!r}", is_open=is_open)
        return
    for stage in program.stages:
        is_open = found.stages.get(stage.uid)
        yield from _access_faults(f"The program stage {stage.name!r}", is_open=is_open)


def _access_faults(what: str, *, is_open: bool | None) -> Iterator[str]:
    if is_open is None:
        yield (
            f"{what} is not in DHIS2, or hidden from the user: run set-up-dhis2, or put the user "
            f"into the group that it makes."
        )
    elif not is_open:
        yield (
            f"{what} does not let the user read and write data: put the user into the data-capture "
            f"group, or change the sharing, then clear DHIS2's cache."
        )


def _field_faults(offer: Offer, needs: Needs) -> Iterator[str]:
    """Look for what holds the values: later patches of 2.43 show no value of a hidden one."""
    for kind, what, needed in needs.fields:
        if hidden := needed - offer.fields[kind]:
            yield (
                f"{len(hidden)} of the {len(needed)} {what} are not in DHIS2, or hidden from the "
                f"user ({', '.join(sorted(hidden)[:FEW_NAMES])}): run set-up-dhis2, or give the "
                f"data-capture group the right to read them."
            )


def _assignment_faults(offer: Offer, needs: Needs) -> Iterator[str]:
    for program in PROGRAMS:
        needed, found = set(needs.org_units.get(program.uid, ())), offer.programs[program.uid]
        if (
            found
            and (missing := needed - found.org_units)
            and not _is_few(missing, found.org_units)
        ):
            yield (
                f"The program {program.name!r} is not assigned to {len(missing)} of the "
                f"{len(needed)} org units in which there are data for it: run set-up-dhis2 again, "
                f"or assign it in DHIS2."
            )


def _option_faults(offer: Offer, needs: Needs) -> Iterator[str]:
    for uid, needed in needs.codes.items():
        found = offer.option_sets[uid]
        if found is None:
            yield f"The option set {uid} is not in DHIS2: run set-up-dhis2."
        elif (missing := set(needed) - found.codes) and not _is_few(missing, found.codes):
            yield (
                f"The option set {found.name!r} lacks {len(missing)} of the {len(set(needed))} "
                f"codes that the data use: run set-up-dhis2, which makes them again."
            )


def _is_few(missing: Collection[str], there: Collection[str]) -> bool:
    """Whether so little is missing beside what is there that only what uses it has to wait."""
    return len(missing) < len(there) and len(missing) <= max(FEW_AT_LEAST, FEW * len(there))
