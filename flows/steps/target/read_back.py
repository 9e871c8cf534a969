"""Read DHIS2 back: all objects of our programs, page by page into Parquet.

all that the user may see ─ too many? ─► org unit after org unit ─ too many? ─► half by half of
                                                                                its days

A reading that would be many pages deep is divided, since DHIS2 finds page 1,000 by counting
through the 999 before it. Several readings are made at once (`read_ahead.py`). Totals are never
queried: 2.40 cannot count enrollments (409), and some patches count events once for each program of
the person. Pages are in an order that does not change while they are read, and a reading ends with
an empty page.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from threading import BoundedSemaphore

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import children_of, roots
from flows.steps.target.read_ahead import in_order
from staging.layout import Run
from staging.read_back import writing_rows
from transforms.core.json_texts import Json
from transforms.dhis2.read_back import KINDS, fields_parameter, programs_of, read_rows, read_schema
from transforms.dhis2.tables.versions import Dialect
from transforms.model.resources import Resource, TrackerType

FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2300, 1, 1)
UIDS_AT_ONCE = 200  # 2.4 kB of an address: servers take 8 kB of header
Query = dict[str, str]
"""Parameters of what is read page after page."""
PROGRAMS_OF_A_PERSON = 10  # 2.40 cuts a page as if it held each person once for each program


@dataclass(frozen=True)
class Paging:
    """How much is read at once.

    Attributes:
        page: Objects a page.
        slice: Objects of a reading that is not divided.
    """

    page: int = 1_000
    slice: int = 20_000


@dataclass(frozen=True)
class Slice:
    """A part of what is read.

    Attributes:
        org_unit: UID; None for all that the user may see.
        below: Also what lies below the org unit.
        first: First day; of the kinds that have days.
        last: Last day.
    """

    org_unit: str | None = None
    below: bool = True
    first: date = FIRST_DAY
    last: date = LAST_DAY

    def halves(self) -> list["Slice"]:
        """Return its days in two halves; none for a single day."""
        days = (self.last - self.first).days
        if days == 0:
            return []
        middle = self.first + timedelta(days // 2)
        return [replace(self, last=middle), replace(self, first=middle + timedelta(1))]


@dataclass
class Reader:
    """Reads one DHIS2.

    Attributes:
        client: The DHIS2.
        dialect: Its version's ways.
        paging: How much is read at once.
        zone: In which DHIS2 reads and writes dates.
        at_once: Requests at once, whoever makes them.
    """

    client: Dhis2
    dialect: Dialect
    paging: Paging = Paging()
    zone: str = "UTC"
    at_once: int = 1

    def __post_init__(self) -> None:
        self._turns = BoundedSemaphore(self.at_once)

    def pages(self, resource: Resource) -> Iterator[list[Json]]:
        """Yield all objects of a resource that are not deleted, some of them perhaps twice."""
        for reading in self.readings(resource):
            yield from self.pages_of(resource, reading)

    def readings(self, resource: Resource) -> Iterator[Query]:
        """Yield what has to be read for all objects of a resource, nowhere many pages deep."""
        with ThreadPoolExecutor(self.at_once, thread_name_prefix="look") as threads:
            for chosen in programs_of(resource):
                [is_deep] = self._are_deep(threads, resource, chosen, [Slice()])
                yield from self._readings(threads, resource, chosen, Slice(), is_deep=is_deep)

    def pages_of(self, resource: Resource, reading: Query) -> Iterator[list[Json]]:
        """Yield the objects of one reading, page by page."""
        for number in count(1):
            objects = self._page(resource, reading, number)
            if not objects:
                return
            yield objects

    def query(self, resource: Resource, uids: Sequence[str]) -> Iterator[list[Json]]:
        """Yield those of the named objects that DHIS2 has, or has deleted."""
        kind = KINDS[resource.tracker_type]
        stage = {"programStage": resource.stage} if resource.stage else {}
        program = {"program": resource.program} | stage if resource.program else {}
        for start in range(0, len(uids), UIDS_AT_ONCE):
            some = list(uids[start : start + UIDS_AT_ONCE])
            names = self.dialect.list_parameter(kind.name, kind.plural, some)
            size = str(len(some) * PROGRAMS_OF_A_PERSON)
            params = program | names | {"includeDeleted": "true", "pageSize": size}
            yield self._query(resource, params | self._place(resource, Slice()))

    def tells_deleted(self, resource: Resource) -> bool:
        """Whether DHIS2 tells objects that it has deleted from those that it never had."""
        is_enrollment = resource.tracker_type is TrackerType.ENROLLMENT
        return self.dialect.names_deleted_enrollments or not is_enrollment

    def _readings(
        self,
        threads: ThreadPoolExecutor,
        resource: Resource,
        chosen: Query,
        part: Slice,
        *,
        is_deep: bool,
    ) -> Iterator[Query]:
        parts = self._parts(resource, part) if is_deep else []
        if not parts:
            yield self._reading(resource, chosen, part)
        deep = self._are_deep(threads, resource, chosen, parts)
        for each, is_deep_too in zip(parts, deep, strict=True):
            yield from self._readings(threads, resource, chosen, each, is_deep=is_deep_too)

    def _are_deep(
        self,
        threads: ThreadPoolExecutor,
        resource: Resource,
        chosen: Query,
        parts: Sequence[Slice],
    ) -> list[bool]:
        """Whether there is, of each part, a page behind those of a reading that is not divided."""
        last = self.paging.slice // self.paging.page
        readings = [self._reading(resource, chosen, part) for part in parts]
        pages = threads.map(lambda reading: self._page(resource, reading, last + 1), readings)
        return [bool(page) for page in pages]

    def _reading(self, resource: Resource, chosen: Query, part: Slice) -> Query:
        return chosen | self._place(resource, part) | self._days(resource, part)

    def _page(self, resource: Resource, reading: Query, number: int) -> list[Json]:
        is_enrollment = resource.tracker_type is TrackerType.ENROLLMENT
        order = self.dialect.enrollment_order if is_enrollment else "createdAt"
        size = {"pageSize": str(self.paging.page), "page": str(number)}
        return self._query(resource, reading | {"order": order} | size)

    def _query(self, resource: Resource, params: dict[str, str]) -> list[Json]:
        kind = KINDS[resource.tracker_type]
        params = params | {"fields": fields_parameter(resource)}
        with self._turns:
            page = self.client.get(f"/api/tracker/{kind.plural}", params)
        objects: list[Json] = page[self.dialect.page_key or kind.plural]
        return objects

    def _place(self, resource: Resource, part: Slice) -> dict[str, str]:
        mode = self.dialect.org_unit_mode
        if part.org_unit is None:
            return {mode: "ACCESSIBLE"}
        chosen = {mode: "DESCENDANTS" if part.below else "SELECTED"}
        if resource.tracker_type is TrackerType.EVENT:  # one, in all versions
            return chosen | {"orgUnit": part.org_unit}
        return chosen | self.dialect.list_parameter("orgUnit", "orgUnits", [part.org_unit])

    def _days(self, resource: Resource, part: Slice) -> dict[str, str]:
        """Return the days of a slice, and one more: versions differ in what ends a day."""
        names = KINDS[resource.tracker_type].days
        if names is None or (part.first, part.last) == (FIRST_DAY, LAST_DAY):
            return {}
        days = (part.first, part.last + timedelta(1))
        return {name: day.isoformat() for name, day in zip(names, days, strict=True)}

    def _parts(self, resource: Resource, part: Slice) -> list[Slice]:
        if not part.below:
            return part.halves() if KINDS[resource.tracker_type].days else []
        below = self._org_units_below(part.org_unit)
        own = [] if part.org_unit is None else [replace(part, below=False)]
        return [*own, *(Slice(org_unit) for org_unit in below)]

    def _org_units_below(self, org_unit: str | None) -> list[str]:
        """Return the org units right below another one; those without parent for None."""
        with self._turns:
            return roots(self.client) if org_unit is None else children_of(self.client, [org_unit])


def read_back(run: Run, reader: Reader, resource: Resource, values: Sequence[str]) -> int:
    """Write all objects of a resource that DHIS2 holds, and return how many were read.

    Args:
        run: The run whose file it becomes; see `transforms.dhis2.read_back` for the columns.
        reader: Reads the DHIS2.
        resource: What is read.
        values: UIDs of the values that are ours.

    Raises:
        TargetError: DHIS2 does not let the user read them.
        BusyError: DHIS2 stayed busy or out of reach.
    """

    def rows_of(reading: Query) -> Iterator[pl.DataFrame]:
        for page in reader.pages_of(resource, reading):
            yield read_rows(resource, page, values).filter(~pl.col("isDeleted"))

    room = reader.paging.slice // reader.paging.page + 1
    readings = reader.readings(resource)
    written = 0
    with writing_rows(run.read_back(resource.name), read_schema(values)) as writer:
        for rows in in_order(readings, rows_of, at_once=reader.at_once, room=room):
            writer(rows)
            written += rows.height
    return written


def query_objects(
    reader: Reader, resource: Resource, uids: Sequence[str], values: Sequence[str]
) -> pl.DataFrame:
    """Return what DHIS2 has of the named objects, deleted ones too, as a read-back frame."""
    pages = [read_rows(resource, page, values) for page in reader.query(resource, uids)]
    return pl.concat([pl.DataFrame(schema=read_schema(values)), *pages])
