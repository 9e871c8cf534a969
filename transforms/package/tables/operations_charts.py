"""The charts and tables of operations: promptness, cost, turnover of policies."""

from transforms.package.tables.charts import (
    AT_END,
    BELOW_ONE,
    BY_AREA,
    BY_PERIOD,
    ChartType,
    Period,
    Visualization,
)
from transforms.package.tables.legend_sets import LESS_IS_BETTER

_COLUMN = ChartType.COLUMN
_STACKED = ChartType.STACKED_COLUMN
_LINE = ChartType.LINE
_MONTHS_12 = Period.LAST_12_MONTHS
_YEAR = Period.LAST_YEAR

OPERATIONS_CHARTS: tuple[Visualization, ...] = (
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
    Visualization("contributions", "", "Contributions collected, by product", _STACKED, BY_PERIOD, ("contributions.product:*",), _MONTHS_12,
                  note="Contributions of policies without a product are not shown."),
    Visualization("contributions-by-pay-type", "", "Contributions collected, by pay type", _STACKED, BY_PERIOD, ("contributions.pay-type:*",), _MONTHS_12),
    Visualization("funding", "", "Funding, by product", _STACKED, BY_PERIOD, ("funding.product:*",), _MONTHS_12,
                  note="Of products of the whole country where one sees the country."),
    Visualization("incurred-claims-ratio", "", "Incurred claims ratio (%)", _LINE, BY_PERIOD, ("indicator:incurred-claims-ratio",), _MONTHS_12,
                  note="Amounts remunerated by now against the earned values of policies."),
    Visualization("policies-in-force", "", "Policies in force, idle and suspended (number)", _LINE, BY_PERIOD, ("policies-in-force", "policies-idle", "policies-suspended"), _MONTHS_12, note=AT_END),
    Visualization("reporting-facilities", "", "Health facilities with claims", _COLUMN, BY_PERIOD, ("facilities-with-claims",), _MONTHS_12),
)  # fmt: skip
