"""Values that were taken back of a person who did not leave after all come again."""

import sqlite3
from contextlib import closing

import pytest

from tests.support.their_people import TheirPeople
from tests.system.existing.conftest import Story, links


def end_insuree(theirs: TheirPeople, key: str) -> None:
    """Let openIMIS delete an insuree, with all claims."""
    of_insuree = "(SELECT InsureeID FROM tblInsuree WHERE LOWER(InsureeUUID) = ?)"
    with closing(sqlite3.connect(theirs.database)) as connection, connection:
        for table in ("tblClaim", "tblInsureePolicy", "tblInsuree"):
            connection.execute(
                f"UPDATE {table} SET ValidityTo = '2025-12-31' WHERE InsureeID = {of_insuree}",
                (key,),
            )


@pytest.mark.longer
def test_values_taken_back_before_a_load_ended_come_again(
    theirs: TheirPeople, story: Story
) -> None:
    person = story.people[0]
    held = theirs.sandbox.tracked_entities()[person]["attributes"]
    saved = theirs.database.read_bytes()
    end_insuree(theirs, links(theirs)[person])
    theirs.sandbox.cues.add(path="importStrategy=DELETE", status=401)

    theirs.bring("ended")
    theirs.sandbox.cues.clear()
    theirs.database.write_bytes(saved)
    theirs.bring("restored")

    assert theirs.sandbox.tracked_entities()[person]["attributes"] == held
