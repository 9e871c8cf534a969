"""Every error code of DHIS2 has one meaning, and words for whoever can put it right."""

import pytest

from transforms.dhis2.tables.data_value_codes import DATA_VALUE_CODES
from transforms.dhis2.tables.error_codes import ERROR_CODES, OWN_CODES
from transforms.dhis2.tables.metadata_codes import METADATA_CODES
from transforms.dhis2.tables.tracker_codes import TRACKER_CODES


def test_no_code_stands_in_two_tables_of_which_one_would_be_passed_over() -> None:
    tables = (METADATA_CODES, TRACKER_CODES, OWN_CODES, DATA_VALUE_CODES)

    assert len(ERROR_CODES) == sum(map(len, tables))


@pytest.mark.parametrize("code", [*METADATA_CODES, *TRACKER_CODES, *DATA_VALUE_CODES])
def test_a_code_is_spelled_as_dhis2_spells_it(code: str) -> None:
    assert code[0] == "E"
    assert code[1:].isdigit()
    assert len(code) == 5
