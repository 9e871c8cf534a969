"""What is much, in a sentence each."""

from transforms.changes.guards.magnitude import LIFTED_BY, Finding, MagnitudeKind
from transforms.model.resources import EVERY_BY_NAME, OPTIONS, ORG_UNITS
from transforms.model.tables.option_sets import OPTION_SETS

NAMES_OF_ORG_UNITS = {
    "name": "Name",
    "parentUid": "Parent",
    "closedDate": "Closed date",
    "groups": "Groups",
    "geometry": "Coordinates",
}
SETS = {each.uid: each.name for each in OPTION_SETS}


def sentence(finding: Finding) -> str:
    """Say what was found, what becomes of it, and what to do."""
    found = _what(finding)
    if finding.kind is MagnitudeKind.VANISHES:
        return f"{found}: {finding.why}."
    if finding.why:
        return f"{found}: {finding.why}; it goes."
    if finding.kind is MagnitudeKind.PSEUDONYMS:
        return (
            f"The pseudonym key is another than that of the pseudonyms in DHIS2: {found}. It is "
            f"held back: DHIS2 keeps what it has of it, new people go without, and everything else "
            f"goes. Save the old key in the block again (with --replace); or, if it was changed on "
            f"purpose, {LIFTED_BY[finding.kind].lifts} in a new run, which sends all of them anew. "
            f"Of this, nothing was posted."
        )
    return (
        f"{found}, more than the country file's [guards] let through. It is held back, DHIS2 keeps "
        f"what it has of it, and everything else goes. If openIMIS and this release are right, "
        f"{LIFTED_BY[finding.kind].lifts} in a new run; else find out what has changed it: another "
        f"release, a lost column, another time zone. Of this, nothing was posted."
    )


def _what(finding: Finding) -> str:
    name = value_name(finding.resource, finding.name)
    share = f"{finding.objects:,} of {finding.of:,} {finding.resource}"
    whole = {
        MagnitudeKind.CREATES: f"The run would create {finding.objects:,} {finding.resource}, "
        f"where DHIS2 holds {finding.of:,}",
        MagnitudeKind.DELETES: f"The run would delete {share}",
        MagnitudeKind.CHANGES: f"The run would change {share}",
        MagnitudeKind.VANISHES: f"openIMIS no longer has {share}",
    }
    of_value = {
        MagnitudeKind.CHANGES: f"{name} becomes another for {share}",
        MagnitudeKind.EMPTIES: f"{name} becomes empty for {share}",
        MagnitudeKind.PSEUDONYMS: f"{name} would become another for {share}",
        MagnitudeKind.FILLS: f"{name} gets a first value for {share}",
        MagnitudeKind.DUE: f"{name} moves on for {share}",
        MagnitudeKind.VANISHES: f"openIMIS no longer has {share} of {SETS.get(finding.name)}",
    }
    return of_value[finding.kind] if finding.name else whole[finding.kind]


def value_name(resource: str, name: str) -> str:
    """Return what a value is called in DHIS2; one that is no longer sent has only its key."""
    return _names(resource).get(name, name)


def _names(resource: str) -> dict[str, str]:
    if resource == ORG_UNITS:
        return NAMES_OF_ORG_UNITS
    if resource == OPTIONS:
        return {uid: f"Name in {each}" for uid, each in SETS.items()}
    return {each.key: each.name for each in EVERY_BY_NAME[resource].fields}
