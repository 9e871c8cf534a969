"""Charts and maps as DHIS2 shows them, in the form in which they are sent.

Of a chart, `fields=:owner` shows its relative periods as `rawPeriods` (`LAST_12_MONTHS`), and
`relativePeriods` (`last12Months`), which is sent, not at all. Of a map, the items of a dimension
come in an order of DHIS2's own, and 2.41 calls a layer by what it shows, not by the name it was
given: so a layer's name is sent, and not compared.
"""

from transforms.core.json_texts import Json

CHARTS = frozenset({"visualizations", "eventVisualizations"})
MAPS = "maps"
AXES = ("columns", "rows", "filters")


def as_sent(kind: str, shown: Json) -> Json:
    """Return an object as it would be sent.

    Args:
        kind: Plural name of its class.
        shown: The object as DHIS2 shows it.
    """
    if kind in CHARTS:
        return _chart(shown)
    if kind == MAPS:
        return shown | {"mapViews": [_layer(view) for view in shown.get("mapViews") or ()]}
    return shown


def map_body(planned: Json) -> Json:
    """Return a map as `/api/maps` takes it: layers are named, data items are typed."""
    named = {"name": planned["name"]}
    return planned | {"mapViews": [named | _with_layer_types(view) for view in planned["mapViews"]]}


def _chart(shown: Json) -> Json:
    rest = {name: value for name, value in shown.items() if name != "rawPeriods"}
    chosen = {_flag(period): True for period in shown.get("rawPeriods") or ()}
    return rest | {"relativePeriods": chosen}


def _flag(period: str) -> str:
    """Return `last12Months` of `LAST_12_MONTHS`."""
    first, *others = period.lower().split("_")
    return first + "".join(other.capitalize() for other in others)


def _layer(view: Json) -> Json:
    unnamed = {name: value for name, value in view.items() if name != "name"}
    return unnamed | {axis: [_in_order(part) for part in view.get(axis) or ()] for axis in AXES}


def _in_order(part: Json) -> Json:
    items = sorted(part.get("items") or (), key=lambda item: str(item["id"]))
    return part | {"items": items}


def _with_layer_types(view: Json) -> Json:
    return view | {axis: [_with_item_types(part) for part in view.get(axis) or ()] for axis in AXES}


def _with_item_types(part: Json) -> Json:
    if part["dimension"] != "dx":
        return part
    items = [item | {"dimensionItemType": "INDICATOR"} for item in part["items"]]
    return part | {"items": items}
