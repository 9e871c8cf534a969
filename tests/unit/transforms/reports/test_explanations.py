"""What is said of one object: which values openIMIS has otherwise than DHIS2 has confirmed."""

import polars as pl
import pytest

from transforms.changes.objects.schemas import State, acknowledged_schema, desired_schema
from transforms.model.resources import RESOURCE_BY_NAME
from transforms.reports.explanations import differences

CLAIM = "52f0ee6d-9c3f-4a0b-9b63-0d9f4c8a6e11"
ENROLLMENTS = RESOURCE_BY_NAME["claim_enrollments"]


def frame(schema: dict[str, pl.DataType], **values: object) -> pl.LazyFrame:
    """Return one object of which only some values are set."""
    return pl.LazyFrame([{"key": CLAIM} | values], schema=schema)


@pytest.mark.parametrize(
    ("state", "expected"),
    [(State.HELD, [{"key": CLAIM, "differs": "occurredAt"}]), (State.DELETED, [])],
)
def test_a_day_that_openimis_has_corrected_is_named_where_dhis2_has_the_object(
    state: State, expected: list[dict[str, str]]
) -> None:
    desired = frame(desired_schema(ENROLLMENTS), occurredAt="2026-01-02", orgUnit="aBcDeFgHiJk")
    acknowledged = frame(
        acknowledged_schema(ENROLLMENTS),
        state=state.value, occurredAt="2026-01-03", orgUnit="aBcDeFgHiJk",
    )  # fmt: skip

    assert differences(desired, acknowledged, CLAIM, ENROLLMENTS) == expected
