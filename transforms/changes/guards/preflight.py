"""Judge, by what DHIS2 shows to the user of a load, whether it takes what is about to be posted.

A load stops only where nothing could be posted, or where what is deleted would take with it what
others have. What else DHIS2 lacks holds back what uses it: `transforms/changes/sending/lacks.py`.
Here are the sentences: what was found; what to do comes from `transforms/requirements`. They come
all together.
`flows/steps/target/preflight.py` asks the DHIS2; nothing here does.
"""

from collections.abc import Iterator, Sequence

from transforms.changes.guards.permissions import Allow
from transforms.changes.sending.lacks import Lacks, outside, scopes_of
from transforms.changes.sending.offer import (
    Needs,
    Offer,
    ProgramAccess,
    User,
    programs_of,
    stages_of,
)
from transforms.core.errors import TargetError
from transforms.core.language import Phrase
from transforms.dhis2.tables.metadata_classes import DELETES_FOR_OTHERS
from transforms.model.tables.programs import Program, Stage
from transforms.requirements.faults import Fault
from transforms.requirements.tables.requirements import (
    DHIS2_ASSIGNMENTS,
    DHIS2_DELETES,
    DHIS2_FIELDS,
    DHIS2_ORG_UNITS,
    DHIS2_PACKAGE,
    DHIS2_SHARING,
    DHIS2_USER,
)

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
    _refuse([*scope_faults(offer, needs), *package_faults(offer, needs)])


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        listed = " ".join(f"({number}) {fault}" for number, fault in enumerate(faults, 1))
        raise TargetError(f"DHIS2 would not take the data: {listed} Nothing was posted.")


def faults_of(offer: Offer, needs: Needs, *, allow_superuser: bool = False) -> Iterator[Fault]:
    """Yield why nothing of a run may be posted.

    Args:
        offer: What DHIS2 shows to the user.
        needs: What the bundles need.
        allow_superuser: Let a superuser load.
    """
    yield from authority_faults(offer.user, allow_superuser=allow_superuser)
    yield from scope_faults(offer, needs)
    if not offer.person_type:
        yield from _access_faults(Phrase("The tracked entity type"), is_open=offer.person_type)
    if not any(access and access.is_open for access in offer.programs.values()):
        yield from _program_faults(offer, needs)
    if not offer.fields["trackedEntityAttributes"]:
        yield next(_field_faults(offer, needs))


def warnings_of(offer: Offer, needs: Needs, lacks: Lacks) -> Iterator[str]:
    """Yield what DHIS2 lacks, and what becomes of what uses it; a sentence each."""
    if missing := lacks.missing_places:
        yield (
            f"{len(missing)} org units of the data are not in DHIS2, or hidden from the user: what "
            f"lies there waits. The load makes them again if it may; else {SET_UP}. {MERGED}"
        )
    yield from _scope_warnings(offer, needs)
    yield from (f"{each} What is of it waits." for each in _program_faults(offer, needs))
    yield from (
        f"{each} These values are left out till then." for each in _field_faults(offer, needs)
    )
    for program in programs_of(needs):
        if units := lacks.unassigned.get(program.uid):
            needed = len(set(needs.org_units[program.uid]))
            yield (
                f"The program {program.name!r} is not assigned to {len(units)} of the {needed} org "
                f"units in which there are data for it: what is there waits. The load assigns them "
                f"if it may; else {DHIS2_ASSIGNMENTS.mend}."
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


def authority_faults(user: User, *, allow_superuser: bool = False) -> Iterator[Fault]:
    """Refuse a user with whom DHIS2 deletes other programs' data, with a person, without a word."""
    if user.is_superuser:
        if not allow_superuser:
            found = Phrase(
                "The user is a superuser (authority ALL), for whom DHIS2 deletes with a person "
                "what other programs have of the person"
            )
            yield Fault(DHIS2_USER, found, f"; or {Allow.SUPERUSER.lifts}")
    elif deletes := sorted(DELETES_FOR_OTHERS & user.authorities):
        found = Phrase(
            "The user has {authorities}, with which DHIS2 deletes with a person what other "
            "programs have of the person",
            authorities=" and ".join(deletes),
        )
        yield Fault(DHIS2_DELETES, found)


def scope_faults(offer: Offer, needs: Needs) -> Iterator[Fault]:
    """Refuse a user whose org units allow nothing."""
    needed = needs.all_org_units & offer.lines.keys()
    for scope, units in scopes_of(offer):
        if not units or (needed and outside(offer, needed, units) == needed):
            yield _scope_fault(scope, offer, needs, units)


def _scope_warnings(offer: Offer, needs: Needs) -> Iterator[str]:
    for scope, units in scopes_of(offer):
        if outside(offer, needs.all_org_units, units):
            yield f"{_scope_fault(scope, offer, needs, units)} What lies there waits."


def _scope_fault(scope: str, offer: Offer, needs: Needs, units: frozenset[str]) -> Fault:
    needed = needs.all_org_units & offer.lines.keys()
    if not units:
        none = Phrase(
            "The user's {scope} org units are none, so DHIS2 refuses what lies there",
            scope=Phrase(scope),
        )
        return Fault(DHIS2_ORG_UNITS, none)
    found = Phrase(
        "The user's {scope} org units do not cover {count} of the data's {of}, so DHIS2 refuses "
        "what lies there",
        scope=Phrase(scope),
        count=len(outside(offer, needed, units)),
        of=len(needed),
    )
    return Fault(DHIS2_ORG_UNITS, found)


def package_faults(offer: Offer, needs: Needs) -> Iterator[Fault]:
    """Yield what of the package DHIS2 lacks, hides from the user, or does not let the user use."""
    yield from _access_faults(Phrase("The tracked entity type"), is_open=offer.person_type)
    yield from _program_faults(offer, needs)
    yield from _field_faults(offer, needs)


def _program_faults(offer: Offer, needs: Needs) -> Iterator[Fault]:
    for program in programs_of(needs):
        stages = stages_of(program, needs)
        yield from _faults_of_program(program, stages, offer.programs[program.uid])


def _faults_of_program(
    program: Program, stages: Sequence[Stage], found: ProgramAccess | None
) -> Iterator[Fault]:
    if found is None or not found.is_open:
        is_open = None if found is None else False
        yield from _access_faults(
            Phrase("The program {name!r}", name=program.name), is_open=is_open
        )
        return
    for stage in stages:
        is_open = found.stages.get(stage.uid)
        yield from _access_faults(
            Phrase("The program stage {name!r}", name=stage.name), is_open=is_open
        )


def _access_faults(what: Phrase, *, is_open: bool | None) -> Iterator[Fault]:
    if is_open is None:
        found = Phrase("{what} is not in DHIS2, or hidden from the user", what=what)
        yield Fault(DHIS2_PACKAGE, found)
    elif not is_open:
        found = Phrase("{what} does not let the user read and write data", what=what)
        yield Fault(DHIS2_SHARING, found)


def _field_faults(offer: Offer, needs: Needs) -> Iterator[Fault]:
    """Look for what holds the values: later patches of 2.43 show no value of a hidden one."""
    for kind, what, needed in needs.fields:
        if hidden := needed - offer.fields[kind]:
            found = Phrase(
                "{count} of the {of} {what} are not in DHIS2, or hidden from the user ({names})",
                count=len(hidden),
                of=len(needed),
                what=Phrase(what),
                names=", ".join(sorted(hidden)[:FEW_NAMES]),
            )
            yield Fault(DHIS2_FIELDS, found)


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
