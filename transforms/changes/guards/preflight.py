"""Judge, by what DHIS2 shows to the user of a load, whether it takes what is about to be posted.

A load stops only where nothing could be posted, or where what is deleted would take with it what
others have. What else DHIS2 lacks holds back what uses it: `transforms/changes/sending/lacks.py`.
Here are the sentences: what was found, what was expected, what to do. They come all together.
`flows/steps/target/preflight.py` asks the DHIS2; nothing here does.
"""

from collections.abc import Iterator

from transforms.changes.guards.permissions import Allow
from transforms.changes.sending.lacks import Lacks, outside, scopes_of
from transforms.changes.sending.offer import Needs, Offer, ProgramAccess, User
from transforms.core.errors import TargetError
from transforms.dhis2.tables.metadata_classes import DELETES_FOR_OTHERS
from transforms.model.tables.programs import PROGRAMS, Program

FEW_NAMES = 3
MERGED = (
    "Where they were merged into others or split in DHIS2, merge or split them in openIMIS as well "
    "(the families move there): DHIS2 follows openIMIS, and what is made again is empty."
)
SET_UP = "run set-up-dhis2"
WITHOUT_OPTION = "Till then persons go without the value, and events that are made of it wait."


def refuse_unready(offer: Offer, needs: Needs, *, allow_superuser: bool = False) -> None:
    """Refuse a DHIS2 to which nothing of a run could be posted, or where it would do harm.

    Raises:
        TargetError: All that is in the way, one sentence each.
    """
    _refuse(list(faults_of(offer, needs, allow_superuser=allow_superuser)))


def refuse_unreadable(offer: Offer, needs: Needs) -> None:
    """Refuse a DHIS2 that does not show to the user all that we send: it could not be compared.

    Raises:
        TargetError: All that is missing, one sentence each.
    """
    nowhere = _scope_faults(offer, needs)
    _refuse([*nowhere, *_access_of_all(offer), *_field_sentences(offer, needs)])


def _refuse(faults: list[str]) -> None:
    if faults:
        listed = " ".join(f"({number}) {fault}" for number, fault in enumerate(faults, 1))
        raise TargetError(f"DHIS2 would not take the data: {listed} Nothing was posted.")


def faults_of(offer: Offer, needs: Needs, *, allow_superuser: bool = False) -> Iterator[str]:
    """Yield why nothing of a run may be posted.

    Args:
        offer: What DHIS2 shows to the user.
        needs: What the bundles need.
        allow_superuser: Let a superuser load.
    """
    yield from _authority_faults(offer.user, allow_superuser=allow_superuser)
    yield from _scope_faults(offer, needs)
    if not offer.person_type:
        yield from _access_sentences("The tracked entity type", is_open=offer.person_type)
    if not any(access and access.is_open for access in offer.programs.values()):
        yield from _program_sentences(offer)
    if not offer.fields["trackedEntityAttributes"]:
        yield next(_field_sentences(offer, needs))


def warnings_of(offer: Offer, needs: Needs, lacks: Lacks) -> Iterator[str]:
    """Yield what DHIS2 lacks, and what becomes of what uses it; a sentence each."""
    if missing := lacks.missing_places:
        yield (
            f"{len(missing)} org units of the data are not in DHIS2, or hidden from the user: what "
            f"lies there waits. The load makes them again if it may; else {SET_UP}. {MERGED}"
        )
    yield from _scope_warnings(offer, needs)
    yield from (f"{each} What is of it waits." for each in _program_sentences(offer))
    yield from (
        f"{each} These values are left out till then." for each in _field_sentences(offer, needs)
    )
    for program in PROGRAMS:
        if units := lacks.unassigned.get(program.uid):
            needed = len(set(needs.org_units[program.uid]))
            yield (
                f"The program {program.name!r} is not assigned to {len(units)} of the {needed} org "
                f"units in which there are data for it: what is there waits. The load assigns them "
                f"if it may; else {SET_UP}, or assign it in DHIS2."
            )
    yield from _value_warnings(offer, needs)


def restored_sentences(before: Lacks, after: Lacks) -> Iterator[str]:
    """Yield what somebody had deleted in DHIS2, and the load has made again.

    Args:
        before: What DHIS2 lacked.
        after: What it still lacks.
    """
    units = (before.missing_places | before.missing_named) - (
        after.missing_places | after.missing_named
    )
    if units:
        yield f"{len(units)} org units of the data were not in DHIS2, and were made again. {MERGED}"
    if options := before.missing_options - after.missing_options:
        yield f"{len(options)} options that the data use were not in DHIS2, and were made again."


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


def _scope_faults(offer: Offer, needs: Needs) -> Iterator[str]:
    """Refuse a user whose org units allow nothing."""
    needed = needs.all_org_units & offer.lines.keys()
    for scope, units in scopes_of(offer):
        if not units or (needed and outside(offer, needed, units) == needed):
            yield _scope_sentence(scope, offer, needs, units)


def _scope_warnings(offer: Offer, needs: Needs) -> Iterator[str]:
    for scope, units in scopes_of(offer):
        if outside(offer, needs.all_org_units, units):
            yield f"{_scope_sentence(scope, offer, needs, units)} What lies there waits."


def _scope_sentence(scope: str, offer: Offer, needs: Needs, units: frozenset[str]) -> str:
    needed = needs.all_org_units & offer.lines.keys()
    count = len(outside(offer, needed, units))
    found = f"do not cover {count} of the data's {len(needed)}" if units else "are none"
    return (
        f"The user's {scope} org units {found}, so DHIS2 refuses what lies there: give the user "
        f"the country's root as {scope} org unit, then clear DHIS2's cache (2.40 and 2.41 remember "
        f"the refusal)."
    )


def _access_of_all(offer: Offer) -> Iterator[str]:
    yield from _access_sentences("The tracked entity type", is_open=offer.person_type)
    yield from _program_sentences(offer)


def _program_sentences(offer: Offer) -> Iterator[str]:
    for program in PROGRAMS:
        yield from _sentences_of_program(program, offer.programs[program.uid])


def _sentences_of_program(program: Program, found: ProgramAccess | None) -> Iterator[str]:
    if found is None or not found.is_open:
        is_open = None if found is None else False
        yield from _access_sentences(f"The program {program.name!r}", is_open=is_open)
        return
    for stage in program.stages:
        is_open = found.stages.get(stage.uid)
        yield from _access_sentences(f"The program stage {stage.name!r}", is_open=is_open)


def _access_sentences(what: str, *, is_open: bool | None) -> Iterator[str]:
    if is_open is None:
        yield (
            f"{what} is not in DHIS2, or hidden from the user: {SET_UP}, or put the user into the "
            f"group that it makes."
        )
    elif not is_open:
        yield (
            f"{what} does not let the user read and write data: put the user into the data-capture "
            f"group, or change the sharing, then clear DHIS2's cache."
        )


def _field_sentences(offer: Offer, needs: Needs) -> Iterator[str]:
    """Look for what holds the values: later patches of 2.43 show no value of a hidden one."""
    for kind, what, needed in needs.fields:
        if hidden := needed - offer.fields[kind]:
            yield (
                f"{len(hidden)} of the {len(needed)} {what} are not in DHIS2, or hidden from the "
                f"user ({', '.join(sorted(hidden)[:FEW_NAMES])}): {SET_UP}, or give the "
                f"data-capture group the right to read them."
            )


def _value_warnings(offer: Offer, needs: Needs) -> Iterator[str]:
    for uid, codes in needs.codes.items():
        found = offer.option_sets[uid]
        if found is None:
            yield f"The option set {uid} is not in DHIS2: {SET_UP}. {WITHOUT_OPTION}"
        elif missing := set(codes) - found.codes:
            yield (
                f"The option set {found.name!r} lacks {len(missing)} of the {len(set(codes))} "
                f"codes that the data use. The load makes them again if it may; else {SET_UP}. "
                f"{WITHOUT_OPTION}"
            )
