"""What an operator should know of the metadata in DHIS2 beside the package, in sentences."""

from collections.abc import Iterator, Mapping

from transforms.core.json_texts import Json, Payload
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES, Present


def notes(package: Payload, present: Present) -> list[str]:
    """Return names that differ, links that demand a value, data that are open to everybody."""
    pairs = list(_pairs(package, present))
    return [
        *(note for pair in pairs for note in _other_names(*pair)),
        *(note for pair in pairs for note in _demanding_links(*pair)),
        *(note for pair in pairs for note in _public_data(*pair)),
    ]


def _other_names(kind: str, ours: Json, present: Json) -> Iterator[str]:
    if "name" in METADATA_CLASSES[kind].initial and present.get("name") != ours.get("name"):
        yield (
            f"{METADATA_CLASSES[kind].thing} {ours['id']}: DHIS2 calls it "
            f"{present['name']!r}, we {ours['name']!r}; DHIS2's name stays."
        )


def _demanding_links(kind: str, ours: Json, present: Json) -> Iterator[str]:
    """Name links that are none of ours and demand a value: DHIS2 would refuse every object."""
    for name, links in METADATA_CLASSES[kind].links.items():
        targets = {link[links.target]["id"] for link in ours.get(name, ())}
        for link in present.get(name, ()):
            if link.get(links.demands) and link[links.target]["id"] not in targets:
                yield (
                    f"{METADATA_CLASSES[kind].thing} {ours['id']}: {links.target} "
                    f"{link[links.target]['id']} is none of ours and is compulsory: DHIS2 will "
                    f"refuse what we send. Make it optional."
                )


def _public_data(kind: str, ours: Json, present: Json) -> Iterator[str]:
    if "r" in str((present.get("sharing") or {}).get("public", ""))[2:4]:
        yield (
            f"{METADATA_CLASSES[kind].thing} {ours['id']}: its data are open to every user of "
            f"DHIS2 (public access {present['sharing']['public']}). Close it in DHIS2 if that is "
            f"not intended."
        )


def _pairs(package: Payload, present: Present) -> Iterator[tuple[str, Json, Json]]:
    """Yield the class, our object and DHIS2's, of each object that DHIS2 has."""
    for kind, objects in package.items():
        theirs: Mapping[str, Json] = present.get(kind, {})
        yield from ((kind, ours, theirs[ours["id"]]) for ours in objects if ours["id"] in theirs)
