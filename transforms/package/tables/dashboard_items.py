"""What a dashboard is: a question, a text that says what is counted, and rows of items.

A row is items side by side, so that nothing can overlap. An item is a key: `map:` or `event:` and a
key, or the key of a visualization.
"""

from dataclasses import dataclass
from enum import StrEnum

from transforms.core.metadata_uids import metadata_uid

MAP, EVENT = "map:", "event:"
ItemRows = tuple[tuple[str, ...], ...]

UP_TO = "Up to the end of last month, as of the last time that DHIS2 computed its analytics."


class Awaited(StrEnum):
    """What DHIS2 may not have yet; the value says so on a dashboard."""

    POPULATION = (
        "The enrollment rate comes once the population is imported and set-up has run again."
    )
    COORDINATES = "The map comes once places have coordinates and set-up has run again."


@dataclass(frozen=True)
class Dashboard:
    """A dashboard.

    Attributes:
        key: Short name, used in tables and tests.
        seed_uid: The seed's UID; empty where it has none.
        name: Name in DHIS2.
        question: What it answers.
        counted: What is counted.
        dated: By which date.
        left_out: What is in none of its figures.
        rows: Its items, from top to bottom.
    """

    key: str
    seed_uid: str
    name: str
    question: str
    counted: str
    dated: str
    left_out: str
    rows: ItemRows

    @property
    def uid(self) -> str:
        """The seed's UID, or one made from the key."""
        return self.seed_uid or metadata_uid(f"dashboard:{self.key}")

    @property
    def shows_events(self) -> bool:
        """Whether an item asks DHIS2 for events: it is blank to who may not read them."""
        return any(item.startswith(EVENT) for row in self.rows for item in row)


NEEDS: dict[str, Awaited] = {
    "enrollment-rate": Awaited.POPULATION,
    f"{MAP}coverage": Awaited.COORDINATES,
    f"{MAP}facilities": Awaited.COORDINATES,
}
"""Items that show nothing, or an error, before DHIS2 has what they are made of."""
