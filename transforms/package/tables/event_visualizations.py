"""The saved event visualizations: the most frequent services, items and diagnoses.

One program indicator a code would be thousands; DHIS2 counts events by the option of one of their
data elements instead. They are pivot tables, marked `legacy`: only so the app Event Reports, which
each release has, lists and draws them.

Real servers of all four versions answered the question that they ask with the right figures. Of
events without a value (`IN:NV`) 2.42.5.2 was asked, and was right; the source of all has it.
"""

from dataclasses import dataclass, replace

from transforms.core.fields import Field
from transforms.core.metadata_uids import metadata_uid
from transforms.model.tables.claim import (
    CLAIM_DETAILS_FIELDS,
    CLAIM_ITEM_FIELDS,
    CLAIM_SERVICE_FIELDS,
    REPLACING_CLAIMS,
)
from transforms.model.tables.programs import (
    CLAIM_DETAILS_STAGE,
    CLAIM_ITEMS_STAGE,
    CLAIM_PROGRAM,
    CLAIM_SERVICES_STAGE,
    Program,
    Stage,
)
from transforms.package.tables.charts import Period

TOP = 10

ITEM_TYPE, ITEM_PROPERTY = "EVENT_REPORT", "eventReport"
"""How a dashboard names one: as an event report, which is the same row of DHIS2's database. The
Dashboard app hands an `EVENT_VISUALIZATION` to the app Line Listing, which draws no table of counts,
and says nothing."""


@dataclass(frozen=True)
class EventVisualization:
    """The options of a data element with the largest figures.

    Attributes:
        key: Short name, used in tables and tests.
        seed_uid: The seed's UID; empty where it has none.
        name: Name and title in DHIS2.
        stage: Whose events are counted.
        element: By whose options.
        value: What is added up; None: events are counted.
        only: Data elements and the option that an event must have of each to count.
        period: Of which time.
        program: The stage's program.
    """

    key: str
    seed_uid: str
    name: str
    stage: Stage
    element: Field
    value: Field | None = None
    only: tuple[tuple[Field, str], ...] = ()
    period: Period = Period.LAST_YEAR
    program: Program = CLAIM_PROGRAM

    @property
    def uid(self) -> str:
        """The seed's UID, or one made from the key."""
        return self.seed_uid or metadata_uid(f"eventVisualization:{self.key}")


NO_VALUE = "NV"
"""What DHIS2's event analytics call a value that is not there."""


def counted_once(row: EventVisualization) -> EventVisualization:
    """Return the table without the claims, and lines of claims, that others stand in for."""
    return replace(row, only=(*row.only, (REPLACING_CLAIMS, NO_VALUE)))


def _field(fields: tuple[Field, ...], key: str) -> Field:
    return next(field for field in fields if field.key == key)


SERVICE = _field(CLAIM_SERVICE_FIELDS, "claimed_service")
SERVICE_QUANTITY = _field(CLAIM_SERVICE_FIELDS, "service_quantity")
ITEM = _field(CLAIM_ITEM_FIELDS, "claimed_item")
ITEM_QUANTITY = _field(CLAIM_ITEM_FIELDS, "item_quantity")
DIAGNOSIS = _field(CLAIM_DETAILS_FIELDS, "main_diagnosis")
STATUS = _field(CLAIM_DETAILS_FIELDS, "claim_status")

EVENT_VISUALIZATIONS: tuple[EventVisualization, ...] = (
    EventVisualization("top-services", "", f"Top {TOP} services (quantity)", CLAIM_SERVICES_STAGE, SERVICE, SERVICE_QUANTITY),
    EventVisualization("top-services-lines", "", f"Top {TOP} services (lines)", CLAIM_SERVICES_STAGE, SERVICE),
    EventVisualization("top-items", "", f"Top {TOP} items (quantity)", CLAIM_ITEMS_STAGE, ITEM, ITEM_QUANTITY),
    EventVisualization("top-items-lines", "", f"Top {TOP} items (lines)", CLAIM_ITEMS_STAGE, ITEM),
    # A claim has an event for each status that it passed: it counts once, when it was entered.
    EventVisualization("top-diagnoses", "dWD0yEWgaHC", f"Top {TOP} diagnoses (claims)", CLAIM_DETAILS_STAGE, DIAGNOSIS, only=((STATUS, "Entered"),)),
)  # fmt: skip
