"""One record, one list and one key of openIMIS stop no night: what they are about waits alone."""

import pytest

from flows.steps.compare.magnitude import waiting_sentences
from staging.rejects import GUARD, read_rejects
from tests.support.sandbox import Sandbox
from tests.support.scheme import KEY
from tests.system.guards.guarded import GuardedScheme, in_openimis, marry
from transforms.changes.guards.permissions import Allow
from transforms.core.errors import GuardError
from transforms.core.fields import Field
from transforms.model.privacy import fingerprint
from transforms.model.tables.insuree import CHFID, OCCUPATION, SEX

ANOTHER_KEY = "another key that is made for tests and for nothing else"
NIGHTS = ("third", "fourth", "fifth")
ANOTHER_UUID = """UPDATE "{table}" SET "{uuid}" = '00000000-0000-4000-8000-00000000abcd'
    WHERE "{key}" = (SELECT MIN("{key}") FROM "{table}")"""


def values(sandbox: Sandbox, uid: str) -> dict[str, str]:
    """Tracked entity to its value of an attribute."""
    people = sandbox.tracked_entities()
    return {
        key: each["attributes"][uid] for key, each in people.items() if uid in each["attributes"]
    }


@pytest.mark.large
def test_a_corrected_uuid_of_the_oldest_insuree_stops_no_night(scheme: GuardedScheme) -> None:
    uuid = ANOTHER_UUID.format(table="tblInsuree", key="InsureeID", uuid="InsureeUUID")
    in_openimis(scheme, uuid)

    told = [scheme.bring(night) for night in NIGHTS]

    assert scheme.current.last_run == "third"
    assert scheme.current.last_ended == "fifth"
    assert told == [None] * len(NIGHTS)


def test_oldest_rows_of_several_tables_are_another_openimis(scheme: GuardedScheme) -> None:
    in_openimis(
        scheme,
        ANOTHER_UUID.format(table="tblInsuree", key="InsureeID", uuid="InsureeUUID"),
        ANOTHER_UUID.format(table="tblFamilies", key="FamilyID", uuid="FamilyUUID"),
    )

    with pytest.raises(GuardError, match="oldest rows of tblFamilies, tblInsuree are others"):
        scheme.bring("third")


@pytest.mark.large
@pytest.mark.parametrize(
    ("table", "field"),
    [
        pytest.param("tblProfessions", OCCUPATION, id="many"),
        pytest.param("tblGender", SEX, id="all"),
    ],
)
def test_a_list_that_came_out_empty_holds_back_its_field_and_nothing_else(
    scheme: GuardedScheme, table: str, field: Field
) -> None:
    before = values(scheme.sandbox, field.uid)
    in_openimis(scheme, f'DELETE FROM "{table}"')

    for night, status in zip(NIGHTS, "WDS", strict=True):
        marry(scheme, status)
        scheme.bring(night)

        assert scheme.current.last_run == night
        assert values(scheme.sandbox, field.uid) == before


@pytest.mark.large
def test_pseudonyms_of_another_key_wait_and_everything_else_goes(scheme: GuardedScheme) -> None:
    numbers, people = values(scheme.sandbox, CHFID.uid), set(scheme.sandbox.tracked_entities())
    for night in NIGHTS:
        scheme.next_day()
        scheme.bring(night, key=ANOTHER_KEY)

        assert scheme.current.last_run == night
        now = values(scheme.sandbox, CHFID.uid)
        assert now.items() <= numbers.items()
        [sentence] = waiting_sentences(scheme.job(night).run)[:1]
        assert "allow=new_pseudonym_key" in sentence
        rows = read_rejects(scheme.job(night).run).filter(stage=GUARD).collect()
        assert set(rows["reason"]) == {"another_pseudonym_key"}
    assert set(scheme.sandbox.tracked_entities()) - people
    assert scheme.current.pseudonym_fingerprint == fingerprint(KEY)


@pytest.mark.large
def test_with_the_key_of_before_new_people_get_their_numbers_without_a_permission(
    scheme: GuardedScheme,
) -> None:
    undisturbed = scheme.moment()
    scheme.next_day(seed=2)
    scheme.bring("third")
    expected = values(scheme.sandbox, CHFID.uid)
    scheme.back_to(undisturbed)
    scheme.next_day(seed=2)

    scheme.bring("third", key=ANOTHER_KEY)
    fewer = values(scheme.sandbox, CHFID.uid)
    scheme.bring("fourth")

    assert len(fewer) < len(expected)
    assert values(scheme.sandbox, CHFID.uid) == expected


@pytest.mark.large
def test_another_key_that_is_permitted_sends_every_number_anew(scheme: GuardedScheme) -> None:
    numbers = values(scheme.sandbox, CHFID.uid)
    scheme.bring("third", key=ANOTHER_KEY)

    scheme.bring("fourth", key=ANOTHER_KEY, allow=[Allow.NEW_PSEUDONYM_KEY])
    anew = values(scheme.sandbox, CHFID.uid)
    scheme.bring("fifth", key=ANOTHER_KEY)

    assert anew.keys() == numbers.keys()
    assert not set(anew.values()) & set(numbers.values())
    assert waiting_sentences(scheme.job("fifth").run) == []
    assert scheme.current.pseudonym_fingerprint == fingerprint(ANOTHER_KEY)
