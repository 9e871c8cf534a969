"""What may go wrong in a night: in openIMIS, in DHIS2, on the way, and to the run itself."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from transforms.changes.phases import Phase

CLAIM, INSUREE = "tblClaim", "tblInsuree"


@dataclass(frozen=True)
class BadValue:
    """A value of a row of openIMIS for which nothing of the row can be sent.

    Attributes:
        table: Of the row.
        column: Of the value.
        value: What stands there.
    """

    table: str
    column: str
    value: object


BAD_VALUES = {
    "a claim of a day that cannot be read": BadValue(CLAIM, "DateFrom", "20223-01-01"),
    "a claim of nobody": BadValue(CLAIM, "InsureeID", 999_999),
    "a person born some day": BadValue(INSUREE, "DOB", "some day"),
}
TROUBLES: dict[str, dict[str, Any]] = {
    "DHIS2 fails": {"status": 500},
    "it does not arrive": {"drop": "before"},
    "its answer does not arrive": {"drop": "after"},
}


@dataclass(frozen=True)
class Night:
    """What goes wrong in one night; of rows, each fault names how many there are before its own.

    Attributes:
        bad_values: Row and name of a bad value.
        deleted: Claims that are deleted in openIMIS on this night, and on no other.
        troubles: A claim, and what becomes of each request that holds its number.
        shows_names: Whether the privacy policy sends names.
        outage: From which request on DHIS2 is cut off, and how.
        cut_after: The phase after which the run is cut short.
        comes: Whether what did not arrive the night before does so before this night, or after.
    """

    bad_values: tuple[tuple[int, str], ...] = ()
    deleted: tuple[int, ...] = ()
    troubles: tuple[tuple[int, str], ...] = ()
    shows_names: bool = True
    outage: tuple[int, str] | None = None
    cut_after: Phase | None = None
    comes: str | None = None


ROWS = st.integers(0, 11)
NIGHTS = st.builds(
    Night,
    bad_values=st.lists(st.tuples(ROWS, st.sampled_from(sorted(BAD_VALUES))), max_size=3).map(
        tuple
    ),
    deleted=st.lists(ROWS, max_size=2).map(tuple),
    troubles=st.lists(st.tuples(ROWS, st.sampled_from(sorted(TROUBLES))), max_size=2).map(tuple),
    shows_names=st.booleans(),
    outage=st.none() | st.tuples(st.integers(1, 12), st.sampled_from(["before", "after"])),
    cut_after=st.none() | st.sampled_from(Phase),
    comes=st.sampled_from([None, "before", "after"]),
)
