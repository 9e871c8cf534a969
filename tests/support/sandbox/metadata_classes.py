"""The metadata classes the stand-in keeps: what each requires, what must be unique, what refers to
what.

One row a class; import, reads, collections and deletion are all made from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Embedded:
    """Objects that live inside another and are posted with it: not counted, but their references
    are checked.
    """

    klass: str
    references: dict[str, str] = field(default_factory=dict)
    collections: dict[str, str] = field(default_factory=dict)
    identifiable: bool = False  # read whole, each shows what every identifiable object has
    has_uid: bool = False
    not_kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetadataClass:
    """One class of metadata, by the plural name that payloads and paths use."""

    kind: str
    klass: str
    required: tuple[str, ...] = ("name",)
    unique: tuple[str, ...] = ("code",)
    references: dict[str, str] = field(default_factory=dict)
    collections: dict[str, str] = field(default_factory=dict)
    embedded: dict[str, Embedded] = field(default_factory=dict)
    data_sharing: bool = False
    shareable: bool = True
    versions: tuple[int, int] | None = None  # `version` after creation, after an update
    required_from: dict[str, str] = field(default_factory=dict)  # property → first version
    unique_from: dict[str, str] = field(default_factory=dict)
    authors: tuple[str, ...] = ("createdBy", "lastUpdatedBy")
    blank_is_nothing: tuple[str, ...] = ()
    lengths: dict[str, int] = field(
        default_factory=lambda: {"name": 230, "shortName": 50, "code": 50}
    )

    def unique_in(self, version: str) -> tuple[str, ...]:
        """What may not be there twice."""
        later = [name for name, first in self.unique_from.items() if version >= first]
        return (*self.unique, *later)

    @property
    def full_name(self) -> str:
        """Java's name of the class, as reports give it."""
        return f"org.hisp.dhis.{self.klass}"

    @property
    def simple_name(self) -> str:
        """`OrganisationUnit`."""
        return self.klass.rsplit(".", 1)[-1]

    @property
    def singular(self) -> str:
        """`organisationUnit`, as /api/sharing?type= takes it."""
        return self.simple_name[0].lower() + self.simple_name[1:]


_NAMED = ("name", "shortName")
_UNIQUELY_NAMED = ("code", "name", "shortName")

_DATA_DIMENSION_ITEM = Embedded(
    "common.DataDimensionItem",
    references={
        "programIndicator": "programIndicators",
        "indicator": "indicators",
        "dataElement": "dataElements",
    },
)
_ANALYTICAL = {
    "dataDimensionItems": _DATA_DIMENSION_ITEM,
    "organisationUnitGroupSetDimensions": Embedded(
        "organisationunit.OrganisationUnitGroupSetDimension",
        references={"organisationUnitGroupSet": "organisationUnitGroupSets"},
        collections={"organisationUnitGroups": "organisationUnitGroups"},
    ),
    "dataElementDimensions": Embedded(
        "trackedentity.TrackedEntityDataElementDimension",
        references={"dataElement": "dataElements"},
    ),
    "attributeDimensions": Embedded(
        "trackedentity.TrackedEntityAttributeDimension",
        references={"attribute": "trackedEntityAttributes"},
    ),
}
_OWNED_ATTRIBUTE = {"trackedEntityAttribute": "trackedEntityAttributes"}

_CLASSES = (
    MetadataClass(
        "organisationUnits",
        "organisationunit.OrganisationUnit",
        required=("name", "shortName", "openingDate"),
        references={"parent": "organisationUnits"},
        shareable=False,
    ),
    MetadataClass(
        "organisationUnitLevels",
        "organisationunit.OrganisationUnitLevel",
        required=("name", "level"),
        unique=("level",),
        shareable=False,
        authors=("lastUpdatedBy",),
    ),
    MetadataClass(
        "organisationUnitGroups",
        "organisationunit.OrganisationUnitGroup",
        required=_NAMED,
        unique=_UNIQUELY_NAMED,
        collections={"organisationUnits": "organisationUnits"},
    ),
    MetadataClass(
        "organisationUnitGroupSets",
        "organisationunit.OrganisationUnitGroupSet",
        required=_NAMED,
        unique=_UNIQUELY_NAMED,
        collections={"organisationUnitGroups": "organisationUnitGroups"},
    ),
    MetadataClass(
        "optionSets",
        "option.OptionSet",
        required=("name", "valueType"),
        unique=("code", "name"),
        collections={"options": "options"},
        versions=(0, 2),
    ),
    MetadataClass(
        "options",
        "option.Option",
        required=("name", "code"),
        unique=(),
        references={"optionSet": "optionSets"},
        shareable=False,
        authors=(),
        lengths={"name": 230, "code": 230},
    ),
    MetadataClass(
        "trackedEntityAttributes",
        "trackedentity.TrackedEntityAttribute",
        required=("name", "shortName", "valueType", "aggregationType"),
        unique=_UNIQUELY_NAMED,
        references={"optionSet": "optionSets"},
    ),
    MetadataClass(
        "trackedEntityTypes",
        "trackedentity.TrackedEntityType",
        unique=("code", "name"),
        required_from={"shortName": "2.42"},
        unique_from={"shortName": "2.42"},
        embedded={
            "trackedEntityTypeAttributes": Embedded(
                "trackedentity.TrackedEntityTypeAttribute",
                _OWNED_ATTRIBUTE,
                identifiable=True,
                not_kept=("sortOrder",),
            )
        },
        data_sharing=True,
    ),
    MetadataClass(
        "dataElements",
        "dataelement.DataElement",
        required=("name", "shortName", "valueType", "domainType", "aggregationType"),
        unique=_UNIQUELY_NAMED,
        references={"optionSet": "optionSets", "categoryCombo": "categoryCombos"},
    ),
    MetadataClass(
        "dataElementGroups",
        "dataelement.DataElementGroup",
        required=_NAMED,
        unique=_UNIQUELY_NAMED,
        collections={"dataElements": "dataElements"},
    ),
    MetadataClass(
        "programs",
        "program.Program",
        required=("name", "shortName", "programType"),
        references={"trackedEntityType": "trackedEntityTypes", "categoryCombo": "categoryCombos"},
        collections={"programStages": "programStages", "organisationUnits": "organisationUnits"},
        embedded={
            "programTrackedEntityAttributes": Embedded(
                "program.ProgramTrackedEntityAttribute", _OWNED_ATTRIBUTE, identifiable=True
            )
        },
        data_sharing=True,
        versions=(0, 1),
    ),
    MetadataClass(
        "programStages",
        "program.ProgramStage",
        references={"program": "programs"},
        embedded={
            "programStageDataElements": Embedded(
                "program.ProgramStageDataElement",
                {"dataElement": "dataElements"},
                identifiable=True,
            )
        },
        data_sharing=True,
    ),
    MetadataClass(
        "programStageSections",
        "program.ProgramStageSection",
        references={"programStage": "programStages"},
        collections={"dataElements": "dataElements"},
        shareable=False,
    ),
    MetadataClass(
        "programIndicators",
        "program.ProgramIndicator",
        required=("name", "shortName", "program"),
        unique=_UNIQUELY_NAMED,
        references={"program": "programs"},
        blank_is_nothing=("filter",),
        embedded={
            "analyticsPeriodBoundaries": Embedded(
                "program.AnalyticsPeriodBoundary", identifiable=True
            )
        },
    ),
    MetadataClass(
        "programIndicatorGroups",
        "program.ProgramIndicatorGroup",
        unique=("code", "name"),
        collections={"programIndicators": "programIndicators"},
    ),
    MetadataClass(
        "indicatorTypes",
        "indicator.IndicatorType",
        required=("name", "factor"),
        shareable=False,
        authors=("lastUpdatedBy",),
    ),
    MetadataClass(
        "indicators",
        "indicator.Indicator",
        required=("name", "shortName", "indicatorType", "numerator", "denominator"),
        references={"indicatorType": "indicatorTypes"},
    ),
    MetadataClass(
        "indicatorGroups",
        "indicator.IndicatorGroup",
        unique=("code", "name"),
        collections={"indicators": "indicators"},
    ),
    MetadataClass(
        "indicatorGroupSets",
        "indicator.IndicatorGroupSet",
        unique=("code", "name"),
        collections={"indicatorGroups": "indicatorGroups"},
    ),
    MetadataClass(
        "legendSets",
        "legend.LegendSet",
        unique=("code", "name"),
        embedded={"legends": Embedded("legend.Legend", identifiable=True)},
    ),
    MetadataClass(
        "visualizations",
        "visualization.Visualization",
        required=("name", "type"),
        collections={"organisationUnits": "organisationUnits"},
        embedded=_ANALYTICAL,
    ),
    MetadataClass(
        "eventVisualizations",
        "eventvisualization.EventVisualization",
        required=("name", "type"),
        references={"program": "programs", "programStage": "programStages"},
        collections={"organisationUnits": "organisationUnits"},
        embedded=_ANALYTICAL,
    ),
    MetadataClass(
        "maps",
        "mapping.Map",
        embedded={
            "mapViews": Embedded(
                "mapping.MapView",
                {"legendSet": "legendSets"},
                {"organisationUnits": "organisationUnits"},
                has_uid=True,
            )
        },
    ),
    MetadataClass(
        "dashboards",
        "dashboard.Dashboard",
        embedded={
            "dashboardItems": Embedded(
                "dashboard.DashboardItem",
                {
                    "visualization": "visualizations",
                    "eventVisualization": "eventVisualizations",
                    "eventReport": "eventVisualizations",
                    "map": "maps",
                },
                identifiable=True,
            )
        },
    ),
    MetadataClass(
        "dataSets",
        "dataset.DataSet",
        required=("name", "shortName", "periodType"),
        unique=("code", "shortName"),
        references={"categoryCombo": "categoryCombos"},
        collections={"organisationUnits": "organisationUnits"},
        embedded={
            "dataSetElements": Embedded(
                "dataset.DataSetElement", {"dataElement": "dataElements", "dataSet": "dataSets"}
            )
        },
        data_sharing=True,
    ),
    MetadataClass("userRoles", "user.UserRole", unique=("code", "name")),
    MetadataClass(
        "userGroups",
        "user.UserGroup",  # of names that two groups have, DHIS2 says nothing
        collections={"users": "users"},
    ),
    MetadataClass(
        "users",
        "user.User",
        required=("username", "firstName", "surname"),
        unique=("code", "username"),
        collections={
            "userRoles": "userRoles",
            "organisationUnits": "organisationUnits",
            "dataViewOrganisationUnits": "organisationUnits",
            "teiSearchOrganisationUnits": "organisationUnits",
        },
        shareable=False,
    ),
    MetadataClass(
        "categoryOptions",
        "category.CategoryOption",
        required=_NAMED,
        unique=_UNIQUELY_NAMED,
        data_sharing=True,
    ),
    MetadataClass(
        "categories",
        "category.Category",
        required=("name", "shortName", "dataDimensionType"),
        unique=_UNIQUELY_NAMED,
        collections={"categoryOptions": "categoryOptions"},
    ),
    MetadataClass(
        "categoryCombos",
        "category.CategoryCombo",
        required=("name", "dataDimensionType"),
        unique=("code", "name"),
        collections={"categories": "categories"},
    ),
    MetadataClass(
        "categoryOptionCombos",
        "category.CategoryOptionCombo",
        references={"categoryCombo": "categoryCombos"},
        collections={"categoryOptions": "categoryOptions"},
        shareable=False,
    ),
    MetadataClass("constants", "constant.Constant", required=("name", "shortName", "value")),
    MetadataClass("attributes", "attribute.Attribute"),
)

CLASSES = {row.kind: row for row in _CLASSES}
BY_SINGULAR = {row.singular: row for row in _CLASSES}

# Objects that may not be deleted while others are there that name them: kind → (holding kind,
# property).
HELD_BY = {
    "optionSets": (("dataElements", "optionSet"), ("trackedEntityAttributes", "optionSet")),
    "trackedEntityTypes": (("programs", "trackedEntityType"),),
    "organisationUnits": (("organisationUnits", "parent"),),
    "indicatorTypes": (("indicators", "indicatorType"),),
}

# Which authorities let a user make or change objects of a class, but for their endings: the names
# that 2.42 lists. Of a class that is not here only a superuser may.
AUTHORITY_STEMS = {
    "organisationUnits": "F_ORGANISATIONUNIT",
    "organisationUnitLevels": "F_ORGANISATIONUNITLEVEL",
    "organisationUnitGroups": "F_ORGUNITGROUP",
    "organisationUnitGroupSets": "F_ORGUNITGROUPSET",
    "optionSets": "F_OPTIONSET",
    "options": "F_OPTIONSET",
    "trackedEntityAttributes": "F_TRACKED_ENTITY_ATTRIBUTE",
    "trackedEntityTypes": "F_TRACKED_ENTITY",
    "dataElements": "F_DATAELEMENT",
    "dataElementGroups": "F_DATAELEMENTGROUP",
    "programs": "F_PROGRAM",
    "programStages": "F_PROGRAMSTAGE",
    "programIndicators": "F_PROGRAM_INDICATOR",
    "programIndicatorGroups": "F_PROGRAM_INDICATOR_GROUP",
    "indicatorTypes": "F_INDICATORTYPE",
    "indicators": "F_INDICATOR",
    "indicatorGroups": "F_INDICATORGROUP",
    "indicatorGroupSets": "F_INDICATORGROUPSET",
    "legendSets": "F_LEGEND_SET",
    "visualizations": "F_VISUALIZATION",
    "eventVisualizations": "F_EVENT_VISUALIZATION",
    "maps": "F_MAP",
    "dashboards": "F_DASHBOARD",
    "dataSets": "F_DATASET",
    "categoryOptions": "F_CATEGORY_OPTION",
    "categories": "F_CATEGORY",
    "categoryCombos": "F_CATEGORY_COMBO",
    "userRoles": "F_USERROLE",
    "userGroups": "F_USERGROUP",
    "users": "F_USER",
    "constants": "F_CONSTANT",
    "attributes": "F_ATTRIBUTE",
}
AUTHORITY_ENDINGS = ("_ADD", "_PUBLIC_ADD", "_PRIVATE_ADD", "_UPDATE")

JAVA_TYPES = {"openingDate": "java.util.Date", "level": "java.lang.Integer"}
