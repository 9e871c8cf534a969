"""What DHIS2 lacks goes out empty and is unknown; of what it hides, nothing changes."""

import orjson
import polars as pl
import pytest

from transforms.changes.objects.schemas import UNKNOWN, State
from transforms.changes.sending.leaving_out import LeftOut, as_sent, without_values
from transforms.model.resources import TRACKED_ENTITIES
from transforms.model.tables.insuree import MARITAL, OCCUPATION

LACKS_SEVEN: LeftOut = {OCCUPATION.key: frozenset({"7"})}
HIDDEN: LeftOut = {OCCUPATION.key: None}


def person(uid: str, occupation: str | None) -> dict[str, object]:
    pairs = [
        {"attribute": MARITAL.uid, "value": "Single"},
        {"attribute": OCCUPATION.uid, "value": occupation},
    ]
    return {"trackedEntity": uid, "attributes": pairs}


Pairs = dict[str, str | None]


def sent(values: LeftOut, emptied: set[tuple[str, str]], *people: dict[str, object]) -> list[Pairs]:
    """Return attribute → value of each person that is sent."""
    body = orjson.dumps({"trackedEntities": list(people)})
    content = orjson.loads(without_values(body, values, frozenset(emptied)))
    return [
        {pair["attribute"]: pair["value"] for pair in each["attributes"]}
        for each in content["trackedEntities"]
    ]


def test_a_value_that_dhis2_lacks_goes_out_empty_and_every_other_goes() -> None:
    of_new, of_another, of_empty, of_eight = sent(
        LACKS_SEVEN,
        {("another", OCCUPATION.uid)},
        person("new", "7"),
        person("another", "7"),
        person("emptied", None),
        person("other value", "8"),
    )

    assert of_new == {MARITAL.uid: "Single"}
    assert of_another == {MARITAL.uid: "Single", OCCUPATION.uid: None}
    assert of_empty == {MARITAL.uid: "Single", OCCUPATION.uid: None}
    assert of_eight == {MARITAL.uid: "Single", OCCUPATION.uid: "8"}


def test_of_what_dhis2_hides_nothing_goes_nor_is_emptied() -> None:
    people = [person("one", "7"), person("two", None)]

    assert sent(HIDDEN, set(), *people) == [{MARITAL.uid: "Single"}] * 2


@pytest.mark.parametrize(
    ("values", "before", "desired", "after"),
    [
        (LACKS_SEVEN, "3", "7", UNKNOWN),
        (LACKS_SEVEN, None, "7", UNKNOWN),
        (LACKS_SEVEN, UNKNOWN, "7", UNKNOWN),
        (LACKS_SEVEN, "7", "7", "7"),
        (LACKS_SEVEN, "7", "8", "8"),
        (LACKS_SEVEN, "7", None, None),
        (HIDDEN, "3", "7", "3"),
        (HIDDEN, "3", None, "3"),
        (HIDDEN, None, "7", None),
    ],
)
def test_what_is_acknowledged_of_a_value_that_was_left_out(
    values: LeftOut, before: str | None, desired: str | None, after: str | None
) -> None:
    named = {"key": "key", "uid": "uid"}
    changes = pl.LazyFrame([named | {OCCUPATION.key: desired, "released": [OCCUPATION.key]}])
    acknowledged = pl.LazyFrame([named | {"state": State.HELD.value, OCCUPATION.key: before}])
    text = pl.col(OCCUPATION.key).cast(pl.String)

    rows = as_sent(
        TRACKED_ENTITIES, changes.with_columns(text), acknowledged.with_columns(text), values
    ).collect()

    assert rows[OCCUPATION.key].to_list() == [after]
    assert rows["released"].to_list() == [[] if values is HIDDEN else [OCCUPATION.key]]
