"""Request bodies are made as text: they are, to the byte, what a JSON library would write."""

import orjson
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.world import desired_frame
from transforms.changes.delta.deltas import delta
from transforms.changes.objects.phases import Phase
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.changes.sending.bundles import number_bundles, render_bundles
from transforms.core.json_texts import constant, json_list, json_object, quote, quoted_or_null
from transforms.model.field_keys import KEY_OF_UID
from transforms.model.resources import RESOURCES, TRACKED_ENTITIES

CONTROLS = "".join(map(chr, range(0x20)))
AWKWARD = st.text(st.sampled_from(f'{CONTROLS}"\\/\x7f\u2028\ufeffé字😀a,:{{}}[]'))
TEXTS = st.lists(st.none() | st.text() | AWKWARD)
VALUES = st.lists(st.none() | AWKWARD, min_size=3, max_size=3)
PERSON = "11111111-0000-4000-8000-000000000000"
NO_ENROLLMENTS = {
    each.name: delta(
        each,
        desired_frame(each, []),
        pl.LazyFrame(schema=acknowledged_schema(each)),
        above=None,
    ).changes.lazy()
    for each in RESOURCES
}

Values = dict[str, str | None]


@given(texts=TEXTS)
def test_any_text_is_quoted_as_a_json_library_quotes_it(texts):
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})

    found = frame.select(text=json_object({"text": quoted_or_null(pl.col("text"))}))[
        "text"
    ].to_list()

    assert found == [orjson.dumps({"text": text}).decode() for text in texts]


@given(texts=TEXTS)
def test_a_list_of_objects_leaves_out_what_is_null(texts):
    pairs = [
        json_object({"name": constant(str(number)), "value": quote(pl.lit(text, pl.String))})
        for number, text in enumerate(texts)
    ]

    found = pl.select(json_object({"list": json_list([*pairs, pl.lit(None, pl.String)])})).item()

    expected = [
        {"name": str(number), "value": text}
        for number, text in enumerate(texts)
        if text is not None
    ]
    assert found == orjson.dumps({"list": expected}).decode()


@given(before=VALUES, after=VALUES)
def test_an_update_sends_what_is_there_and_empties_what_was(before, after):
    names = [field.key for field in TRACKED_ENTITIES.fields]

    sent = _sent(dict(zip(names, before, strict=False)), dict(zip(names, after, strict=False)))

    there = {name: text for name, text in zip(names, after, strict=False) if text is not None}
    emptied = [
        name
        for name, was, now in zip(names, before, after, strict=False)
        if was is not None and now is None
    ]
    assert sent == ([there | dict.fromkeys(emptied)] if before != after else [])


def _sent(before: Values, after: Values) -> list[Values]:
    """Return the attributes that an update of one person sends; nothing if there is none."""
    person = {"key": PERSON, "person": PERSON, "orgUnit": "ouVillage01"}
    known = {"uid": "V0000000001", "state": "held", "generation": 0}
    acknowledged = pl.LazyFrame(
        [{**person, **known, **before}], schema=acknowledged_schema(TRACKED_ENTITIES)
    )
    desired = desired_frame(TRACKED_ENTITIES, [{**person, **after}])
    found = delta(TRACKED_ENTITIES, desired, acknowledged, above=None).changes
    people = number_bundles(found.lazy().select("person"), 1)
    bodies = render_bundles(
        Phase.PEOPLE, {**NO_ENROLLMENTS, TRACKED_ENTITIES.name: found.lazy()}, people
    )
    return [
        {KEY_OF_UID[pair["attribute"]]: pair["value"] for pair in each["attributes"]}
        for body in bodies["body"]
        for each in orjson.loads(body)["trackedEntities"]
    ]
