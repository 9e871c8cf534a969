"""What DHIS2 translates of an object, and by which key (2.40 to 2.43).

Text items of dashboards, and legends, are not among it: DHIS2 has no translation of the first, and
the second are parts of their set.
"""

TRANSLATION_KEYS: dict[str, str] = {
    "name": "NAME",
    "shortName": "SHORT_NAME",
    "formName": "FORM_NAME",
    "description": "DESCRIPTION",
    "enrollmentDateLabel": "ENROLLMENT_DATE_LABEL",
    "executionDateLabel": "EXECUTION_DATE_LABEL",
    "numeratorDescription": "NUMERATOR_DESCRIPTION",
    "denominatorDescription": "DENOMINATOR_DESCRIPTION",
    "title": "title",  # spelled like the property, as DHIS2 has no other name for it
}
"""Property of an object to its key in `translations`."""

ONLY_THE_NAME: frozenset[str] = frozenset(
    {"userGroups", "userRoles", "optionSets", "categoryCombos", "programIndicatorGroups",
     "indicatorTypes", "indicatorGroups", "legendSets"}
)  # fmt: skip
"""Classes of which DHIS2 translates the name alone."""

NAMED_BY_THE_COUNTRY: frozenset[str] = frozenset({"organisationUnits", "organisationUnitLevels"})
"""Classes whose names come from the country file or from openIMIS."""
