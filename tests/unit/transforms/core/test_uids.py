"""UIDs are those of the tool before this one, so that what it pushed is updated, not doubled."""

import polars as pl
import pytest

from transforms.core.uids import _content, hashed_uid, uid_of_generation, uid_of_uuid


def of(expression: pl.Expr, value: str | None) -> str | None:
    return pl.DataFrame({"x": [value]}, schema={"x": pl.String}).select(expression).item()


@pytest.mark.parametrize(
    ("uuid", "uid"),
    [
        ("0539afeb-21a1-4b3f-9478-23e6f41b0024", "BEhw8eIFbU8"),
        ("0539AFEB21A14B3F947823E6F41B0024", "BEhw8eIFbU8"),
        ("27ffffff-0000-0000-0000-000000000000", "JBBB0000000"),
        ("f8fc0000-0000-0000-0000-000000000000", "AB000000000"),
        (None, None),
    ],
)
def test_a_uuid_gives_the_uid_that_the_earlier_tool_gave(uuid, uid):
    assert of(uid_of_uuid(pl.col("x")), uuid) == uid


@pytest.mark.parametrize(
    ("salt", "key", "uid"),
    [
        ("gender", "M", "A9d5NUvDvEC"),
        ("diagnosis", "46", "cuBXnjLj8Ps"),
        ("claimItem", "1", "Rj2PyVsb4Ed"),
        ("claimService", "1", "UotNxUu0689"),
        ("insureePolicy", "1", "BEKUgGjL6ff"),
        ("DataElement", "NB_INSUREES", "IjXDFHSWw8n"),
    ],
)
def test_a_salted_key_gives_the_uid_that_the_earlier_tool_gave(salt, key, uid):
    assert of(hashed_uid(pl.lit(salt) + pl.col("x")), key) == uid


def test_every_generation_has_a_uid_of_its_own():
    uids = {
        of(uid_of_generation("claim_items", pl.col("x"), pl.lit(generation)), "1")
        for generation in range(5)
    }

    assert len(uids) == 5


def test_the_texts_that_uids_are_read_from_lie_one_after_another():
    texts = [f"{number:08d}-0000-0000-0000-00000000000{number}" for number in range(5)]

    whole = pl.Series(texts)
    chunked = pl.concat([pl.Series(texts[:2]), pl.Series(texts[2:])], rechunk=False)

    for series in (whole, whole[1:4], chunked):
        assert _content(series).to_pybytes() == "".join(series).encode()
    uids = whole.to_frame("x").select(uid_of_uuid(pl.col("x"))).to_series().to_list()
    assert (
        whole[1:4].to_frame("x").select(uid_of_uuid(pl.col("x"))).to_series().to_list() == uids[1:4]
    )
