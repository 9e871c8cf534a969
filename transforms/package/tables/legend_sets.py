"""The legend sets: which percentages are low and which are high, in words and colours.

The country file says where each begins (`[legends]`); words and colours are the same everywhere.
"""

from dataclasses import dataclass

from transforms.core.metadata_uids import metadata_uid


@dataclass(frozen=True)
class Legend:
    """One range of a legend set.

    Attributes:
        name: What it is called; unique in its set.
        color: `#RRGGBB`.
    """

    name: str
    color: str


@dataclass(frozen=True)
class LegendSet:
    """Ranges without gap or overlap.

    Attributes:
        key: Short name, used in tables; with underscores, the name of its limits
            (`transforms.openimis.country_sections.Legends`).
        name: Name in DHIS2; unique.
        legends: From the lowest values to the highest.
    """

    key: str
    name: str
    legends: tuple[Legend, ...]

    @property
    def uid(self) -> str:
        """Made from the key."""
        return metadata_uid(f"legendSet:{self.key}")


# Colours of a scale that people who do not tell red from green can read too, and that a wall shows.
RED, ORANGE, YELLOW, PALE, BLUE, DARK = (
    "#d73027", "#f46d43", "#fdae61", "#abd9e9", "#74add1", "#4575b4",
)  # fmt: skip
MORE_IS_BETTER = LegendSet(
    "more-is-better", "openIMIS per cent, more is better",
    (
        Legend("Very low", RED), Legend("Low", ORANGE), Legend("Fair", YELLOW),
        Legend("Good", PALE), Legend("Very good", BLUE), Legend("All or more", DARK),
    ),
)  # fmt: skip
LESS_IS_BETTER = LegendSet(
    "less-is-better", "openIMIS per cent, less is better",
    (
        Legend("Very low", DARK), Legend("Low", BLUE), Legend("Raised", YELLOW),
        Legend("High", ORANGE), Legend("Very high", RED),
    ),
)  # fmt: skip
LEGEND_SETS: tuple[LegendSet, ...] = (MORE_IS_BETTER, LESS_IS_BETTER)
