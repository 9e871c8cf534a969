"""How much of a column may be unreadable before it is no matter of single rows any more.

An unreadable value (a year 20223, a number that is none, a text that is too long) is a fault of its
row, which is held back. Where many values of a column cannot be read, driver, encoding or type are
at fault: then openIMIS cannot be read, and the run stops.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from transforms.core.errors import SourceError
from transforms.openimis.country import Guards

ALL_OF_SO_MANY = 10  # of a short list, all may be one clerk's


@dataclass(frozen=True)
class Legible:
    """How much of a column could be read.

    Attributes:
        unreadable: Values that could not.
        values: All values that are not null, these included.
    """

    unreadable: int
    values: int

    def exceeds(self, guards: Guards) -> bool:
        """Whether more than single rows are at fault."""
        is_much = self.unreadable > guards.unreadable_share * self.values
        return (is_much and self.unreadable > guards.unreadable_count) or (
            self.unreadable == self.values > ALL_OF_SO_MANY
        )


def refuse_unreadable(read: Mapping[str, Mapping[str, Legible]], guards: Guards) -> None:
    """Stop a run that cannot read a column of openIMIS.

    Args:
        read: Table to column to how much could be read, where not all could.
        guards: The share and the count, both of which have to be exceeded; all of a column always
            is refused, unless it has very few values.

    Raises:
        SourceError: It cannot.
    """
    columns_at_fault = [
        f"{table}.{name} ({column.unreadable} of {column.values})"
        for table, columns in read.items()
        for name, column in columns.items()
        if column.exceeds(guards)
    ]
    if columns_at_fault:
        raise SourceError(
            f"Too much of openIMIS cannot be read as it must be: {', '.join(columns_at_fault)}. "
            f"Expected are at most {guards.unreadable_share:.0%} of the values of a column, or "
            f"{guards.unreadable_count} of them (unreadable_share, unreadable_count in the country "
            f"file), that are no date, number or text, or too long: where it is more, driver, "
            f"encoding or the type of the column are at fault, and not single rows. Look at them; "
            f"or correct the values in openIMIS, then start again. No snapshot was kept and "
            f"nothing was sent to DHIS2."
        )
