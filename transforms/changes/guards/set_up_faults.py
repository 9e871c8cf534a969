"""What set-up, or an administrator of DHIS2, has left to do; a load goes on all the same."""

from collections.abc import Iterable, Iterator

from transforms.changes.sending.offer import Offer, User
from transforms.model.tables.programs import PROGRAMS
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
        yield Fault(DHIS2_AUTHORITIES, f"The user has no {', no '.join(lacking)}")


def assignment_faults(offer: Offer, root: str) -> Iterator[Fault]:
    """Yield the programs that are assigned to nothing of the country.

    Args:
        offer: What DHIS2 shows to the user.
        root: UID of the country's org unit.
    """
    below = {uid for uid, line in offer.lines.items() if root in line}
    for program in PROGRAMS:
        access = offer.programs[program.uid]
        if access is not None and not access.org_units & below:
            found = f"is assigned to none of the {len(below)} org units of the country"
            yield Fault(DHIS2_ASSIGNMENTS, f"The program {program.name!r} {found}")
