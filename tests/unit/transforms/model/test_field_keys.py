"""Field keys in our frames, and UIDs where DHIS2 is spoken to."""

import polars as pl
import pytest

from transforms.core.errors import StagingError
from transforms.model.field_keys import uid_of, uids_of, with_key_names, with_keys
from transforms.model.tables.insuree import DATE_OF_BIRTH, SEED_CLAIM_ATTRIBUTES, SEX


def test_a_value_of_ours_has_the_uid_of_its_field():
    assert uids_of([SEX.key, DATE_OF_BIRTH.key]) == ["QtkHTKL4EsU", "woZmnhwGvu6"]


def test_a_value_that_is_sent_no_more_keeps_its_uid():
    assert uid_of(SEED_CLAIM_ATTRIBUTES[0].key) == "wDBF7RjuEyp"


def test_a_value_without_a_key_is_called_by_its_uid():
    assert uid_of("RetiredUid1") == "RetiredUid1"


def test_a_value_with_a_key_that_this_release_does_not_have_is_refused():
    with pytest.raises(StagingError, match=r"'blood_group'.*Nothing was posted"):
        uid_of("blood_group")


def test_a_frame_that_calls_values_by_uids_gets_keys_and_nothing_else_changes():
    former = pl.LazyFrame(
        {
            "key": ["p"],
            SEX.uid: [None],
            "RetiredUid1": ["x"],
            DATE_OF_BIRTH.uid: ["1980-01-01"],
            "cleared": [[SEX.uid, "RetiredUid1"]],
            "moves": [["empty:QtkHTKL4EsU", "alter:orgUnit", "fill:woZmnhwGvu6"]],
        }
    )

    found = with_keys(former).collect()

    assert found.columns == ["key", "gender", "RetiredUid1", "date_of_birth", "cleared", "moves"]
    assert found.row(0, named=True) == {
        "key": "p",
        "gender": None,
        "RetiredUid1": "x",
        "date_of_birth": "1980-01-01",
        "cleared": ["gender", "RetiredUid1"],
        "moves": ["empty:gender", "alter:orgUnit", "fill:date_of_birth"],
    }


def test_a_frame_that_calls_values_by_keys_stays_as_it_is():
    frame = pl.LazyFrame({"key": ["p"], SEX.key: ["F"], "cleared": [[SEX.key]]})

    assert with_keys(frame) is frame


def test_what_was_written_down_by_uid_is_found_by_key():
    written = {SEX.uid: "send", DATE_OF_BIRTH.key: "drop", "RetiredUid1": "send"}

    assert with_key_names(written) == {
        "gender": "send",
        "date_of_birth": "drop",
        "RetiredUid1": "send",
    }
