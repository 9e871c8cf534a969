"""Look for people of DHIS2's own by their number: by a filter, several numbers a request.

`filter=<attribute>:in:<number>;<number>` of a tracked entity type (2.40 to 2.43). DHIS2 compares
without case; who has another number is left out here. It lists a page of people, and so pages are
read until one is empty.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from transforms.changes.sending.linking import FOUND
from transforms.core.json_texts import Json
from transforms.dhis2.tables.versions import Dialect
from transforms.model.tables.programs import INSUREE_PROGRAM, PERSON_TYPE

NUMBERS_AT_ONCE = 200
LONGEST = 3_000
"""So many letters of numbers in an address: servers take 8 kB of header."""
PAGE = 1_000
FIELDS = "trackedEntity,deleted,attributes[attribute,value],programOwners[program,orgUnit]"
SEPARATOR = ";"
ESCAPED = {"/": "//", ",": "/,", ":": "/:"}

# It logs addresses, and these have people's numbers in them.
logging.getLogger("httpx").setLevel(logging.WARNING)


def find_people(
    client: Dhis2, dialect: Dialect, attribute: str, numbers: Sequence[str]
) -> pl.DataFrame:
    """Return who has which number: the columns of `FOUND`; who is deleted is not told.

    Args:
        client: The DHIS2.
        dialect: Its version's ways.
        attribute: Our UID of the attribute that has the number.
        numbers: Numbers; one with a semicolon cannot be asked for among others, and is not found.

    Raises:
        TargetError: DHIS2 does not let the user look.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    askable = sorted({number for number in numbers if SEPARATOR not in number})
    with ThreadPoolExecutor(dialect.in_flight, thread_name_prefix="people") as threads:
        found = threads.map(
            lambda some: [*_people_with(client, dialect, attribute, some)], _portions(askable)
        )
        rows = [row for rows in found for row in rows]
    return pl.DataFrame(rows, schema=FOUND, orient="row").unique()


def _portions(numbers: Sequence[str]) -> Iterator[list[str]]:
    some: list[str] = []
    for number in numbers:
        if len(some) == NUMBERS_AT_ONCE or sum(map(len, some)) + len(number) > LONGEST:
            yield some
            some = []
        some.append(number)
    if some:
        yield some


def _people_with(
    client: Dhis2, dialect: Dialect, attribute: str, numbers: Sequence[str]
) -> Iterator[tuple[str, str, str | None]]:
    listed = SEPARATOR.join(_escape(number) for number in numbers)
    params = {
        "trackedEntityType": PERSON_TYPE,
        "filter": f"{attribute}:in:{listed}",
        dialect.org_unit_mode: "ACCESSIBLE",
        "fields": FIELDS,
        "order": "createdAt",
        "pageSize": str(PAGE),
    }
    ours = set(numbers)
    for page in count(1):
        answer = client.get("/api/tracker/trackedEntities", params | {"page": str(page)})
        people: list[Json] = answer[dialect.page_key or "trackedEntities"]
        if not people:
            return
        for person in people:
            number = _value(person, attribute)
            if number in ours and not person.get("deleted"):
                yield number, person["trackedEntity"], _owner(person)


def _escape(number: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in number)


def _value(person: Json, attribute: str) -> str:
    values = (each["value"] for each in person["attributes"] if each["attribute"] == attribute)
    return next(values, "")


def _owner(person: Json) -> str | None:
    owners = person.get("programOwners") or ()
    units = (each["orgUnit"] for each in owners if each["program"] == INSUREE_PROGRAM.uid)
    return next(units, None)
