"""Every field of every object, changed and emptied by the product's own update, and read back.

sync until transform ─► desired, changed here ─► transform ─► load ─► reconcile ─► sync
"""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl

from flows.steps.compare.desired import DESIRED
from staging.frames import FILES, declare_done, read_stage, write_frame
from tests.live.context import Live
from tests.live.outcomes import Counts, must, must_be_equal
from tests.live.steps.loading import TRACKER, loaded
from transforms.core.fields import Field, ValueType
from transforms.model.resources import TRACKED_ENTITIES, Resource, TrackerType

Row = dict[str, Any]
Change = Callable[[Resource, Row, "Choices"], Row]
OTHER_STATUS = {"ACTIVE": "COMPLETED", "COMPLETED": "ACTIVE"}
PEOPLE = 3
PERMITTED = ("deletes", "empties")  # some values were filled for these people alone
MADE_OF = frozenset({"digest", "digests", "before", "as_before"})
"""What a manifest says of what objects were made of: it is untrue of what is changed here."""


class Choices:
    """What else a value may be: options, and org units."""

    def __init__(self, live: Live, run_id: str) -> None:
        options = live.pilot.desired(run_id, "options")
        self.active: set[tuple[str, str]] = set()
        self.codes: dict[str, list[str]] = {}
        for option_set, code in options.select("optionSet", "code").iter_rows():
            self.codes.setdefault(option_set, []).append(code)
        units = live.pilot.desired(run_id, "org_units")
        self.facilities = units.filter("in_claim_program")["uid"].sort().to_list()
        self.villages = units.filter("in_insuree_program")["uid"].sort().to_list()

    def other(self, field: Field, value: str | None) -> str:
        """Return another value that a field may have."""
        if field.option_set is not None:
            return _other(self.codes[field.option_set.uid], value)
        if field.value_type is ValueType.ORGANISATION_UNIT:
            return _other(self.facilities, value)
        return OTHERS[field.value_type](value)

    def status(self, resource: Resource, row: Row) -> str:
        """Return another status; a person has one active enrollment in a program at most."""
        other, whose = OTHER_STATUS[row["status"]], (resource.name, row["person"])
        if other == "COMPLETED" or whose not in self.active:
            self.active.add(whose)
            return other
        return str(row["status"])

    def place(self, resource: Resource, value: str) -> str:
        """Return another place for an object."""
        is_claim = resource.name.startswith("claim")
        return _other(self.facilities if is_claim else self.villages, value)


def changed(live: Live) -> Counts:
    """Every value of every kind of object is changed, and DHIS2 holds what it was sent."""
    return _changed(live, "changed-fields", _changed_row)


def emptied(live: Live) -> Counts:
    """Every value is emptied, and DHIS2 holds none."""
    return _changed(live, "emptied-fields", _emptied_row)


def restored(live: Live) -> Counts:
    """The next load brings back what openIMIS has."""
    counts = loaded(live, "restored-fields", allow=PERMITTED)
    must(int(counts["updated"]) > 0, "Nothing was brought back")
    for resource in live.pilot.resources:
        wanted = live.pilot.desired("restored-fields", resource.name)
        must_be_equal(
            f"Values of {resource.name}", *_values(resource, live.pilot.held(resource), wanted)
        )
    return counts


def _values(resource: Resource, *frames: pl.DataFrame) -> list[list[tuple[Any, ...]]]:
    """Return the values of all that is in both frames, by key."""
    names = ["key", *(field.key for field in resource.fields if field.key in frames[0].columns)]
    first, second = (frame.select(names).sort("key") for frame in frames)
    both = [first.join(second, on="key", how="semi"), second.join(first, on="key", how="semi")]
    return [frame.rows() for frame in both]


def _changed(live: Live, run_id: str, change: Change) -> Counts:
    live.as_user("loader")
    live.pilot.sync(run_id, until="transform", allow=PERMITTED).must_complete()
    run, pilot = live.pilot.run(run_id), live.pilot
    for stage in ("changes", "outbox", "rejects"):
        shutil.rmtree(run.folder / stage, ignore_errors=True)
    choices = Choices(live, run_id)
    counted = {
        each.name: _change(live, run_id, each, change, choices) for each in live.pilot.resources
    }
    manifest = read_stage(run, DESIRED)
    kept = {name: each for name, each in manifest.items() if name not in {FILES, *MADE_OF}}
    declare_done(run, DESIRED, kept)
    pilot.transform(run_id, allow=PERMITTED).must_complete()
    done = pilot.load(run_id, allow=PERMITTED).must_complete()
    live.runs.append(run_id)
    posted = [each for each in done.writes if each.path == TRACKER[1]]
    must(bool(posted), "Nothing was posted of what was changed")
    must(pilot.rejects(run_id).is_empty(), f"Refused were: {pilot.reasons(run_id)}")
    return {f"values of {name}": count for name, count in counted.items()}


def _change(live: Live, run_id: str, resource: Resource, change: Change, choices: Choices) -> int:
    """Change the objects of some people, and return how many values that are."""
    people = _people(live)
    count = 0
    folder = live.pilot.run(run_id).folder / "desired" / resource.name
    for path in sorted(folder.glob("*.parquet")):
        rows = pl.read_parquet(path)
        now = [
            change(resource, row, choices) if row["person"] in people else row
            for row in rows.to_dicts()
        ]
        after = pl.DataFrame(now, schema=rows.schema)
        count += _differences(rows, after)
        write_frame(path, after.lazy())
    return count


def _people(live: Live) -> list[str]:
    """Return some people who have objects of all kinds."""
    frames = [live.pilot.held(each).select("person").unique() for each in live.pilot.resources]
    common = frames[0]
    for frame in frames[1:]:
        common = common.join(frame, on="person", how="semi")
    return common["person"].sort().head(PEOPLE).to_list()


def _differences(before: pl.DataFrame, after: pl.DataFrame) -> int:
    return sum(
        int((before[name].ne_missing(after[name])).sum())
        for name in before.columns
        if before.schema[name] == pl.String
    )


def _changed_row(resource: Resource, row: Row, choices: Choices) -> Row:
    values = {field.key: choices.other(field, row[field.key]) for field in resource.fields}
    return row | values | _otherwise(resource, row, choices)


def _otherwise(resource: Resource, row: Row, choices: Choices) -> Row:
    place = {"orgUnit": choices.place(resource, row["orgUnit"])}
    if resource is TRACKED_ENTITIES:
        return place
    day = {"occurredAt": _day_before(row["occurredAt"])}
    if resource.tracker_type is TrackerType.EVENT:
        return place | day
    status = choices.status(resource, row)
    ended = row["occurredAt"] if status == "COMPLETED" else None
    return place | day | {"status": status, "completedAt": ended}


def _emptied_row(resource: Resource, row: Row, choices: Choices) -> Row:
    return row | {field.key: None for field in resource.fields if not field.compulsory}


def _other(known: list[str], value: str | None) -> str:
    return next(each for each in known if each != value)


def _day_before(value: str | None) -> str:
    day = date.fromisoformat((value or "2020-01-02")[:10]) - timedelta(days=1)
    return day.isoformat() + (value or "")[10:]


OTHERS: dict[ValueType, Callable[[str | None], str]] = {
    ValueType.TEXT: lambda value: f"{value or 'Text'} ÄØ漢"[:50],
    ValueType.LONG_TEXT: lambda value: f"{value or 'Text'}\nand more",
    ValueType.NUMBER: lambda value: f"{float(value or 0) + 1.25:.2f}",
    ValueType.INTEGER_ZERO_OR_POSITIVE: lambda value: str(int(value or 0) + 1),
    ValueType.DATE: _day_before,
    ValueType.AGE: _day_before,
    ValueType.PHONE_NUMBER: lambda value: "+41 44 555 0101",
}
