"""The charts and tables of claims, services and items."""

from transforms.openimis.tables.places import FACILITY_LEVEL, FACILITY_OWNERSHIP
from transforms.package.tables.charts import (
    AGES,
    AT_END,
    BELOW_ONE,
    BY_AREA,
    BY_GROUP,
    BY_ITEM,
    BY_PERIOD,
    FACILITIES_BELOW,
    GENDERS,
    VISIT_TYPES,
    ChartType,
    Period,
    Visualization,
    each_part,
)
from transforms.package.tables.legend_sets import LESS_IS_BETTER

_COLUMN = ChartType.COLUMN
_STACKED = ChartType.STACKED_COLUMN
_BAR = ChartType.BAR
_LINE = ChartType.LINE
_MONTHS_6 = Period.LAST_6_MONTHS
_MONTHS_12 = Period.LAST_12_MONTHS
_YEAR = Period.LAST_YEAR

CLAIMS: tuple[Visualization, ...] = (
    Visualization("claims-entered", "JPPJZe5htHr", "Claims entered (number)", _COLUMN, BY_PERIOD, ("claims-entered",), _MONTHS_12),
    Visualization("claimed", "D5UoBBqMQI0", "Claims entered (value)", _COLUMN, BY_PERIOD, ("claimed",), _MONTHS_12),
    Visualization("claimed-per-capita", "zSX7XUKj080", "Incurred claims per capita", _COLUMN, BY_PERIOD, ("indicator:claimed-per-capita",), _MONTHS_12),
    Visualization("claimed-per-claimant", "ZW9PrJKpd7t", "Average value claimed per member with claims", _COLUMN, BY_PERIOD, ("indicator:claimed-per-claimant",), _MONTHS_12),
    Visualization("claims-by-area", "", "Claims entered by area (number)", _COLUMN, BY_AREA, ("claims-entered",), _YEAR, note=BELOW_ONE),
    Visualization("claims-by-facility-level", "", "Claims entered by level of the facility (number)", _COLUMN, BY_GROUP, ("claims-entered",), _YEAR, group_set=FACILITY_LEVEL),
    Visualization("claims-by-ownership", "", "Claims entered, public and private facilities (value)", _COLUMN, BY_GROUP, ("claimed",), _YEAR, group_set=FACILITY_OWNERSHIP),
    Visualization("claims-by-product", "", "Claims entered by product (value)", _BAR, BY_ITEM, ("claimed.product:*",), _YEAR),
    Visualization("claims-by-gender", "", "Claims entered by gender of the patient", _STACKED, BY_PERIOD, each_part("claims-entered", GENDERS), _MONTHS_12),
    Visualization("claims-by-age", "", "Claims entered by age of the patient", _STACKED, BY_PERIOD, each_part("claims-entered", AGES), _MONTHS_12),
    Visualization("claimants-share", "", "Share of the enrolled with claims (%)", _LINE, BY_PERIOD, ("indicator:claimants-share",), _MONTHS_12),
    Visualization("claims-rejected", "hHW0EUZeUux", "Rejected claims (number)", _COLUMN, BY_PERIOD, ("claims-rejected",), _MONTHS_12),
    Visualization("rejected-value", "BOM1KerPEWy", "Rejected claims (value)", _COLUMN, BY_PERIOD, ("rejected-value",), _MONTHS_12),
    Visualization("rejection-rate", "AFjGQzmdOKk", "Claims rejection rate (%)", _COLUMN, BY_PERIOD, ("indicator:rejection-rate",), _MONTHS_12, LESS_IS_BETTER,
                  note="Of the claims of each month, those rejected by now: the newest months may still grow."),
    Visualization("rejected-by-reason", "", "Rejected claims by reason (number)", _BAR, BY_ITEM, ("rejected-of-claim-date.reason:*",), _YEAR,
                  note="Claims of last year that are rejected by now, each with the reason for which most of it was."),
    Visualization("rejection-rate-by-review", "", "Claims rejection rate, automatic and in review (%)", _STACKED, BY_PERIOD, ("indicator:rejection-rate-automatic", "indicator:rejection-rate-review"), _MONTHS_12,
                  note="Of the claims of each month, those rejected by now: the newest months may still grow."),
    Visualization("rejection-rate-by-area", "", "Claims rejection rate by facility or area (%)", _COLUMN, BY_AREA, ("indicator:rejection-rate",), _YEAR, LESS_IS_BETTER, note=FACILITIES_BELOW),
    Visualization("claim-mean-by-area", "", "Mean amount of a claim by facility or area", _COLUMN, BY_AREA, ("claim-mean",), _YEAR, note=FACILITIES_BELOW),
    Visualization("pending", "LdsCp4OssAB", "Pending claims (number)", _COLUMN, BY_PERIOD, ("pending",), _MONTHS_12, note=AT_END),
    Visualization("pending-value", "", "Pending claims (value)", _COLUMN, BY_PERIOD, ("pending-value",), _MONTHS_12, note=AT_END),
    Visualization("share-pending", "VO0I8nh4Xby", "Proportion of pending claims (%)", _LINE, BY_PERIOD, ("indicator:share-pending",), _MONTHS_12),
    Visualization("claims-status", "fiDXynXOto3", "Claims status (number)", _COLUMN, BY_PERIOD, ("claims-entered", "pending", "claims-valuated", "claims-rejected"), _MONTHS_6,
                  note="Pending: on the last day of the month; the others: in the month."),
    Visualization("claims-status-value", "tSbplZ9fwQx", "Claims status (value)", _COLUMN, BY_PERIOD, ("claimed", "pending-value", "valuated", "rejected-value"), _MONTHS_6,
                  note="Pending: on the last day of the month; the others: in the month."),
    Visualization("claims-by-visit-type", "jrNT1yG1isV", "Emergency, referral and other claims (number)", _STACKED, BY_PERIOD, each_part("claims-entered", VISIT_TYPES), _MONTHS_12),
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

CLAIM_CHARTS: tuple[Visualization, ...] = (*CLAIMS, *SERVICES, *ITEMS)
