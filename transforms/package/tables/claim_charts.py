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
    key_figures,
    number,
)
from transforms.package.tables.legend_sets import LESS_IS_BETTER

_COLUMN = ChartType.COLUMN
_STACKED = ChartType.STACKED_COLUMN
_BAR = ChartType.BAR
_MONTHS_6 = Period.LAST_6_MONTHS
_MONTHS_12 = Period.LAST_12_MONTHS
_YEAR = Period.LAST_YEAR

NUMBERS: tuple[Visualization, ...] = (
    number("claims", "Claims entered", "claims-entered"),
    number("claimed", "Amount claimed", "claimed"),
    number("facilities", "Health facilities with claims", "facilities-with-claims"),
    number("claim-mean", "Mean amount of a claim", "claim-mean"),
    number("claimants", "Individuals with claims", "claimants"),
    number("claimants-share", "Enrolled individuals with claims (%)", "indicator:claimants-share"),
    number("emergency-share", "Emergency claims (% of those entered)", "indicator:share-emergency"),
    number("referral-share", "Referral claims (% of those entered)", "indicator:share-referral"),
    number("rejected", "Rejected claims", "claims-rejected"),
    number("rejection-rate", "Rejection rate (% of the claims dated last year)", "indicator:rejection-rate", LESS_IS_BETTER, _YEAR),
    number("pending", "Pending claims on the last day", "pending"),
    number("share-reimbursed", "Reimbursed by now (% of the claims dated last year)", "indicator:share-reimbursed", period=_YEAR),
    number("services", "Amount claimed for services", "services-amount"),
    number("items", "Amount claimed for medical items", "items-amount"),
    key_figures("claims", "Claims", "claims-entered", "claimed", "claims-valuated", "remunerated", "claims-rejected", "pending", "indicator:rejection-rate"),
    key_figures("where", "Claims of facilities", "facilities-with-claims", "claims-entered", "claimed", "claim-mean"),
    key_figures("whose", "Individuals with claims", "claimants", "claimants.female", "claimants.male", "indicator:claimants-share", "indicator:claimed-per-claimant", "indicator:claims-per-insuree"),
    key_figures("care", "Type of visit", "claims-entered", *each_part("claims-entered", VISIT_TYPES), "indicator:claims-entered-visit-unknown"),
    key_figures("rejected", "Rejected claims", "claims-rejected", "rejected-value", "indicator:rejection-rate", "indicator:rejection-rate-automatic", "indicator:rejection-rate-review"),
    key_figures("paid", "Pending and reimbursed", "pending", "pending-value", "reimbursed", "remunerated", "indicator:share-pending", "indicator:share-reimbursed"),
    key_figures("services", "Services", "services-lines", "services-quantity", "services-amount", "indicator:services-per-claim"),
    key_figures("items", "Medical items", "items-lines", "items-quantity", "items-amount", "indicator:items-per-claim"),
)  # fmt: skip

CLAIMS: tuple[Visualization, ...] = (
    Visualization("claims-entered", "JPPJZe5htHr", "Claims entered by month (number)", _COLUMN, BY_PERIOD, ("claims-entered",), _MONTHS_12),
    Visualization("claimed", "D5UoBBqMQI0", "Amount claimed by month", _COLUMN, BY_PERIOD, ("claimed",), _MONTHS_12),
    Visualization("claimed-per-capita", "zSX7XUKj080", "Amount claimed per enrolled individual", _COLUMN, BY_PERIOD, ("indicator:claimed-per-capita",), _MONTHS_12),
    Visualization("claimed-per-claimant", "ZW9PrJKpd7t", "Amount claimed per individual with claims", _COLUMN, BY_PERIOD, ("indicator:claimed-per-claimant",), _MONTHS_12),
    Visualization("claims-by-area", "", "Claims entered by area (number, last year)", _COLUMN, BY_AREA, ("claims-entered",), _YEAR, note=BELOW_ONE),
    Visualization("claimed-by-area", "", "Amount claimed by area or facility (last year)", _COLUMN, BY_AREA, ("claimed",), _YEAR, note=FACILITIES_BELOW),
    Visualization("claims-care-by-area", "", "Claims entered by type of visit and area (number, last year)", _STACKED, BY_AREA, (*each_part("claims-entered", VISIT_TYPES), "indicator:claims-entered-visit-unknown"), _YEAR, note=FACILITIES_BELOW),
    Visualization("rejected-by-area", "", "Rejected claims by area or facility (number, last year)", _COLUMN, BY_AREA, ("claims-rejected",), _YEAR, note=FACILITIES_BELOW),
    Visualization("claims-by-facility-level", "", "Claims entered by level of the facility (number, last year)", _COLUMN, BY_GROUP, ("claims-entered",), _YEAR, group_set=FACILITY_LEVEL),
    Visualization("claims-by-ownership", "", "Amount claimed: public and private facilities (last year)", _COLUMN, BY_GROUP, ("claimed",), _YEAR, group_set=FACILITY_OWNERSHIP),
    Visualization("claims-by-product", "", "Amount claimed by product (last year)", _BAR, BY_ITEM, ("claimed.product:*", "indicator:claimed-product-unknown"), _YEAR),
    Visualization("claims-by-gender", "", "Claims entered by gender of the patient", _STACKED, BY_PERIOD, (*each_part("claims-entered", GENDERS), "indicator:claims-entered-gender-unknown"), _MONTHS_12),
    Visualization("claims-by-age", "", "Claims entered by age of the patient", _STACKED, BY_PERIOD, each_part("claims-entered", AGES), _MONTHS_12),
    Visualization("claims-rejected", "hHW0EUZeUux", "Rejected claims by month of rejection (number)", _COLUMN, BY_PERIOD, ("claims-rejected",), _MONTHS_12),
    Visualization("rejected-value", "BOM1KerPEWy", "Amount of rejected claims by month of rejection", _COLUMN, BY_PERIOD, ("rejected-value",), _MONTHS_12),
    Visualization("rejection-rate", "AFjGQzmdOKk", "Rejection rate (% of the claims dated in the month)", _COLUMN, BY_PERIOD, ("indicator:rejection-rate",), _MONTHS_12, LESS_IS_BETTER,
                  note="Of the claims of each month, those rejected by now: the newest months may still grow."),
    Visualization("rejected-by-reason", "", "Rejected claims by reason (claims dated last year)", ChartType.PIVOT_TABLE, BY_ITEM, ("rejected-of-claim-date.reason:*",), _YEAR,
                  note="Claims of last year that are rejected by now, each with the reason for which most of it was."),
    Visualization("rejection-rate-by-review", "", "Rejection rate, automatic and in review (% of the claims dated in the month)", _STACKED, BY_PERIOD, ("indicator:rejection-rate-automatic", "indicator:rejection-rate-review"), _MONTHS_12,
                  note="Of the claims of each month, those rejected by now: the newest months may still grow."),
    Visualization("rejection-rate-by-area", "", "Rejection rate by area or facility (% of the claims dated last year)", _COLUMN, BY_AREA, ("indicator:rejection-rate",), _YEAR, LESS_IS_BETTER, note=FACILITIES_BELOW),
    Visualization("claim-mean-by-area", "", "Mean amount of a claim by area or facility (last year)", _COLUMN, BY_AREA, ("claim-mean",), _YEAR, note=FACILITIES_BELOW),
    Visualization("pending", "LdsCp4OssAB", "Pending claims at the end of the month (number)", _COLUMN, BY_PERIOD, ("pending",), _MONTHS_12, note=AT_END),
    Visualization("share-pending", "VO0I8nh4Xby", "Pending at the end of the month (% of the claims dated in it)", _COLUMN, BY_PERIOD, ("indicator:share-pending",), _MONTHS_12, LESS_IS_BETTER),
    Visualization("claims-status", "fiDXynXOto3", "What became of claims, by month (number)", _COLUMN, BY_PERIOD, ("claims-entered", "pending", "claims-valuated", "claims-rejected"), _MONTHS_6,
                  note="Pending: on the last day of the month; the others: in the month."),
    Visualization("claims-status-value", "tSbplZ9fwQx", "What became of claims, by month (amount)", _COLUMN, BY_PERIOD, ("claimed", "pending-value", "valuated", "rejected-value"), _MONTHS_6,
                  note="Pending: on the last day of the month; the others: in the month."),
    Visualization("claims-by-visit-type", "jrNT1yG1isV", "Claims entered by type of visit and month (number)", _STACKED, BY_PERIOD, (*each_part("claims-entered", VISIT_TYPES), "indicator:claims-entered-visit-unknown"), _MONTHS_12),
    Visualization("share-by-visit-type", "r15okPJAL4d", "Claims entered by type of visit (% of the claims entered in the month)", _STACKED, BY_PERIOD, tuple(f"indicator:share-{kind}" for kind in (*VISIT_TYPES, "unknown")), _MONTHS_12),
    Visualization("reimbursed", "AbcflebQNUI", "Reimbursed claims by month of valuation (number)", _COLUMN, BY_PERIOD, ("reimbursed",), _MONTHS_12),
    Visualization("remunerated", "TtBkt94t2c5", "Amount reimbursed by month of valuation", _COLUMN, BY_PERIOD, ("remunerated",), _MONTHS_12),
    Visualization("share-reimbursed", "Et1s1m6YHUF", "Reimbursed by now (% of the claims dated in the month)", _COLUMN, BY_PERIOD, ("indicator:share-reimbursed",), _MONTHS_12,
                  note="Of the claims of each month, those reimbursed by now: the newest months may still grow."),
)  # fmt: skip

SERVICES: tuple[Visualization, ...] = (
    Visualization("services-quantity", "", "Claimed services by month (quantity)", _COLUMN, BY_PERIOD, ("services-quantity",), _MONTHS_12),
    Visualization("services-amount", "", "Claimed services by month (amount)", _COLUMN, BY_PERIOD, ("services-amount",), _MONTHS_12),
    Visualization("services-per-claim", "", "Services per claim dated in the month", _COLUMN, BY_PERIOD, ("indicator:services-per-claim",), _MONTHS_12),
    Visualization("services-by-area", "", "Claimed services by area (quantity, last year)", _COLUMN, BY_AREA, ("services-quantity",), _YEAR, note=BELOW_ONE),
)  # fmt: skip

ITEMS: tuple[Visualization, ...] = (
    Visualization("items-quantity", "", "Claimed items by month (quantity)", _COLUMN, BY_PERIOD, ("items-quantity",), _MONTHS_12),
    Visualization("items-amount", "", "Claimed items by month (amount)", _COLUMN, BY_PERIOD, ("items-amount",), _MONTHS_12),
    Visualization("items-per-claim", "", "Items per claim dated in the month", _COLUMN, BY_PERIOD, ("indicator:items-per-claim",), _MONTHS_12),
    Visualization("items-by-area", "", "Claimed items by area (quantity, last year)", _COLUMN, BY_AREA, ("items-quantity",), _YEAR, note=BELOW_ONE),
)  # fmt: skip

CLAIM_CHARTS: tuple[Visualization, ...] = (*NUMBERS, *CLAIMS, *SERVICES, *ITEMS)
