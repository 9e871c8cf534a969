"""Items of a dashboard: ours, those that a release before had, and what an operator added.

The UID of an item of ours is the seed's, or made of its dashboard and of what it shows. DHIS2 makes
others at random, so an item that somebody added is known by its UID.
"""

from collections.abc import Iterable, Sequence

from transforms.core.json_texts import Json
from transforms.core.metadata_uids import metadata_uid
from transforms.dhis2.tables.seed_dashboard_items import SEED_DASHBOARD_ITEMS

MOST_TEXTS = 10
"""No release had more texts on a dashboard."""
SHOWING = ("visualization", "eventVisualization", "eventReport", "map")


def item_uid(dashboard: str, target: str) -> str:
    """Return the UID of an item of ours.

    Args:
        dashboard: UID of its dashboard.
        target: UID of what it shows, or `text:` and its place among the dashboard's texts.
    """
    seed = SEED_DASHBOARD_ITEMS.get(dashboard, {})
    return seed.get(target) or metadata_uid(f"dashboardItem:{dashboard}:{target}")


def with_added(dashboard: str, ours: Sequence[Json], present: Iterable[Json]) -> list[Json]:
    """Return our items, and below them those that an operator has added.

    Args:
        dashboard: UID of the dashboard.
        ours: Its items in the package.
        present: Those that DHIS2 has.
    """
    own = {item["id"] for item in ours}
    added = [item for item in present if item["id"] not in own and not _was_ours(dashboard, item)]
    return [*ours, *_below(_bottom(ours), added)]


def _was_ours(dashboard: str, item: Json) -> bool:
    """Whether a release before has made the item."""
    shown = [item[name]["id"] for name in SHOWING if item.get(name)]
    texts = [f"text:{place}" for place in range(1, MOST_TEXTS + 1)]
    made = {item_uid(dashboard, target) for target in shown or texts}
    return item["id"] in made | set(SEED_DASHBOARD_ITEMS.get(dashboard, {}).values())


def _below(bottom: int, items: Sequence[Json]) -> list[Json]:
    """Return items further down, as far as some would overlap ours."""
    down = max(bottom - min((item.get("y") or 0 for item in items), default=bottom), 0)
    return [item | {"y": (item.get("y") or 0) + down} if down else item for item in items]


def _bottom(items: Iterable[Json]) -> int:
    return max((item["y"] + item["height"] for item in items), default=0)
