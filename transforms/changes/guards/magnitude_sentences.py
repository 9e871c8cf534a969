"""What is much, in a sentence each."""

from transforms.changes.guards.magnitude import LIFTED_BY, Finding, MagnitudeKind
from transforms.core.language import Phrase, message
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


def sentence(finding: Finding) -> Phrase:
    """Say what was found, what becomes of it, and what to do."""
    found, why = _what(finding), Phrase(finding.why)
    if finding.kind is MagnitudeKind.VANISHES:
        return Phrase("{found}: {why}.", found=found, why=why)
    if finding.why:
        return Phrase("{found}: {why}; it goes.", found=found, why=why)
    if finding.kind is MagnitudeKind.PSEUDONYMS:
        return Phrase(
            "The pseudonym key is another than that of the pseudonyms in DHIS2: {found}. It is "
            "held back: DHIS2 keeps what it has of it, new people go without, and everything else "
            "goes. Save the old key in the block again (with --replace); or, if it was changed on "
            "purpose, {lifted} in a new run, which sends all of them anew. "
            "Of this, nothing was posted.",
            found=found,
            lifted=LIFTED_BY[finding.kind].lifts,
        )
    return Phrase(
        "{found}, more than the country file's [guards] let through. It is held back, DHIS2 keeps "
        "what it has of it, and everything else goes. If openIMIS and this release are right, "
        "{lifted} in a new run; else find out what has changed it: another "
        "release, a lost column, another time zone. Of this, nothing was posted.",
        found=found,
        lifted=LIFTED_BY[finding.kind].lifts,
    )


_OF_ALL = {
    MagnitudeKind.CREATES: message(
        "The run would create {objects:,} {resource}, where DHIS2 holds {of:,}"
    ),
    MagnitudeKind.DELETES: message("The run would delete {objects:,} of {of:,} {resource}"),
    MagnitudeKind.CHANGES: message("The run would change {objects:,} of {of:,} {resource}"),
    MagnitudeKind.VANISHES: message("openIMIS no longer has {objects:,} of {of:,} {resource}"),
}
_OF_A_VALUE = {
    MagnitudeKind.CHANGES: message("{name} becomes another for {objects:,} of {of:,} {resource}"),
    MagnitudeKind.EMPTIES: message("{name} becomes empty for {objects:,} of {of:,} {resource}"),
    MagnitudeKind.PSEUDONYMS: message(
        "{name} would become another for {objects:,} of {of:,} {resource}"
    ),
    MagnitudeKind.FILLS: message("{name} gets a first value for {objects:,} of {of:,} {resource}"),
    MagnitudeKind.DUE: message("{name} moves on for {objects:,} of {of:,} {resource}"),
    MagnitudeKind.VANISHES: message(
        "openIMIS no longer has {objects:,} of {of:,} {resource} of {name}"
    ),
}


def _what(finding: Finding) -> Phrase:
    form = (_OF_A_VALUE if finding.name else _OF_ALL)[finding.kind]
    name = value_name(finding.resource, finding.name)
    if finding.kind is MagnitudeKind.VANISHES:
        name = str(SETS.get(finding.name))
    return Phrase(
        form,
        name=name,
        objects=finding.objects,
        of=finding.of,
        resource=finding.resource,
    )


def value_name(resource: str, name: str) -> str:
    """Return what a value is called in DHIS2; one that is no longer sent has only its key."""
    return _names(resource).get(name, name)


def _names(resource: str) -> dict[str, str]:
    if resource == ORG_UNITS:
        return NAMES_OF_ORG_UNITS
    if resource == OPTIONS:
        return {uid: f"Name in {each}" for uid, each in SETS.items()}
    return {each.key: each.name for each in EVERY_BY_NAME[resource].fields}
