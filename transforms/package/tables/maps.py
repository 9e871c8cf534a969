"""The maps: where facilities are, and how well each district is covered."""

from dataclasses import dataclass

from transforms.core.metadata_uids import metadata_uid
from transforms.package.tables.charts import Period
from transforms.package.tables.legend_sets import MORE_IS_BETTER, LegendSet

BELOW_ROOT = {"region": 1, "district": 2, "facility": 3}
"""How far below the root places lie, where we make their org units."""


@dataclass(frozen=True)
class Map:
    """A map of one layer; it shows the org units that have a geometry.

    Attributes:
        key: Short name, used in tables and tests.
        name: Name in DHIS2.
        kind: Of which places the org units are that it shows.
        indicator: Key of the indicator that colours them; empty: their places alone.
        period: Of which time the indicator is.
        legend: Colours by value.
    """

    key: str
    name: str
    kind: str
    indicator: str = ""
    period: Period | None = None
    legend: LegendSet | None = None

    @property
    def uid(self) -> str:
        """Made from the key."""
        return metadata_uid(f"map:{self.key}")


MAPS: tuple[Map, ...] = (
    Map("coverage", "Coverage of individuals by district (%)", "district", "coverage", Period.LAST_MONTH, MORE_IS_BETTER),
    Map("facilities", "Health facilities", "facility"),
)  # fmt: skip
