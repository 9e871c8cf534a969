"""Forms of requests that no real server was asked yet, and what the source of each version says.

A form leaves here when a recording holds it: ask a real server (tests/recorded/contract/story).

People of a type by the value of an attribute: `TrackerTrackedEntityCriteria` and
`RequestParamUtils.parseAttributeQueryItems` of 2.40.12; `TrackedEntityRequestParamsMapper` and
`FilterParser` of 2.42.5.2 (`program` and `trackedEntityType` exclude each other; `in` divides its
operand at semicolons, `QueryFilter.getFilterItems`; a slash escapes slash, comma and colon). What
`fields` asks for is one code for all lists of people: real servers answered each in others.

Objects of a class by UID, with fewer fields than were asked for: real servers answered the same
filter with all of their fields (`:owner`), and the same fields with other filters, or for the
classes `dataElements`, `trackedEntityAttributes` and `maps`; one code serves all
(`AbstractCrudController`, `AbstractFullReadOnlyController.getObjectList`).

How many org units there are, which a page of one says: `AbstractFullReadOnlyController` of 2.40.12,
2.41.9, 2.42.5.2 and 2.43.1 answers every page with `pager` and its `total`.

Whether any org unit has a geometry: a real 2.42.5.2 answered the filter `!null`; `FilterParser` and
`QueryUtils.getCriteria` of the others have it.

Data values and what they are made of: `DataValueSetController`, `MaintenanceController` and the
lists of categories, their options, combinations and data sets are those of 2.42 in 2.41.9.1 and
2.43.1, but for what is refused by 2.43 (`DataEntryGroup`; contract/recordings).

All translations of an object: `AbstractCrudController.replaceTranslations` of 2.40.12 and 2.42.5.2
takes them for every class, looks at them as at those of a payload (`TranslationsCheck`), and
answers 204, or 409 with the report of the object.
"""

from __future__ import annotations

_PEOPLE = frozenset(
    {"attributes[attribute,value]", "deleted", "programOwners[orgUnit,program]", "trackedEntity"}
)
_BY_VALUE = (
    "GET /api/tracker/trackedEntities?fields&filter=*:in&order=createdAt&{}"
    "&page&pageSize&trackedEntityType"
)

VERSIONS = ("2.41", "2.43")
"""A real 2.40.12 and a real 2.42.5.2 were asked."""
_OBJECTS = [
    "dashboards",
    "dataSets",
    "eventVisualizations",
    "indicatorGroups",
    "indicatorTypes",
    "indicators",
    "legendSets",
    "optionSets",
    "options",
    "organisationUnitGroupSets",
    "organisationUnitGroups",
    "programIndicatorGroups",
    "programIndicators",
    "programStages",
    "programs",
    "trackedEntityTypes",
    "userGroups",
    "userRoles",
    "visualizations",
]
_BY_UID = "GET /api/{}?fields&filter=id:in&paging=false"

_VALUES = "POST /api/dataValueSets?async=false&dryRun&importStrategy={}"
_FIGURES: dict[str, set[str]] = {
    "GET /api/categoryOptions?fields&paging=false": {"id", "name", "code", "shortName"},
    "GET /api/categories?fields&paging=false": {"id", "name", "code", "shortName"},
    "GET /api/categoryCombos?fields&paging=false": {"id", "name", "code"},
    _BY_UID.format("categoryOptions"): {"id", ":owner"},
    _BY_UID.format("categories"): {"id", ":owner"},
    _BY_UID.format("categoryCombos"): {"id", ":owner"},
    _BY_UID.format("dataElements"): {"id", "categoryCombo[id]"},
    _BY_UID.format("dataSets"): {
        "id", "access[data[write]]", "organisationUnits[id]", "dataSetElements[dataElement[id]]",
    },
    "GET /api/categoryOptionCombos?fields&filter=categoryCombo.id:eq&paging=false": {
        "id", "categoryOptions[id]",
    },
    "POST /api/maintenance/categoryOptionComboUpdate/categoryCombo/*": set(),
    _VALUES.format("CREATE_AND_UPDATE"): set(),
    _VALUES.format("DELETE"): set(),
}  # fmt: skip

_TRANSLATED = [*_OBJECTS, "categories", "categoryCombos", "categoryOptions", "dataElements", "maps",
               "trackedEntityAttributes"]  # fmt: skip
EVERY_VERSION = (*VERSIONS, "2.40", "2.42")

FORMS_OF_THE_SOURCE: dict[str, dict[str, frozenset[str]]] = {
    _BY_VALUE.format("orgUnitMode=ACCESSIBLE"): dict.fromkeys(VERSIONS, _PEOPLE),
    **{_BY_UID.format(kind): dict.fromkeys(VERSIONS, frozenset({"id"})) for kind in _OBJECTS},
    _BY_UID.format("organisationUnits"): dict.fromkeys(VERSIONS, frozenset({"id", "path"})),
    "GET /api/organisationUnits?fields&pageSize": dict.fromkeys(EVERY_VERSION, frozenset({"id"})),
    "GET /api/organisationUnits?fields&filter=geometry:!null&pageSize": dict.fromkeys(
        EVERY_VERSION, frozenset({"id"})
    ),
    **{
        f"PUT /api/{kind}/*/translations": dict.fromkeys(EVERY_VERSION, frozenset())
        for kind in _TRANSLATED
    },
    **{form: dict.fromkeys(VERSIONS, frozenset(fields)) for form, fields in _FIGURES.items()},
}
