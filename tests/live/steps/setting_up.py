"""Whose the server is, and bringing it to where it can take the data."""

import json
from collections.abc import Iterator
from typing import Any

from tests.live.context import Live
from tests.live.outcomes import Counts, must, must_be_equal
from transforms.dhis2.analytical_objects import as_sent
from transforms.dhis2.metadata_merge import strip_shown_only
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES, SHOWN_ONLY

Json = dict[str, Any]

FIRM: dict[str, tuple[str, Any]] = {
    "programIndicators": ("expression", "V{event_count} + 1"),
    "indicators": ("numerator", "1"),
    "visualizations": ("title", "Somebody's title"),
    "eventVisualizations": ("topLimit", 3),
    "dashboards": ("name", "Somebody's name"),
    "dataElements": ("aggregationType", "MAX"),
}
"""Class to a property that is ours, and what somebody makes of it."""

SOME = 25
"""Objects of a class that are asked for one by one."""


def claim(live: Live) -> Counts:
    """The server is empty, or a run before has made all that it holds."""
    info = live.server.info
    strangers = live.server.strangers()
    must(
        not strangers,
        f"this DHIS2 holds {' and '.join(strangers)} that are not of test-live. Nothing was done "
        f"to it. Name an empty, disposable server, or empty this one",
    )
    live.server.leave_mark()
    removed = live.server.empty()
    left = live.server.deleted_people()
    must(not left, f"DHIS2 keeps {left} deleted persons of a run before: make its database anew")
    return {"version": info.version, "people removed": removed}


def plan(live: Live) -> Counts:
    """The plan of set-up writes nothing."""
    live.pilot.save_source()
    live.logins["admin"] = live.server.admin
    live.as_user("admin")
    return (
        live.pilot.set_up("set-up-plan", apply=False).must_complete().must_write_nothing().counts()
    )


def apply(live: Live) -> Counts:
    """Set-up makes what DHIS2 lacks."""
    # The administrator changes objects by hand in later steps, and needs org units of its own.
    done = live.pilot.set_up("set-up", loader_user=live.logins["admin"].username).must_complete()
    live.server.leave_mark()
    return done.counts() | {"objects": sum(len(live.server.ids(kind)) for kind in METADATA_CLASSES)}


def apply_again(live: Live) -> Counts:
    """Set-up done again writes nothing."""
    return live.pilot.set_up("set-up-again").must_complete().must_write_nothing().counts()


def after_the_days(live: Live) -> Counts:
    """Set-up after days of changes makes what is new, and then nothing."""
    live.as_user("admin")
    done = live.pilot.set_up("set-up-later").must_complete()
    live.pilot.set_up("set-up-later-again").must_complete().must_write_nothing()
    live.as_user("loader")
    return done.counts()


def mended(live: Live) -> Counts:
    """What somebody changed in the package is changed back by set-up, and then nothing is."""
    firm = {kind: _meddled(live, kind, name, other) for kind, (name, other) in FIRM.items()}
    live.pilot.set_up("mended").must_complete()
    for kind, (uid, wanted) in firm.items():
        name = FIRM[kind][0]
        found = live.server.get(f"/api/{kind}/{uid}", fields=name).get(name)
        must_be_equal(f"{name} of {kind} {uid}", found, wanted)
    live.pilot.set_up("mended-again").must_complete().must_write_nothing()
    return {"classes": len(firm)}


def _meddled(live: Live, kind: str, name: str, other: Any) -> tuple[str, Any]:
    """Change a property of an object as somebody in DHIS2 does; return its UID and what it was."""
    uid = min(live.server.ids(kind))
    whole = live.server.get(f"/api/{kind}/{uid}", fields=":owner")
    mode = {"importStrategy": "UPDATE", "atomicMode": "ALL"}
    live.server.write("POST", "/api/metadata", {kind: [whole | {name: other}]}, **mode)
    return uid, whole.get(name)


def lists_show_what_singles_show(live: Live) -> Counts:
    """Every class that is read in lists shows there what it shows one by one."""
    compared = 0
    otherwise: list[str] = []
    for kind in METADATA_CLASSES:
        listed = _listed(live, kind)
        compared += len(listed)
        names = {name for thing in listed for name in _differing(live, kind, thing)}
        if names and not METADATA_CLASSES[kind].read_one_by_one:
            otherwise.append(f"{kind} ({', '.join(sorted(names))})")
    must(not otherwise, f"The list form shows otherwise: {'; '.join(otherwise)}")
    return {"classes": len(METADATA_CLASSES), "objects": compared}


def _listed(live: Live, kind: str) -> list[Json]:
    some = sorted(live.server.ids(kind))[:SOME]
    asked = {"fields": METADATA_CLASSES[kind].fields, "paging": "false"}
    found: list[Json] = live.server.get(
        f"/api/{kind}", **asked, filter=f"id:in:[{','.join(some)}]"
    )[kind]
    return found


def _differing(live: Live, kind: str, listed: Json) -> Iterator[str]:
    single = live.server.get(f"/api/{kind}/{listed['id']}", fields=METADATA_CLASSES[kind].fields)
    one, other = (as_sent(kind, strip_shown_only(thing)) for thing in (listed, single))
    for name in one.keys() | other.keys():
        if _in_order(one.get(name)) != _in_order(other.get(name)):
            yield name


def _in_order(thing: Any) -> Any:
    """Return lists of objects in an order of their own, without what DHIS2 only shows."""
    if isinstance(thing, list):
        return sorted(
            (_in_order(each) for each in thing), key=lambda each: json.dumps(each, sort_keys=True)
        )
    if isinstance(thing, dict):
        return {name: _in_order(each) for name, each in thing.items() if name not in SHOWN_ONLY}
    return thing
