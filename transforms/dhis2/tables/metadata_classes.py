"""The classes of DHIS2 metadata that set-up makes, and what of an object is whose.

Of an object that DHIS2 has already
    ours      what the data need (types, option sets, uniqueness …) is made as in our tables;
    initial   labels and looks are given when the object is made, and are the operator's then;
    the rest  (descriptions, what other programs need) stays as it is; so do translations, which
              are not sent with it (`transforms.dhis2.translations` adds missing ones).
Collections only grow: DHIS2 replaces a collection by what is sent, so what is there is sent along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from transforms.core.json_texts import Json

Present = Mapping[str, Mapping[str, Json]]
"""Plural name of a class to UID to the object as DHIS2 shows it (`:owner`)."""
Index = Mapping[str, Sequence[Json]]
"""Plural name of a class to id, and what must be unique, of all its objects in DHIS2."""

DELETES_FOR_OTHERS = frozenset({"F_TEI_CASCADE_DELETE"})
"""With these DHIS2 deletes, with a person, what other programs have of the person."""


class Sharing(StrEnum):
    """What can be shared of a class of metadata."""

    NONE = "none"
    METADATA = "metadata"
    DATA = "metadata and data"
    PERSONS = "metadata and data of single persons"


LABELS = frozenset({"name", "shortName", "code"})

NOT_EVEN_NAMES: frozenset[str] = frozenset()
"""Of charts and dashboards the name says what is shown, so that it changes with it."""

# Without columns, rows and filters DHIS2 shows a layer in a form that `/api/maps` does not take.
_AXIS = "[dimension,items[id]]"
_OF_A_MAP = (
    ":owner,mapViews[id,name,layer,thematicMapType,renderingStrategy,opacity,hidden,legendSet[id],"
    f"columns{_AXIS},rows{_AXIS},filters{_AXIS}]"
)


@dataclass(frozen=True)
class Links:
    """Objects inside an object, that join it to others.

    Attributes:
        target: Property that names the object joined: there is one link to each.
        ours: Properties that we set also where DHIS2 has the link already.
        demands: Property by which a link demands a value.
    """

    target: str
    ours: tuple[str, ...]
    demands: str = ""


@dataclass(frozen=True)
class MetadataClass:
    """A class of DHIS2 metadata.

    Attributes:
        kind: Plural name, in payloads and paths.
        thing: What a person calls one.
        unique: Properties that two objects of the class cannot share.
        initial: Properties that are given only when the object is made.
        fixed: Properties that cannot change once the object is there: another value is a conflict.
        collections: Collections of references.
        links: Collections of links.
        unordered: Lists of objects, or of texts, whose order says nothing.
        placed: Lists of items that have a place: those that an operator added stay below ours.
        exact: Properties in which what is there beside ours is a difference.
        fields: Which fields are requested to read it whole.
        read_one_by_one: The list of the class leaves out parts that a single object shows.
        growing: Lists of texts: those that an operator added stay.
        retired: Texts that leave those lists, whoever added them.
        sharing: What can be shared of it.
    """

    kind: str
    thing: str
    unique: tuple[str, ...] = ("code", "name", "shortName")
    initial: frozenset[str] = LABELS
    fixed: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    links: dict[str, Links] = field(default_factory=dict)
    unordered: tuple[str, ...] = ()
    placed: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    fields: str = ":owner"
    read_one_by_one: bool = False
    growing: tuple[str, ...] = ()
    retired: frozenset[str] = frozenset()
    sharing: Sharing = Sharing.METADATA

    @property
    def is_assigned(self) -> bool:
        """Whether org units are assigned to its objects, as those of openIMIS are every day."""
        return "organisationUnits" in self.collections


METADATA_CLASSES: dict[str, MetadataClass] = {
    row.kind: row
    for row in (
        MetadataClass(
            "organisationUnits", "org unit", unique=(), sharing=Sharing.NONE,
            initial=frozenset(),
        ),
        MetadataClass(
            "organisationUnitLevels", "org unit level", unique=("level",), sharing=Sharing.NONE,
        ),
        MetadataClass("userGroups", "user group", unique=("code", "name"), collections=("users",)),
        MetadataClass(
            "optionSets", "option set", unique=("code", "name"), collections=("options",),
        ),
        MetadataClass(
            "options", "option", unique=(), sharing=Sharing.NONE, fixed=("code",),
            initial=frozenset({"sortOrder"}),
        ),
        MetadataClass("trackedEntityAttributes", "tracked entity attribute"),
        MetadataClass(
            "categoryOptions", "category option", initial=LABELS | {"formName"},
            sharing=Sharing.DATA,
        ),
        MetadataClass(
            "categories", "category",
            fixed=("dataDimensionType",), collections=("categoryOptions",),
        ),
        MetadataClass(
            "categoryCombos", "category combination", unique=("code", "name"),
            fixed=("dataDimensionType",), collections=("categories",),
        ),
        MetadataClass("dataElements", "data element", fixed=("domainType",)),
        MetadataClass(
            "trackedEntityTypes", "tracked entity type",  # shown, and unique, short names: from 2.42
            initial=LABELS | {"featureType", "minAttributesRequiredToSearch"},
            links={"trackedEntityTypeAttributes": Links("trackedEntityAttribute", ("mandatory",), "mandatory")},
            sharing=Sharing.PERSONS,
        ),
        MetadataClass(
            "programs", "program", unique=("code", "name"),
            initial=LABELS | {"accessLevel", "enrollmentDateLabel", "minAttributesRequiredToSearch"},
            fixed=("programType", "trackedEntityType"),
            collections=("programStages", "organisationUnits"),
            links={"programTrackedEntityAttributes": Links("trackedEntityAttribute", ("mandatory",), "mandatory")},
            sharing=Sharing.DATA,
        ),
        MetadataClass(
            "programStages", "program stage", unique=(),
            initial=LABELS | {"sortOrder", "executionDateLabel", "hideDueDate", "displayGenerateEventBox"},
            fixed=("program",),
            links={"programStageDataElements": Links("dataElement", ("compulsory", "skipAnalytics"), "compulsory")},
            sharing=Sharing.PERSONS,
        ),
        MetadataClass(
            "organisationUnitGroups", "org unit group", collections=("organisationUnits",),
        ),
        MetadataClass(
            "organisationUnitGroupSets", "org unit group set", initial=LABELS | {"description"},
            collections=("organisationUnitGroups",),
        ),
        MetadataClass(
            "dataSets", "data set", unique=("code", "name", "shortName"),
            fixed=("periodType",), collections=("organisationUnits",),
            links={"dataSetElements": Links("dataElement", ())},
            sharing=Sharing.DATA,
        ),
        MetadataClass(
            "programIndicators", "program indicator", fixed=("program",),
            unordered=("analyticsPeriodBoundaries",),
        ),
        MetadataClass(
            "programIndicatorGroups", "program indicator group", unique=("code", "name"),
            collections=("programIndicators",),
        ),
        MetadataClass(
            "indicatorTypes", "indicator type", unique=("name",), sharing=Sharing.NONE,
        ),
        MetadataClass("indicators", "indicator"),
        MetadataClass(
            "indicatorGroups", "indicator group", unique=("code", "name"),
            collections=("indicators",),
        ),
        MetadataClass(
            "legendSets", "legend set", unique=("code", "name"), unordered=("legends",),
        ),
        MetadataClass(
            "visualizations", "visualization", unique=("code",), initial=NOT_EVEN_NAMES,
            exact=("relativePeriods",),
        ),
        MetadataClass(
            "eventVisualizations", "event visualization", unique=("code",), initial=NOT_EVEN_NAMES,
            exact=("relativePeriods",),
        ),
        MetadataClass(
            "maps", "map", unique=("code",),
            initial=frozenset({"latitude", "longitude", "zoom", "basemap"}), fields=_OF_A_MAP,
            read_one_by_one=True,  # 2.40 to 2.43: the list shows layers without dimensions
        ),
        MetadataClass(
            "dashboards", "dashboard", unique=("code",), initial=NOT_EVEN_NAMES,
            unordered=("dashboardItems",), placed=("dashboardItems",),
        ),
        MetadataClass(
            "userRoles", "user role", unique=("code", "name"), initial=LABELS | {"description"},
            growing=("authorities",), retired=DELETES_FOR_OTHERS,
        ),
    )
}  # fmt: skip

WIDER_VALUE_TYPES: dict[str, frozenset[str]] = {
    "NUMBER": frozenset({"TEXT", "LONG_TEXT"}),
    "INTEGER_ZERO_OR_POSITIVE": frozenset({"INTEGER", "NUMBER", "TEXT", "LONG_TEXT"}),
    "INTEGER": frozenset({"NUMBER", "TEXT", "LONG_TEXT"}),
    "DATE": frozenset({"TEXT", "LONG_TEXT"}),
    "TEXT": frozenset({"LONG_TEXT"}),
}

# What DHIS2 shows of an object and does not take back, or takes back in two spellings.
SHOWN_ONLY = frozenset(
    {"access", "displayName", "displayShortName", "displayFormName", "externalAccess", "favorite",
     "favorites", "href", "leaf", "level", "path", "publicAccess", "translations",
     "user", "userAccesses", "userGroupAccesses"}
)  # fmt: skip
OUTPUT_PERIOD_TYPES: tuple[str, ...] = (
    "Daily", "Weekly", "Monthly", "Quarterly", "SixMonthly", "Yearly", "FinancialJuly",
)  # fmt: skip
