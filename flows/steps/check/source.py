"""Look at openIMIS: driver, login, letters, tables, rights, rows, code values, clock."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property

import polars as pl

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.selection import TableSelection
from flows.connectors.openimis.transaction import SourceTransaction
from flows.steps.check.settings import SettingsLooks
from transforms.core.language import Phrase
from transforms.model.selected_columns import selected_columns
from transforms.openimis.tables.columns import FAMILIES, HEALTH_FACILITIES, INSUREES, LOCATIONS
from transforms.openimis.unmapped_values import (
    Unmapped,
    columns_of_codes,
    count_unmapped,
    sentence_of,
    sum_unmapped,
)
from transforms.requirements.check_rows import Seen
from transforms.requirements.sentences import as_sentence, clock_fault, row_faults

WITH_ROWS = tuple(table.name for table in (LOCATIONS, HEALTH_FACILITIES, FAMILIES, INSUREES))
"""What every openIMIS that is at work has some of."""


class SourceLooks:
    """Looks at openIMIS, which is only read."""

    def __init__(self, connect: Callable[[], Openimis], settings: SettingsLooks) -> None:
        self._connect = connect
        self._settings = settings

    @cached_property
    def _openimis(self) -> Openimis:
        return self._connect()

    @cached_property
    def _selected(self) -> list[TableSelection]:
        return self._openimis.check(selected_columns(self._settings.country))

    def openimis_block(self) -> Seen:
        """Load the block."""
        return Seen(Phrase("is saved, for {address}", address=self._openimis.dialect_name))

    def openimis_driver(self) -> Seen:
        """Look for the driver on this machine."""
        return Seen(self._openimis.find_driver(), self._openimis.open_on_the_wire)

    def openimis_login(self) -> Seen:
        """Log in."""
        self._openimis.log_in()
        return Seen(Phrase("the database lets the user in"))

    def openimis_letters(self) -> Seen:
        """Open the transaction of an extract, which looks at the letters first."""
        with self._openimis.transaction():
            return Seen(Phrase("all is read as of one moment, and letters come as they are"))

    def openimis_tables(self) -> Seen:
        """Read the catalogue."""
        present = [each for each in self._selected if each.location]
        lacking = len(self._selected) - len(present)
        found = Phrase(
            "{count} tables, {lacking} that only newer releases have are not there",
            count=len(present),
            lacking=lacking,
        )
        return Seen(found)

    def openimis_read_only(self) -> Seen:
        """Ask for the user's rights; nothing is tried."""
        writable = self._openimis.writable(self._selected)
        if writable is None:
            return Seen(Phrase("a file without rights of its own; this program only reads it"))
        fault = Phrase(
            "The user may write {tables}; it needs only to read.", tables=", ".join(writable)
        )
        return Seen(Phrase("the user may only read"), [fault] * bool(writable))

    def openimis_rows(self) -> Seen:
        """Count the rows."""
        with self._openimis.transaction() as transaction:
            rows = {each.table.name: transaction.count_rows(each) for each in self._selected}
        counts = ", ".join(f"{name} {count:,}" for name, count in rows.items() if count)
        faults = [each for fault in row_faults(rows, WITH_ROWS) for each in as_sentence(fault)]
        return Seen(counts, faults)

    def openimis_codes(self) -> Seen:
        """Count the values that nothing explains."""
        country = self._settings.country
        selected = self._openimis.check(columns_of_codes(selected_columns(country), country))
        with self._openimis.transaction() as transaction:
            unmapped = sum_unmapped(self._unmapped(transaction, selected))
        return Seen(Phrase("all are known"), [sentence_of(each) for each in unmapped])

    def _unmapped(
        self, transaction: SourceTransaction, selected: list[TableSelection]
    ) -> Iterator[Unmapped]:
        """Yield what is counted in each batch of rows: no table has to fit into memory."""
        for each in selected:
            for batch in transaction.batches(each):
                rows = pl.DataFrame(pl.from_arrow(batch)).lazy()
                yield from count_unmapped({each.table.name: rows}, self._settings.country)

    def openimis_clock(self) -> Seen:
        """Compare the clocks."""
        with self._openimis.transaction() as transaction:
            now = datetime.now(UTC).replace(tzinfo=None)
            as_of = transaction.as_of
        fault = clock_fault(as_of, now, is_local=self._openimis.has_local_clock)
        found = Phrase(
            "as of {as_of:%Y-%m-%d %H:%M}; {days}", as_of=as_of, days=self._days_in_words()
        )
        return Seen(found, as_sentence(fault))

    def _days_in_words(self) -> Phrase:
        """Return in which time zone days count, if the country file says it."""
        if zone := self._settings.country.time_zone:
            return Phrase("days are those of {zone}", zone=zone)
        return Phrase("days are as they are written")
