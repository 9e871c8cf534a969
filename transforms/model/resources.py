"""The resources: what DHIS2 holds of people, policies and claims, parents before children.

    tracked_entities ─┬─ insuree_enrollments ─┬── policy_events
                      │                       └── contributions    where the country file asks
                      └─ claim_enrollments ─┬── claim_events
                                            ├── claim_services
                                            └── claim_items
    funding               of no person, where the country file asks
    data_values           figures of a month and place, where the country file asks for them

Everything generic (delta, rules, bundles, fold) loops over those that a run has (`resources_of`);
what is of persons alone, over `RESOURCES`.

Columns of a *desired* frame (all String unless said):
    key           names the object for ever; never null, unique; begins with the UUID (or key) of
                  its row of `Resource.table`, and what comes behind follows a colon
    parent        key in the parent resource; null for a tracked entity, and for what is of nobody
    person        key of the owning tracked entity, of what is of nobody its own; decides partition
                  and bundle
    orgUnit       UID
    status        enrollment or event status; null for a tracked entity
    occurredAt    ISO date or date with time; of an enrollment its enrolledAt
    <field key>   one a field, the text that DHIS2 will hold, or null
    faults        List(String): codes of the rules that the row breaks
    notes         List(String): codes of what was left out of the row without holding it back
    in_window     Boolean: its source left a trace in the date window that was requested

Columns of an *acknowledged* frame: key, uid, generation (Int32), state (`held` or `deleted`),
parent, parentUid, person, orgUnit, status, occurredAt, owner (of an insuree
enrollment: the org unit that owns the person in the program), one a field key, run.
"""

from functools import partial

from transforms.core.fields import Field, ValueType
from transforms.core.metadata_uids import metadata_uid
from transforms.model.resource import Resource as Resource
from transforms.model.resource import Scope as Scope
from transforms.model.resource import TrackerType as TrackerType
from transforms.model.resource import UidSource as UidSource
from transforms.model.tables.claim import (
    CLAIM_DETAILS_FIELDS,
    CLAIM_ITEM_FIELDS,
    CLAIM_SERVICE_FIELDS,
    CLAIMED_ITEM,
    CLAIMED_SERVICE,
)
from transforms.model.tables.contribution import CONTRIBUTION_FIELDS, FUNDING_FIELDS
from transforms.model.tables.insuree import INSUREE_FIELDS, SEED_CLAIM_ATTRIBUTES
from transforms.model.tables.policy import POLICY_FIELDS, POLICY_ID
from transforms.model.tables.programs import (
    CLAIM_DETAILS_STAGE,
    CLAIM_ITEMS_STAGE,
    CLAIM_PROGRAM,
    CLAIM_SERVICES_STAGE,
    CONTRIBUTION_STAGE,
    FUNDING_PROGRAM,
    FUNDING_STAGE,
    INSUREE_PROGRAM,
    POLICY_STAGE,
)
from transforms.openimis.tables import columns as openimis
from transforms.openimis.tables.doubt_links import (
    COVERS,
    HOME_OF_HEAD,
    LINES,
    RESTORING,
    VALUATION,
    VALUE,
)

ORG_UNITS = "org_units"
OPTIONS = "options"
METADATA = (OPTIONS, ORG_UNITS)


_PEOPLE = frozenset({Scope.INSUREE, Scope.INSUREEPOLICIES})
_POLICIES = frozenset({Scope.POLICY, Scope.INSUREEPOLICIES})
_CLAIMS = frozenset({Scope.CLAIM})

TRACKED_ENTITIES = Resource(
    name="tracked_entities",
    tracker_type=TrackerType.TRACKED_ENTITY,
    fields=INSUREE_FIELDS,
    table=openimis.INSUREES.name,
    uid_source=UidSource.UUID,
    scopes=_PEOPLE,
    retired=SEED_CLAIM_ATTRIBUTES,
    unmoved_by=(COVERS,),
)
INSUREE_ENROLLMENTS = Resource(
    name="insuree_enrollments",
    tracker_type=TrackerType.ENROLLMENT,
    parent="tracked_entities",
    program=INSUREE_PROGRAM.uid,
    table=openimis.INSUREES.name,
    uid_source=UidSource.UUID,
    scopes=_PEOPLE,
    owned=True,
    unmoved_by=(VALUE,),
)
_insuree_event = partial(
    Resource,
    tracker_type=TrackerType.EVENT,
    parent=INSUREE_ENROLLMENTS.name,
    program=INSUREE_PROGRAM.uid,
    uid_source=UidSource.OWN,
    scopes=_POLICIES,
)
POLICY_EVENTS = _insuree_event(
    name="policy_events",
    stage=POLICY_STAGE.uid,
    fields=POLICY_FIELDS,
    table=openimis.INSUREE_POLICIES.name,
    subject=(POLICY_ID.key,),
)
CONTRIBUTIONS = _insuree_event(
    name="contributions",
    stage=CONTRIBUTION_STAGE.uid,
    fields=CONTRIBUTION_FIELDS,
    table=openimis.PREMIUMS.name,
    asked_by=CONTRIBUTION_STAGE.asked_by,
)
CLAIM_ENROLLMENTS = Resource(
    name="claim_enrollments",
    tracker_type=TrackerType.ENROLLMENT,
    parent="tracked_entities",
    program=CLAIM_PROGRAM.uid,
    table=openimis.CLAIMS.name,
    uid_source=UidSource.UUID,
    scopes=_CLAIMS,
    unmoved_by=(LINES, RESTORING, VALUATION, VALUE),
)
_claim_event = partial(
    Resource,
    tracker_type=TrackerType.EVENT,
    parent=CLAIM_ENROLLMENTS.name,
    program=CLAIM_PROGRAM.uid,
    scopes=_CLAIMS,
)
CLAIM_EVENTS = _claim_event(
    name="claim_events",
    stage=CLAIM_DETAILS_STAGE.uid,
    fields=CLAIM_DETAILS_FIELDS,
    table=openimis.CLAIMS.name,
    uid_source=UidSource.OWN,
)
CLAIM_SERVICES = _claim_event(
    name="claim_services",
    stage=CLAIM_SERVICES_STAGE.uid,
    fields=CLAIM_SERVICE_FIELDS,
    table=openimis.CLAIM_SERVICES.name,
    uid_source=UidSource.SALTED,
    salt="claimService",
    subject=(CLAIMED_SERVICE.key,),
)
CLAIM_ITEMS = _claim_event(
    name="claim_items",
    stage=CLAIM_ITEMS_STAGE.uid,
    fields=CLAIM_ITEM_FIELDS,
    table=openimis.CLAIM_ITEMS.name,
    uid_source=UidSource.SALTED,
    salt="claimItem",
    subject=(CLAIMED_ITEM.key,),
)
FUNDING = Resource(
    name="funding",
    tracker_type=TrackerType.EVENT,
    program=FUNDING_PROGRAM.uid,
    stage=FUNDING_STAGE.uid,
    fields=FUNDING_FIELDS,
    table=openimis.PREMIUMS.name,
    uid_source=UidSource.OWN,
    scopes=_POLICIES,
    unmoved_by=(HOME_OF_HEAD,),
    asked_by=FUNDING_PROGRAM.asked_by,
)
"""Of nobody: `person` is the payment itself."""

RESOURCES: tuple[Resource, ...] = (
    TRACKED_ENTITIES,
    INSUREE_ENROLLMENTS,
    POLICY_EVENTS,
    CONTRIBUTIONS,
    CLAIM_ENROLLMENTS,
    CLAIM_EVENTS,
    CLAIM_SERVICES,
    CLAIM_ITEMS,
    FUNDING,
)
FIGURE_VALUE = Field(
    key="figure_value",
    uid=metadata_uid("dataElement:figure_value"),
    name="Value of a figure",
    value_type=ValueType.NUMBER,
    column="figure_value",
)
"""The only value of a data value; which data element, period and options it is of, its key says."""
DATA_VALUES = Resource(
    name="data_values",
    tracker_type=TrackerType.DATA_VALUE,
    table=f"{openimis.HEALTH_FACILITIES.name} or {openimis.LOCATIONS.name}",
    uid_source=UidSource.OWN,
    fields=(FIGURE_VALUE,),
    scopes=frozenset({Scope.AGGREGATE}),
)
"""Data values of data sets. DHIS2 has no UIDs for them: theirs stay with us."""
EVERY_RESOURCE: tuple[Resource, ...] = (*RESOURCES, DATA_VALUES)
ALL_FIELDS: tuple[Field, ...] = tuple(field for resource in RESOURCES for field in resource.fields)
ENROLLMENT_RESOURCES: tuple[Resource, ...] = (INSUREE_ENROLLMENTS, CLAIM_ENROLLMENTS)
ASKED_RESOURCES: tuple[Resource, ...] = tuple(each for each in RESOURCES if each.asked_by)
"""Those that only some countries have: the country file asks for them."""
EVENT_RESOURCES: tuple[Resource, ...] = tuple(
    resource for resource in RESOURCES if resource.tracker_type is TrackerType.EVENT
)
NUMBERED: tuple[Resource, ...] = tuple(each for each in RESOURCES if each.subject)
"""Those whose objects are named by the numbers of openIMIS's rows."""
RESOURCE_BY_NAME: dict[str, Resource] = {resource.name: resource for resource in RESOURCES}
EVERY_BY_NAME: dict[str, Resource] = {resource.name: resource for resource in EVERY_RESOURCE}
