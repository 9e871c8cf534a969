"""UIDs, against the seed's algorithm written down letter by letter."""

import hashlib
import uuid

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.uids import LETTERS, hashed_uid, uid_of_generation, uid_of_uuid

NO_UUIDS = st.none() | st.text() | st.text("0123456789abcdef-", min_size=30, max_size=38)
SPELLINGS = (str, lambda each: str(each).upper(), lambda each: each.hex)


def letter_by_letter(digits: str) -> str:
    values = [byte >> 2 for byte in bytes.fromhex(digits)[:11]]
    first = values[0] + 10 if values[0] < 10 else values[0]
    return "".join(LETTERS[value] for value in (first, *values[1:]))


def uids(expression: pl.Expr, texts: list[str | None]) -> list[str | None]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(uid=expression)["uid"].to_list()


@given(keys=st.lists(st.uuids()), spelling=st.sampled_from(SPELLINGS))
def test_a_uuid_gives_the_seeds_uid_however_it_is_spelled(keys, spelling):
    found = uids(uid_of_uuid(pl.col("text")), [spelling(key) for key in keys])

    assert found == [letter_by_letter(key.hex) for key in keys]


@given(texts=st.lists(NO_UUIDS | st.uuids().map(str)))
def test_what_is_no_uuid_has_no_uid(texts):
    found = uids(uid_of_uuid(pl.col("text")), texts)

    for text, uid in zip(texts, found, strict=True):
        digits = "" if text is None else text.replace("-", "")
        is_uuid = len(digits) == 32 and set(digits) <= set("0123456789abcdefABCDEF")
        assert uid == (letter_by_letter(digits) if is_uuid else None)


@given(texts=st.lists(st.none() | st.text()))
def test_any_text_gives_the_uid_of_its_digest(texts):
    found = uids(hashed_uid(pl.col("text")), texts)

    assert found == [
        None if text is None else letter_by_letter(hashlib.md5(text.encode()).hexdigest())
        for text in texts
    ]


@given(keys=st.lists(st.uuids().map(str), min_size=1))
def test_every_generation_has_a_uid_of_its_own(keys):
    generations = [
        uids(uid_of_generation("claims", pl.col("text"), pl.lit(number)), keys)
        for number in range(3)
    ]

    assert len({uid for found in generations for uid in found}) == 3 * len(set(keys))


def test_a_column_in_several_pieces_is_read_whole():
    keys = [uuid.UUID(int=number << 64) for number in range(6)]
    pieces = [pl.Series("text", [str(key) for key in keys[at : at + 2]]) for at in (0, 2, 4)]

    found = pl.concat(pieces, rechunk=False)[1:].to_frame().select(uid_of_uuid(pl.col("text")))

    assert found["text"].to_list() == [letter_by_letter(key.hex) for key in keys[1:]]
