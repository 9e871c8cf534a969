"""People of DHIS2's own are read back as their owner has them; their number alone is compared."""

import polars as pl
import pytest

from transforms.changes.objects.links import LINKED, LINKS
from transforms.changes.reconciliation.linked_people import without_theirs
from transforms.core.renaming import Renaming
from transforms.model.resources import TRACKED_ENTITIES
from transforms.model.tables.insuree import FIRST_NAME, INSURANCE_NUMBER

RENAMING = Renaming(theirs={INSURANCE_NUMBER.uid: "TheirNumbe1", FIRST_NAME.uid: "TheirFirst1"})


def read_beside(confirmed: str | None, *, is_linked: bool = True) -> dict[str, str | None]:
    """What is read of a person with a number and a name, beside what was confirmed of it."""
    read = pl.DataFrame(
        {"uid": ["P"], "orgUnit": ["clinic"], INSURANCE_NUMBER.uid: ["1"], FIRST_NAME.uid: ["Ann"]}
    )
    acknowledged = pl.DataFrame(
        {"uid": ["P"], "orgUnit": ["village"], INSURANCE_NUMBER.key: [confirmed],
         FIRST_NAME.key: [None]},
        schema_overrides=dict.fromkeys((INSURANCE_NUMBER.key, FIRST_NAME.key), pl.String()),
    )  # fmt: skip
    link = {"key": "k", "uid": "P" if is_linked else "Q", "theirs": "TheirPerso1", "state": LINKED}
    links = pl.DataFrame([link], schema=LINKS)
    [row] = without_theirs(
        TRACKED_ENTITIES, read, acknowledged, links, RENAMING, INSURANCE_NUMBER.uid
    ).to_dicts()
    return dict(row)


@pytest.mark.parametrize("confirmed", ["1", "2"])
def test_a_linked_persons_number_is_what_dhis2_has(confirmed: str) -> None:
    assert read_beside(confirmed)[INSURANCE_NUMBER.uid] == "1"


def test_of_who_has_no_number_in_openimis_it_is_the_owners() -> None:
    assert read_beside(None)[INSURANCE_NUMBER.uid] is None


def test_org_unit_and_names_of_a_linked_person_are_the_owners() -> None:
    row = read_beside("1")

    assert (row["orgUnit"], row[FIRST_NAME.uid]) == ("village", None)


def test_a_person_of_our_own_is_what_was_read() -> None:
    assert read_beside(None, is_linked=False) == {
        "uid": "P", "orgUnit": "clinic", INSURANCE_NUMBER.uid: "1", FIRST_NAME.uid: "Ann",
    }  # fmt: skip
