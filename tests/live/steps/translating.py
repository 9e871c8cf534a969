"""Names in other languages: added, merged with what somebody has translated, and shown."""

from typing import Any

from tests.live.context import Live
from tests.live.outcomes import Counts, must, must_be_equal
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.dhis2.tables.translation_keys import NAMED_BY_THE_COUNTRY
from transforms.model.tables.insuree import DATE_OF_BIRTH
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM

FRENCH = '[languages]\nreports = "fr"\ndhis2 = ["fr"]\n'
THEIRS = [
    {"property": "NAME", "locale": "fr", "value": "Les familles"},
    {"property": "NAME", "locale": "pt", "value": "As famílias"},
]


def translated(live: Live) -> Counts:
    """Set-up adds French names once, leaves what somebody has translated, and DHIS2 shows them."""
    live.as_user("admin")
    path = f"/api/programs/{INSUREE_PROGRAM.uid}/translations"
    must(live.server.write("PUT", path, {"translations": THEIRS}).ok, "DHIS2 translates nothing")
    text = live.pilot.country_file.read_text()
    live.pilot.country_file.write_text(f"{text}\n{FRENCH}")
    live.pilot.set_up("set-up-french").must_complete()
    counts = _count(live)
    live.pilot.set_up("set-up-french-again").must_complete().must_write_nothing()
    live.pilot.country_file.write_text(text)
    live.pilot.set_up("set-up-english").must_complete().must_write_nothing()
    must_be_equal("translations after a set-up without them", _count(live), counts)
    _is_shown(live)
    live.as_user("loader")
    return counts


def _count(live: Live) -> Counts:
    """Count the translations of each object of ours; none has two of one property and language."""
    found = objects = 0
    for kind in METADATA_CLASSES.keys() - NAMED_BY_THE_COUNTRY:
        things: list[dict[str, Any]] = live.server.get(
            f"/api/{kind}", fields="id,translations[property,locale,value]", paging="false"
        )[kind]
        for thing in things:
            keys = [(each["property"], each["locale"]) for each in thing.get("translations") or ()]
            must(len(keys) == len(set(keys)), f"{kind} {thing['id']} has one of them twice")
            found, objects = found + len(keys), objects + bool(keys)
    must(objects > 500, f"Only {objects} objects are translated")
    return {"objects": objects, "translations": found}


def _is_shown(live: Live) -> None:
    """Ask for names in French and Portuguese, as the apps do."""
    for kind, uid, locale, name in (
        ("programs", INSUREE_PROGRAM.uid, "fr", "Les familles"),
        ("programs", INSUREE_PROGRAM.uid, "pt", "As famílias"),
        ("programs", CLAIM_PROGRAM.uid, "fr", "Gestion des demandes de remboursement"),
        ("trackedEntityAttributes", DATE_OF_BIRTH.uid, "fr", "Date de naissance"),
        ("trackedEntityAttributes", DATE_OF_BIRTH.uid, "en", "Date of birth"),
    ):
        asked = {"fields": "displayName", "translate": "true", "locale": locale}
        shown = live.server.get(f"/api/{kind}/{uid}", **asked)["displayName"]
        must_be_equal(f"{kind} {uid} in {locale}", shown, name)
