"""The legend sets: which percentages are low and which are high, and in what colour they show."""

from dataclasses import dataclass

from transforms.core.metadata_uids import metadata_uid


@dataclass(frozen=True)
class Legend:
    """One range of a legend set.

    Attributes:
        name: What it is called; unique in its set.
        start: Least value that is in it.
        end: Least value that is above it.
        color: `#RRGGBB`.
    """

    name: str
    start: int
    end: int
    color: str


@dataclass(frozen=True)
class LegendSet:
    """Ranges without gap or overlap.

    Attributes:
        key: Short name, used in tables.
        name: Name in DHIS2; unique.
        legends: In order.
    """

    key: str
    name: str
    legends: tuple[Legend, ...]

    @property
    def uid(self) -> str:
        """Made from the key."""
        return metadata_uid(f"legendSet:{self.key}")


# Colours of a scale that people who do not tell red from green can read too.
RED, ORANGE, YELLOW, PALE, BLUE, DARK = (
    "#d73027", "#fc8d59", "#fee090", "#e0f3f8", "#91bfdb", "#4575b4",
)  # fmt: skip

MORE_IS_BETTER = LegendSet(
    "more-is-better", "openIMIS per cent, more is better",
    (
        Legend("Below 20", 0, 20, RED),
        Legend("20 to 39", 20, 40, ORANGE),
        Legend("40 to 59", 40, 60, YELLOW),
        Legend("60 to 79", 60, 80, PALE),
        Legend("80 to 99", 80, 100, BLUE),
        Legend("100 and above", 100, 10_000, DARK),
    ),
)  # fmt: skip
LESS_IS_BETTER = LegendSet(
    "less-is-better", "openIMIS per cent, less is better",
    (
        Legend("Below 5", 0, 5, DARK),
        Legend("5 to 9", 5, 10, BLUE),
        Legend("10 to 19", 10, 20, YELLOW),
        Legend("20 to 39", 20, 40, ORANGE),
        Legend("40 and above", 40, 101, RED),
    ),
)  # fmt: skip
LEGEND_SETS: tuple[LegendSet, ...] = (MORE_IS_BETTER, LESS_IS_BETTER)
