"""How much of a column may be unreadable before it is no matter of single rows any more.

An unreadable value (a year 20223, a number that is none, a text that is too long) is a fault of its
row, which is held back. Where many values of a column cannot be read, driver, encoding or type are
at fault: then openIMIS cannot be read, and the run stops.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from transforms.core.errors import SourceError
from transforms.openimis.country import Guards


@dataclass(frozen=True)
class Legible:
    """How much of a column could be read.

    Attributes:
        unreadable: Values that could not.
        values: All values that are not null, these included.
        rows: Rows of the table.
    """

    unreadable: int
    values: int
    rows: int

    def exceeds(self, guards: Guards) -> bool:
        """Whether more than single rows are at fault."""
        is_much = self.unreadable > guards.unreadable_share * self.values
        return self._exceeds_all(guards) or (is_much and self.unreadable > guards.unreadable_count)

    def _exceeds_all(self, guards: Guards) -> bool:
        """Whether no value can be read, of a column that is not filled in a few rows only."""
        is_usually_filled = self.values > guards.unreadable_share * self.rows
        return is_usually_filled and self.unreadable == self.values > guards.unreadable_all_count


def refuse_unreadable(read: Mapping[str, Mapping[str, Legible]], guards: Guards) -> None:
    """Stop a run that cannot read a column of openIMIS.

    Args:
        read: Table to column to how much could be read, where not all could.
        guards: The share and the count, both of which have to be exceeded; and of how many values
            a column has to be that is refused if all of it is unreadable.

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
            f"file), that are no date, number or text, or too long; and never all of more than "
            f"{guards.unreadable_all_count} (unreadable_all_count). Where it is more, driver, "
            f"encoding or the type of the column are at fault, and not single rows. Look at them; "
            f"or correct the values in openIMIS, then start again. No snapshot was kept and "
            f"nothing was sent to DHIS2."
        )
