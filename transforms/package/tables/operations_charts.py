"""The charts and tables of operations: promptness, cost, turnover of policies."""

from transforms.package.tables.charts import (
    AT_END,
    BELOW_ONE,
    BY_AREA,
    BY_PERIOD,
    ChartType,
    Period,
    Visualization,
    key_figures,
    number,
)
from transforms.package.tables.legend_sets import LESS_IS_BETTER, MORE_IS_BETTER

_COLUMN = ChartType.COLUMN
_STACKED = ChartType.STACKED_COLUMN
_LINE = ChartType.LINE
_MONTHS_12 = Period.LAST_12_MONTHS
_YEAR = Period.LAST_YEAR
_MONTH = Period.LAST_MONTH
_MONTHS_6 = Period.LAST_6_MONTHS

OPERATIONS_CHARTS: tuple[Visualization, ...] = (
    number("promptness", "Mean days from claim to valuation", "indicator:promptness"),
    number("overdue", "Claims pending for more than 30 days", "pending-older-30"),
    number("claims-ratio", "Claims ratio (%, last year)", "indicator:incurred-claims-ratio", period=_YEAR),
    number("in-force", "Policies in force", "policies-in-force"),
    number("renewal-ratio", "Renewed policies (% of the expired)", "indicator:renewal-ratio", MORE_IS_BETTER),
    key_figures("operations", "Settlement", "claims-entered", "claims-checked", "claims-processed", "claims-valuated", "claims-rejected", "indicator:promptness", "indicator:overdue-share"),
    key_figures("finances", "Finances", "policy-value", "earned-value", "remunerated", "indicator:cost-per-claim", "indicator:incurred-claims-ratio"),
    key_figures("turnover", "Policies", "policies-in-force", "policies-new", "policies-renewed", "policies-expired", "indicator:renewal-ratio"),
    Visualization("promptness", "", "Mean days from claim to valuation, by month of valuation", _COLUMN, BY_PERIOD, ("indicator:promptness",), _MONTHS_12),
    Visualization("days-of-processing", "", "Mean days from claim to check, and from check to valuation", _COLUMN, BY_PERIOD, ("days-to-check", "days-check-to-valuation"), _MONTHS_6),
    Visualization("promptness-by-area", "", "Mean days from claim to valuation by area or facility (last year)", _COLUMN, BY_AREA, ("indicator:promptness",), _YEAR, note=BELOW_ONE),
    Visualization("overdue", "", "Claims pending for more than 30 days, at the end of the month (number)", _COLUMN, BY_PERIOD, ("pending-older-30",), _MONTHS_12, note=AT_END),
    Visualization("overdue-share", "", "Pending for more than 30 days (% of the pending claims)", _COLUMN, BY_PERIOD, ("indicator:overdue-share",), _MONTHS_12, LESS_IS_BETTER, note=AT_END),
    Visualization("settlement-and-rejection", "", "Settled or waiting, and rejected (% of the claims dated in the month)", _STACKED, BY_PERIOD, ("indicator:settlement-ratio", "indicator:rejection-rate"), _MONTHS_12,
                  note="Of the claims of each month, those rejected by now, and the others."),
    Visualization("cost-per-claim", "", "Amount reimbursed per claim dated in the month", _COLUMN, BY_PERIOD, ("indicator:cost-per-claim",), _MONTHS_12,
                  note="What is remunerated by now of the claims of each month."),
    Visualization("claims-per-insuree", "", "Claims per covered individual", _COLUMN, BY_PERIOD, ("indicator:claims-per-insuree",), _MONTHS_12),
    Visualization("policy-turnover", "", "New, renewed, expired and suspended policies by month", _COLUMN, BY_PERIOD, ("policies-new", "policies-renewed", "policies-expired", "policies-suspended-in-period"), _MONTHS_12),
    Visualization("renewal-and-growth", "", "Renewed (% of the expired) and new (% of those in force before)", _COLUMN, BY_PERIOD, ("indicator:renewal-ratio", "indicator:growth-ratio"), _MONTHS_6),
    Visualization("policy-value", "", "Value of policies: activated in the month, and earned", _COLUMN, BY_PERIOD, ("policy-value", "earned-value"), _MONTHS_12),
    Visualization("contributions", "", "Contributions collected by product and month", _STACKED, BY_PERIOD, ("contributions.product:*", "indicator:contributions-product-unknown"), _MONTHS_12),
    Visualization("contributions-by-pay-type", "", "Contributions collected by pay type and month", _STACKED, BY_PERIOD, ("contributions.pay-type:*", "indicator:contributions-pay-type-unknown"), _MONTHS_12),
    Visualization("funding", "", "Funding by product and month", _STACKED, BY_PERIOD, ("funding.product:*",), _MONTHS_12,
                  note="Of products of the whole country where one sees the country."),
    Visualization("incurred-claims-ratio", "", "Claims ratio: reimbursed (% of the earned value of policies)", _COLUMN, BY_PERIOD, ("indicator:incurred-claims-ratio",), _MONTHS_12,
                  note="Amounts remunerated by now against the earned values of policies."),
    Visualization("claims-ratio-by-area", "", "Claims ratio by area (%, last year)", _COLUMN, BY_AREA, ("indicator:incurred-claims-ratio",), _YEAR, note=BELOW_ONE),
    Visualization("in-force-by-area", "", "Policies in force by area", _COLUMN, BY_AREA, ("policies-in-force",), _MONTH, note=BELOW_ONE),
    Visualization("policies-in-force", "", "Policies in force, idle and suspended at the end of the month", _LINE, BY_PERIOD, ("policies-in-force", "policies-idle", "policies-suspended"), _MONTHS_12, note=AT_END),
    Visualization("reporting-facilities", "", "Health facilities with claims by month", _COLUMN, BY_PERIOD, ("facilities-with-claims",), _MONTHS_12),
)  # fmt: skip
