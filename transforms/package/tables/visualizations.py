"""The charts and tables: what each shows, how it is laid out, of which time and which org units.

Items are keys of program indicators (`covered.female`) or, after `indicator:`, of indicators. A key
that ends in `:*` stands for all of the country's options (`covered.education:*`). What a country
does not have is left out of the chart, and a chart without items is left out.

Periods are relative and over: of the time since the last month's end, some figures are of today.
"""

from dataclasses import dataclass
from enum import StrEnum

from transforms.core.metadata_uids import metadata_uid
from transforms.openimis.tables.places import FACILITY_LEVEL, FACILITY_OWNERSHIP, GroupSet
from transforms.package.tables.legend_sets import LESS_IS_BETTER, MORE_IS_BETTER, LegendSet


class Kind(StrEnum):
    """DHIS2's type of a visualization."""

    COLUMN = "COLUMN"
    STACKED_COLUMN = "STACKED_COLUMN"
    BAR = "BAR"
    LINE = "LINE"
    STACKED_AREA = "STACKED_AREA"
    PIE = "PIE"
    GAUGE = "GAUGE"
    SINGLE_VALUE = "SINGLE_VALUE"
    PIVOT_TABLE = "PIVOT_TABLE"


class Period(StrEnum):
    """A relative period that is over, as `relativePeriods` spells it."""

    LAST_MONTH = "lastMonth"
    LAST_YEAR = "lastYear"
    LAST_6_MONTHS = "last6Months"
    LAST_12_MONTHS = "last12Months"


ONE_PERIOD = frozenset({Period.LAST_MONTH, Period.LAST_YEAR})
"""Those that are one period: figures of several cannot be made into one by every measure."""


class OrgUnits(StrEnum):
    """Whose figures are shown."""

    OWN = "userOrganisationUnit"
    BELOW = "userOrganisationUnitChildren"


GROUPS = "org unit group set"
"""Stands for the UID of the chart's group set."""


@dataclass(frozen=True)
class Layout:
    """What stands where.

    Attributes:
        columns: Series of a chart, columns of a table.
        rows: Categories of a chart, rows of a table.
        filters: What is the same for all that is shown.
        org_units: Whose figures.
    """

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    filters: tuple[str, ...]
    org_units: OrgUnits = OrgUnits.OWN


BY_PERIOD = Layout(("dx",), ("pe",), ("ou",))
BY_AREA = Layout(("dx",), ("ou",), ("pe",), OrgUnits.BELOW)
BY_ITEM = Layout(("pe",), ("dx",), ("ou",))
BY_GROUP = Layout(("dx",), (GROUPS,), ("pe", "ou"))
TOTAL = Layout(("dx",), (), ("pe", "ou"))


@dataclass(frozen=True)
class Visualization:
    """A chart or table.

    Attributes:
        key: Short name, used in tables and tests.
        uid: The seed's UID; empty where it is made from the key.
        name: Name and title in DHIS2.
        kind: Type of chart.
        layout: What stands where.
        items: Data items, by key.
        period: Of which time.
        legend: Colours by value.
        group_set: With `BY_GROUP`, by which groups of org units.
        note: What an analyst has to know.
    """

    key: str
    uid: str
    name: str
    kind: Kind
    layout: Layout
    items: tuple[str, ...]
    period: Period
    legend: LegendSet | None = None
    group_set: GroupSet | None = None
    note: str = ""

    @property
    def made_uid(self) -> str:
        """The seed's UID, or one made from the key."""
        return self.uid or metadata_uid(f"visualization:{self.key}")


GENDERS = ("female", "male", "other-gender")
AGES = ("age-0-14", "age-15-29", "age-30-44", "age-45")
POVERTY = ("poor", "non-poor")
VISIT_TYPES = ("emergency", "referral", "other")
AT_END = "Each figure is of the last day of its period."
BELOW_ONE = "By the org units below one's own: regions of the country, districts of a region."
OF_THE_HEAD = "Households count by their heads; gender and age are the head's."


def _each(measure: str, splits: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{measure}.{split}" for split in splits)


_COLUMN, _STACKED, _BAR, _LINE = Kind.COLUMN, Kind.STACKED_COLUMN, Kind.BAR, Kind.LINE
_AREA, _PIE, _SINGLE = Kind.STACKED_AREA, Kind.PIE, Kind.SINGLE_VALUE
_MONTH, _MONTHS_6, _MONTHS_12 = Period.LAST_MONTH, Period.LAST_6_MONTHS, Period.LAST_12_MONTHS
_YEAR = Period.LAST_YEAR

ENROLLMENT: tuple[Visualization, ...] = (
    Visualization("enrolled-by-month", "PDRnxsmlmdD", "Households and individuals enrolled", _LINE, BY_PERIOD, ("households", "enrolled"), _MONTHS_12, note=AT_END),
    Visualization("enrolled-by-area", "ELNpOnexjGP", "Households and individuals enrolled by area", _COLUMN, BY_AREA, ("households", "enrolled"), _MONTH, note=BELOW_ONE),
    Visualization("households-by-poverty", "ME4NhJT8H7v", "Households enrolled: poor and non-poor", _PIE, TOTAL, _each("households", POVERTY), _MONTH),
    Visualization("coverage-by-poverty", "EbxKR3F69e3", "Equity: coverage of poor and non-poor households (%)", _COLUMN, BY_PERIOD, ("indicator:coverage-poor", "indicator:coverage-non-poor"), _MONTHS_6, note=AT_END),
    Visualization("enrollment-rate", "lkktazgVY4P", "Individual enrollment rate (% of the population)", Kind.GAUGE, TOTAL, ("indicator:enrollment-rate",), _YEAR, MORE_IS_BETTER,
                  note="Needs the population of last year; import-population brings it in."),
    Visualization("enrolled-by-gender", "dsqd9OBkJp9", "Individuals enrolled by gender", _PIE, TOTAL, _each("enrolled", GENDERS), _MONTH),
    Visualization("enrolled-by-age", "", "Individuals enrolled by age", _COLUMN, BY_ITEM, _each("enrolled", AGES), _MONTH),
    Visualization("newly-enrolled", "", "Households and individuals newly enrolled", _COLUMN, BY_PERIOD, ("households-new", "enrolled-new"), _MONTHS_12),
    Visualization("poor-ratio", "", "Poor to non-poor households", _SINGLE, TOTAL, ("indicator:poor-ratio",), _MONTH),
    Visualization("family-size", "", "Average household size", _SINGLE, TOTAL, ("indicator:family-size",), _MONTH),
)  # fmt: skip

POLICIES: tuple[Visualization, ...] = (
    Visualization("individuals-cover", "xFgI95hdB2T", "Individuals enrolled: covered and not covered", _AREA, BY_PERIOD, ("covered", "not-covered"), _MONTHS_12, note=AT_END),
    Visualization("renewal-rate", "QfvgGvyVjO7", "Renewal rate of households and individuals (%)", _COLUMN, BY_PERIOD, ("indicator:renewal-households", "indicator:renewal-individuals"), _MONTHS_12),
    Visualization("individuals-policies", "bEX4HER4kGn", "Individuals with active, new and renewed policy", _LINE, BY_PERIOD, ("covered", "new", "renewed"), _MONTHS_12,
                  note="Active: on the last day of the month; new and renewed: in the month."),
    Visualization("new-and-renewed", "o1R3Blc8UJY", "Individuals and households with new and renewed policies", Kind.PIVOT_TABLE, BY_ITEM, ("households-with-new", "new", "households-renewed", "renewed"), _MONTHS_12,
                  note="No total over the months: one person may be in several of them."),
    Visualization("households-cover", "fYd9TOe6Oqi", "Households enrolled: covered and not covered", _AREA, BY_PERIOD, ("households-covered", "households-not-covered"), _MONTHS_12, note=AT_END),
    Visualization("households-policies", "lRhvfT1pLAd", "Households with active, new and renewed policy", _LINE, BY_PERIOD, ("households-covered", "households-with-new", "households-renewed"), _MONTHS_12,
                  note="Active: on the last day of the month; new and renewed: in the month."),
    Visualization("policies-by-product", "", "Policies in force by product", _BAR, BY_ITEM, ("policies-in-force.product:*",), _MONTH),
    Visualization("why-not-covered", "", "Individuals not covered: cover lapsed or never had", _STACKED, BY_PERIOD, ("indicator:lapsed", "indicator:never-covered"), _MONTHS_12, note=AT_END),
)  # fmt: skip

ACTIVE_INDIVIDUALS: tuple[Visualization, ...] = (
    Visualization("covered-by-gender-and-area", "SuzFIZFmiWe", "Individuals with active policy by gender and area", _STACKED, BY_AREA, _each("covered", GENDERS), _MONTH, note=BELOW_ONE),
    Visualization("covered-by-age-and-area", "k1HWp7c6RGu", "Individuals with active policy by age and area", _STACKED, BY_AREA, _each("covered", AGES), _MONTH, note=BELOW_ONE),
    Visualization("covered-by-gender", "NTodGwTk6R8", "Individuals with active policy by gender", _LINE, BY_PERIOD, _each("covered", GENDERS), _MONTHS_12, note=AT_END),
    Visualization("covered-by-age", "vxiDJsWZcgs", "Individuals with active policy by age", _STACKED, BY_PERIOD, _each("covered", AGES), _MONTHS_12, note=AT_END),
    Visualization("coverage-by-area", "", "Coverage of individuals by area (%)", _COLUMN, BY_AREA, ("indicator:coverage",), _MONTH, MORE_IS_BETTER, note=BELOW_ONE),
    Visualization("coverage-by-gender", "", "Coverage of individuals by gender (%)", _LINE, BY_PERIOD, ("indicator:coverage-female", "indicator:coverage-male"), _MONTHS_12, note=AT_END),
    Visualization("covered-by-education", "", "Individuals with active policy by education", _BAR, BY_ITEM, ("covered.education:*",), _MONTH),
    Visualization("covered-by-family-type", "", "Individuals with active policy by family type", _BAR, BY_ITEM, ("covered.family-type:*",), _MONTH),
)  # fmt: skip

UNCOVERED_INDIVIDUALS: tuple[Visualization, ...] = (
    Visualization("not-covered-by-gender-and-area", "nXpt1cGa22g", "Individuals enrolled and not covered by gender and area", _STACKED, BY_AREA, _each("not-covered", GENDERS), _MONTH, note=BELOW_ONE),
    Visualization("not-covered-by-age", "uYGqgUiVze8", "Individuals enrolled and not covered by age", _STACKED, BY_PERIOD, _each("not-covered", AGES), _MONTHS_12, note=AT_END),
    Visualization("not-covered-by-age-and-area", "seIVGmOiDkQ", "Individuals enrolled and not covered by age and area", _STACKED, BY_AREA, _each("not-covered", AGES), _MONTH, note=BELOW_ONE),
    Visualization("not-covered-by-gender", "ON5dW2gPVbO", "Individuals enrolled and not covered by gender", _LINE, BY_PERIOD, _each("not-covered", GENDERS), _MONTHS_12, note=AT_END),
    Visualization("not-covered-by-education", "", "Individuals enrolled and not covered by education", _BAR, BY_ITEM, ("not-covered.education:*",), _MONTH),
)  # fmt: skip

ACTIVE_HOUSEHOLDS: tuple[Visualization, ...] = (
    Visualization("households-covered-by-gender-and-area", "OfTPr2IozgZ", "Households with active policy by gender and area", _STACKED, BY_AREA, _each("households-covered", GENDERS), _MONTH, note=OF_THE_HEAD),
    Visualization("households-covered-by-gender", "UaeEOTtiMHt", "Households with active policy by gender", _STACKED, BY_PERIOD, _each("households-covered", GENDERS), _MONTHS_12, note=OF_THE_HEAD),
    Visualization("households-covered-by-age-and-area", "lhfvdDYVcKF", "Households with active policy by age and area", _STACKED, BY_AREA, _each("households-covered", AGES), _MONTH, note=OF_THE_HEAD),
    Visualization("households-covered-by-age", "Tfyg1VjeN89", "Households with active policy by age", _STACKED, BY_PERIOD, _each("households-covered", AGES), _MONTHS_12, note=OF_THE_HEAD),
)  # fmt: skip

UNCOVERED_HOUSEHOLDS: tuple[Visualization, ...] = (
    Visualization("households-not-covered-by-gender", "zRPCe2R0iT4", "Households enrolled and not covered by gender", _LINE, BY_PERIOD, _each("households-not-covered", GENDERS), _MONTHS_12, note=OF_THE_HEAD),
    Visualization("households-not-covered-by-gender-and-area", "cobTxrpEmrp", "Households enrolled and not covered by gender and area", _STACKED, BY_AREA, _each("households-not-covered", GENDERS), _MONTH, note=OF_THE_HEAD),
    Visualization("households-not-covered-by-age", "fEFyoZODa7m", "Households enrolled and not covered by age", _STACKED, BY_PERIOD, _each("households-not-covered", AGES), _MONTHS_12, note=OF_THE_HEAD),
    Visualization("households-not-covered-by-age-and-area", "NaCHYSORzue", "Households enrolled and not covered by age and area", _STACKED, BY_AREA, _each("households-not-covered", AGES), _MONTH, note=OF_THE_HEAD),
)  # fmt: skip

CLAIMS: tuple[Visualization, ...] = (
    Visualization("claims-entered", "JPPJZe5htHr", "Claims entered (number)", _COLUMN, BY_PERIOD, ("claims-entered",), _MONTHS_12),
    Visualization("claimed", "D5UoBBqMQI0", "Claims entered (value)", _COLUMN, BY_PERIOD, ("claimed",), _MONTHS_12),
    Visualization("claimed-per-capita", "zSX7XUKj080", "Incurred claims per capita", _COLUMN, BY_PERIOD, ("indicator:claimed-per-capita",), _MONTHS_12),
    Visualization("claimed-per-claimant", "ZW9PrJKpd7t", "Average value claimed per member with claims", _COLUMN, BY_PERIOD, ("indicator:claimed-per-claimant",), _MONTHS_12),
    Visualization("claims-by-area", "", "Claims entered by area (number)", _COLUMN, BY_AREA, ("claims-entered",), _YEAR, note=BELOW_ONE),
    Visualization("claims-by-facility-level", "", "Claims entered by level of the facility (number)", _COLUMN, BY_GROUP, ("claims-entered",), _YEAR, group_set=FACILITY_LEVEL),
    Visualization("claims-by-ownership", "", "Claims entered, public and private facilities (value)", _COLUMN, BY_GROUP, ("claimed",), _YEAR, group_set=FACILITY_OWNERSHIP),
    Visualization("claims-by-product", "", "Claims entered by product (value)", _BAR, BY_ITEM, ("claimed.product:*",), _YEAR),
    Visualization("claims-by-gender", "", "Claims entered by gender of the patient", _STACKED, BY_PERIOD, _each("claims-entered", GENDERS), _MONTHS_12),
    Visualization("claims-by-age", "", "Claims entered by age of the patient", _STACKED, BY_PERIOD, _each("claims-entered", AGES), _MONTHS_12),
    Visualization("claimants-share", "", "Share of the enrolled with claims (%)", _LINE, BY_PERIOD, ("indicator:claimants-share",), _MONTHS_12),
    Visualization("claims-rejected", "hHW0EUZeUux", "Rejected claims (number)", _COLUMN, BY_PERIOD, ("claims-rejected",), _MONTHS_12),
    Visualization("rejected-value", "BOM1KerPEWy", "Rejected claims (value)", _COLUMN, BY_PERIOD, ("rejected-value",), _MONTHS_12),
    Visualization("rejection-rate", "AFjGQzmdOKk", "Claims rejection rate (%)", _COLUMN, BY_PERIOD, ("indicator:rejection-rate",), _MONTHS_12, LESS_IS_BETTER,
                  note="Of the claims of each month, those rejected by now: the newest months may still grow."),
    Visualization("pending", "LdsCp4OssAB", "Pending claims (number)", _COLUMN, BY_PERIOD, ("pending",), _MONTHS_12, note=AT_END),
    Visualization("pending-value", "", "Pending claims (value)", _COLUMN, BY_PERIOD, ("pending-value",), _MONTHS_12, note=AT_END),
    Visualization("share-pending", "VO0I8nh4Xby", "Proportion of pending claims (%)", _LINE, BY_PERIOD, ("indicator:share-pending",), _MONTHS_12),
    Visualization("claims-status", "fiDXynXOto3", "Claims status (number)", _COLUMN, BY_PERIOD, ("claims-entered", "pending", "claims-valuated", "claims-rejected"), _MONTHS_6,
                  note="Pending: on the last day of the month; the others: in the month."),
    Visualization("claims-status-value", "tSbplZ9fwQx", "Claims status (value)", _COLUMN, BY_PERIOD, ("claimed", "pending-value", "valuated", "rejected-value"), _MONTHS_6,
                  note="Pending: on the last day of the month; the others: in the month."),
    Visualization("claims-by-visit-type", "jrNT1yG1isV", "Emergency, referral and other claims (number)", _STACKED, BY_PERIOD, _each("claims-entered", VISIT_TYPES), _MONTHS_12),
    Visualization("share-by-visit-type", "r15okPJAL4d", "Emergency, referral and other claims (% of all)", _STACKED, BY_PERIOD, tuple(f"indicator:share-{kind}" for kind in VISIT_TYPES), _MONTHS_12,
                  note="Claims without visit type are in none of the three."),
    Visualization("reimbursed", "AbcflebQNUI", "Reimbursed claims (number)", _COLUMN, BY_PERIOD, ("reimbursed",), _MONTHS_12),
    Visualization("remunerated", "TtBkt94t2c5", "Reimbursed claims (value)", _COLUMN, BY_PERIOD, ("remunerated",), _MONTHS_12),
    Visualization("share-reimbursed", "Et1s1m6YHUF", "Proportion of reimbursed claims (%)", _LINE, BY_PERIOD, ("indicator:share-reimbursed",), _MONTHS_12,
                  note="Of the claims of each month, those reimbursed by now: the newest months may still grow."),
)  # fmt: skip

SERVICES: tuple[Visualization, ...] = (
    Visualization("services-lines", "", "Claimed services (lines)", _COLUMN, BY_PERIOD, ("services-lines",), _MONTHS_12),
    Visualization("services-quantity", "", "Claimed services (quantity)", _COLUMN, BY_PERIOD, ("services-quantity",), _MONTHS_12),
    Visualization("services-amount", "", "Claimed services (value)", _COLUMN, BY_PERIOD, ("services-amount",), _MONTHS_12),
    Visualization("services-per-claim", "", "Services per claim", _LINE, BY_PERIOD, ("indicator:services-per-claim",), _MONTHS_12),
    Visualization("services-by-area", "", "Claimed services by area (quantity)", _COLUMN, BY_AREA, ("services-quantity",), _YEAR, note=BELOW_ONE),
    Visualization("services-by-facility-level", "", "Claimed services by level of the facility (value)", _COLUMN, BY_GROUP, ("services-amount",), _YEAR, group_set=FACILITY_LEVEL),
)  # fmt: skip

ITEMS: tuple[Visualization, ...] = (
    Visualization("items-lines", "", "Claimed items (lines)", _COLUMN, BY_PERIOD, ("items-lines",), _MONTHS_12),
    Visualization("items-quantity", "", "Claimed items (quantity)", _COLUMN, BY_PERIOD, ("items-quantity",), _MONTHS_12),
    Visualization("items-amount", "", "Claimed items (value)", _COLUMN, BY_PERIOD, ("items-amount",), _MONTHS_12),
    Visualization("items-per-claim", "", "Items per claim", _LINE, BY_PERIOD, ("indicator:items-per-claim",), _MONTHS_12),
    Visualization("items-by-area", "", "Claimed items by area (quantity)", _COLUMN, BY_AREA, ("items-quantity",), _YEAR, note=BELOW_ONE),
    Visualization("items-by-facility-level", "", "Claimed items by level of the facility (value)", _COLUMN, BY_GROUP, ("items-amount",), _YEAR, group_set=FACILITY_LEVEL),
)  # fmt: skip

OPERATIONS: tuple[Visualization, ...] = (
    Visualization("promptness", "", "Promptness: mean days from claim to valuation", _LINE, BY_PERIOD, ("indicator:promptness",), _MONTHS_12),
    Visualization("days-of-processing", "", "Mean days from claim to check and from check to valuation", _COLUMN, BY_PERIOD, ("days-to-check", "days-check-to-valuation"), _MONTHS_12),
    Visualization("promptness-by-area", "", "Promptness by area (days)", _COLUMN, BY_AREA, ("indicator:promptness",), _YEAR, note=BELOW_ONE),
    Visualization("overdue", "", "Claims pending for more than 30 days (number)", _COLUMN, BY_PERIOD, ("pending-older-30",), _MONTHS_12, note=AT_END),
    Visualization("overdue-share", "", "Share of pending claims older than 30 days (%)", _COLUMN, BY_PERIOD, ("indicator:overdue-share",), _MONTHS_12, LESS_IS_BETTER, note=AT_END),
    Visualization("settlement-and-rejection", "", "Settlement and rejection of claims (%)", _STACKED, BY_PERIOD, ("indicator:settlement-ratio", "indicator:rejection-rate"), _MONTHS_12,
                  note="Of the claims of each month, those rejected by now, and the others."),
    Visualization("cost-per-claim", "", "Average cost per claim", _LINE, BY_PERIOD, ("indicator:cost-per-claim",), _MONTHS_12,
                  note="What is remunerated by now of the claims of each month."),
    Visualization("claims-per-insuree", "", "Claims per covered individual", _LINE, BY_PERIOD, ("indicator:claims-per-insuree",), _MONTHS_12),
    Visualization("claim-throughput", "", "Claims entered, checked, processed, valuated and rejected (number)", _LINE, BY_PERIOD, ("claims-entered", "claims-checked", "claims-processed", "claims-valuated", "claims-rejected"), _MONTHS_12),
    Visualization("policy-turnover", "", "New, renewed, expired and suspended policies (number)", _COLUMN, BY_PERIOD, ("policies-new", "policies-renewed", "policies-expired", "policies-suspended-in-period"), _MONTHS_12),
    Visualization("renewal-and-growth", "", "Renewal and growth of policies (%)", _LINE, BY_PERIOD, ("indicator:renewal-ratio", "indicator:growth-ratio"), _MONTHS_12),
    Visualization("policy-value", "", "Value of policies activated, and earned (value)", _COLUMN, BY_PERIOD, ("policy-value", "earned-value"), _MONTHS_12),
    Visualization("incurred-claims-ratio", "", "Incurred claims ratio (%)", _LINE, BY_PERIOD, ("indicator:incurred-claims-ratio",), _MONTHS_12,
                  note="Amounts remunerated by now against the earned values of policies."),
    Visualization("policies-in-force", "", "Policies in force, idle and suspended (number)", _LINE, BY_PERIOD, ("policies-in-force", "policies-idle", "policies-suspended"), _MONTHS_12, note=AT_END),
    Visualization("reporting-facilities", "", "Health facilities with claims", _COLUMN, BY_PERIOD, ("facilities-with-claims",), _MONTHS_12),
)  # fmt: skip

VISUALIZATIONS: tuple[Visualization, ...] = (
    *ENROLLMENT, *POLICIES, *ACTIVE_INDIVIDUALS, *UNCOVERED_INDIVIDUALS, *ACTIVE_HOUSEHOLDS,
    *UNCOVERED_HOUSEHOLDS, *CLAIMS, *SERVICES, *ITEMS, *OPERATIONS,
)  # fmt: skip
