"""What set-up, or an administrator of DHIS2, has left to do; a load goes on all the same."""

from collections.abc import Iterable, Iterator, Mapping

from transforms.changes.sending.offer import User
from transforms.core.language import Phrase
from transforms.model.tables.programs import EVERY_PROGRAM
from transforms.requirements.faults import Fault
from transforms.requirements.tables.requirements import DHIS2_ASSIGNMENTS, DHIS2_AUTHORITIES


def lacking_authorities(user: User, needed: Iterable[str]) -> Iterator[Fault]:
    """Yield what the user of a load may not do, of what the role for it allows.

    Who may make public objects of a class may make private ones.
    """
    lacking = [
        each
        for each in needed
        if not {each, each.replace("_PRIVATE_", "_PUBLIC_")} & user.authorities
    ]
    if lacking and not user.is_superuser:
        found = Phrase("The user has no {authorities}", authorities=", no ".join(lacking))
        yield Fault(DHIS2_AUTHORITIES, found)


def assignment_faults(assigned: Mapping[str, bool]) -> Iterator[Fault]:
    """Yield the programs that are assigned to nothing of the country.

    Args:
        assigned: Program (UID) that the user sees, to whether it is assigned to anything there.
    """
    for program in EVERY_PROGRAM:
        if not assigned.get(program.uid, True):
            found = Phrase(
                "The program {name!r} is assigned to none of the org units of the country",
                name=program.name,
            )
            yield Fault(DHIS2_ASSIGNMENTS, found)
