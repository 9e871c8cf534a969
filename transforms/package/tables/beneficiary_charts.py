"""The charts and tables of people, households and policies."""

from transforms.package.tables.charts import (
    AGES,
    AT_END,
    BELOW_ONE,
    BY_AREA,
    BY_ITEM,
    BY_PERIOD,
    GENDERS,
    OF_THE_HEAD,
    POVERTY,
    TOTAL,
    ChartType,
    Period,
    Visualization,
    each_part,
)
from transforms.package.tables.legend_sets import MORE_IS_BETTER

_COLUMN = ChartType.COLUMN
_STACKED = ChartType.STACKED_COLUMN
_BAR = ChartType.BAR
_LINE = ChartType.LINE
_AREA = ChartType.STACKED_AREA
_PIE = ChartType.PIE
_SINGLE = ChartType.SINGLE_VALUE
_MONTH = Period.LAST_MONTH
_MONTHS_6 = Period.LAST_6_MONTHS
_MONTHS_12 = Period.LAST_12_MONTHS
_YEAR = Period.LAST_YEAR

ENROLLMENT: tuple[Visualization, ...] = (
    Visualization("enrolled-by-month", "PDRnxsmlmdD", "Households and individuals enrolled", _LINE, BY_PERIOD, ("households", "enrolled"), _MONTHS_12, note=AT_END),
    Visualization("enrolled-by-area", "ELNpOnexjGP", "Households and individuals enrolled by area", _COLUMN, BY_AREA, ("households", "enrolled"), _MONTH, note=BELOW_ONE),
    Visualization("households-by-poverty", "ME4NhJT8H7v", "Households enrolled: poor and non-poor", _PIE, TOTAL, each_part("households", POVERTY), _MONTH),
    Visualization("coverage-by-poverty", "EbxKR3F69e3", "Equity: coverage of poor and non-poor households (%)", _COLUMN, BY_PERIOD, ("indicator:coverage-poor", "indicator:coverage-non-poor"), _MONTHS_6, note=AT_END),
    Visualization("enrollment-rate", "lkktazgVY4P", "Individual enrollment rate (% of the population)", ChartType.GAUGE, TOTAL, ("indicator:enrollment-rate",), _YEAR, MORE_IS_BETTER,
                  note="Needs the population of last year; import-population brings it in."),
    Visualization("enrolled-by-gender", "dsqd9OBkJp9", "Individuals enrolled by gender", _PIE, TOTAL, each_part("enrolled", GENDERS), _MONTH),
    Visualization("enrolled-by-age", "", "Individuals enrolled by age", _COLUMN, BY_ITEM, each_part("enrolled", AGES), _MONTH),
    Visualization("newly-enrolled", "", "Households and individuals newly enrolled", _COLUMN, BY_PERIOD, ("households-new", "enrolled-new"), _MONTHS_12),
    Visualization("poor-ratio", "", "Poor to non-poor households", _SINGLE, TOTAL, ("indicator:poor-ratio",), _MONTH),
    Visualization("family-size", "", "Average household size", _SINGLE, TOTAL, ("indicator:family-size",), _MONTH),
)  # fmt: skip

POLICIES: tuple[Visualization, ...] = (
    Visualization("individuals-cover", "xFgI95hdB2T", "Individuals enrolled: covered and not covered", _AREA, BY_PERIOD, ("covered", "not-covered"), _MONTHS_12, note=AT_END),
    Visualization("renewal-rate", "QfvgGvyVjO7", "Renewal rate of households and individuals (%)", _COLUMN, BY_PERIOD, ("indicator:renewal-households", "indicator:renewal-individuals"), _MONTHS_12),
    Visualization("individuals-policies", "bEX4HER4kGn", "Individuals with active, new and renewed policy", _LINE, BY_PERIOD, ("covered", "new", "renewed"), _MONTHS_12,
                  note="Active: on the last day of the month; new and renewed: in the month."),
    Visualization("new-and-renewed", "o1R3Blc8UJY", "Individuals and households with new and renewed policies", ChartType.PIVOT_TABLE, BY_ITEM, ("households-with-new", "new", "households-renewed", "renewed"), _MONTHS_12,
                  note="No total over the months: one person may be in several of them."),
    Visualization("households-cover", "fYd9TOe6Oqi", "Households enrolled: covered and not covered", _AREA, BY_PERIOD, ("households-covered", "households-not-covered"), _MONTHS_12, note=AT_END),
    Visualization("households-policies", "lRhvfT1pLAd", "Households with active, new and renewed policy", _LINE, BY_PERIOD, ("households-covered", "households-with-new", "households-renewed"), _MONTHS_12,
                  note="Active: on the last day of the month; new and renewed: in the month."),
    Visualization("policies-by-product", "", "Policies in force by product", _BAR, BY_ITEM, ("policies-in-force.product:*",), _MONTH),
    Visualization("why-not-covered", "", "Individuals not covered: cover lapsed or never had", _STACKED, BY_PERIOD, ("indicator:lapsed", "indicator:never-covered"), _MONTHS_12, note=AT_END),
)  # fmt: skip

ACTIVE_INDIVIDUALS: tuple[Visualization, ...] = (
    Visualization("covered-by-gender-and-area", "SuzFIZFmiWe", "Individuals with active policy by gender and area", _STACKED, BY_AREA, each_part("covered", GENDERS), _MONTH, note=BELOW_ONE),
    Visualization("covered-by-age-and-area", "k1HWp7c6RGu", "Individuals with active policy by age and area", _STACKED, BY_AREA, each_part("covered", AGES), _MONTH, note=BELOW_ONE),
    Visualization("covered-by-gender", "NTodGwTk6R8", "Individuals with active policy by gender", _LINE, BY_PERIOD, each_part("covered", GENDERS), _MONTHS_12, note=AT_END),
    Visualization("covered-by-age", "vxiDJsWZcgs", "Individuals with active policy by age", _STACKED, BY_PERIOD, each_part("covered", AGES), _MONTHS_12, note=AT_END),
    Visualization("coverage-by-area", "", "Coverage of individuals by area (%)", _COLUMN, BY_AREA, ("indicator:coverage",), _MONTH, MORE_IS_BETTER, note=BELOW_ONE),
    Visualization("coverage-by-gender", "", "Coverage of individuals by gender (%)", _LINE, BY_PERIOD, ("indicator:coverage-female", "indicator:coverage-male"), _MONTHS_12, note=AT_END),
    Visualization("covered-by-education", "", "Individuals with active policy by education", _BAR, BY_ITEM, ("covered.education:*",), _MONTH),
    Visualization("covered-by-family-type", "", "Individuals with active policy by family type", _BAR, BY_ITEM, ("covered.family-type:*",), _MONTH),
)  # fmt: skip

UNCOVERED_INDIVIDUALS: tuple[Visualization, ...] = (
    Visualization("not-covered-by-gender-and-area", "nXpt1cGa22g", "Individuals enrolled and not covered by gender and area", _STACKED, BY_AREA, each_part("not-covered", GENDERS), _MONTH, note=BELOW_ONE),
    Visualization("not-covered-by-age", "uYGqgUiVze8", "Individuals enrolled and not covered by age", _STACKED, BY_PERIOD, each_part("not-covered", AGES), _MONTHS_12, note=AT_END),
    Visualization("not-covered-by-age-and-area", "seIVGmOiDkQ", "Individuals enrolled and not covered by age and area", _STACKED, BY_AREA, each_part("not-covered", AGES), _MONTH, note=BELOW_ONE),
    Visualization("not-covered-by-gender", "ON5dW2gPVbO", "Individuals enrolled and not covered by gender", _LINE, BY_PERIOD, each_part("not-covered", GENDERS), _MONTHS_12, note=AT_END),
    Visualization("not-covered-by-education", "", "Individuals enrolled and not covered by education", _BAR, BY_ITEM, ("not-covered.education:*",), _MONTH),
)  # fmt: skip

ACTIVE_HOUSEHOLDS: tuple[Visualization, ...] = (
    Visualization("households-covered-by-gender-and-area", "OfTPr2IozgZ", "Households with active policy by gender and area", _STACKED, BY_AREA, each_part("households-covered", GENDERS), _MONTH, note=OF_THE_HEAD),
    Visualization("households-covered-by-gender", "UaeEOTtiMHt", "Households with active policy by gender", _STACKED, BY_PERIOD, each_part("households-covered", GENDERS), _MONTHS_12, note=OF_THE_HEAD),
    Visualization("households-covered-by-age-and-area", "lhfvdDYVcKF", "Households with active policy by age and area", _STACKED, BY_AREA, each_part("households-covered", AGES), _MONTH, note=OF_THE_HEAD),
    Visualization("households-covered-by-age", "Tfyg1VjeN89", "Households with active policy by age", _STACKED, BY_PERIOD, each_part("households-covered", AGES), _MONTHS_12, note=OF_THE_HEAD),
)  # fmt: skip

UNCOVERED_HOUSEHOLDS: tuple[Visualization, ...] = (
    Visualization("households-not-covered-by-gender", "zRPCe2R0iT4", "Households enrolled and not covered by gender", _LINE, BY_PERIOD, each_part("households-not-covered", GENDERS), _MONTHS_12, note=OF_THE_HEAD),
    Visualization("households-not-covered-by-gender-and-area", "cobTxrpEmrp", "Households enrolled and not covered by gender and area", _STACKED, BY_AREA, each_part("households-not-covered", GENDERS), _MONTH, note=OF_THE_HEAD),
    Visualization("households-not-covered-by-age", "fEFyoZODa7m", "Households enrolled and not covered by age", _STACKED, BY_PERIOD, each_part("households-not-covered", AGES), _MONTHS_12, note=OF_THE_HEAD),
    Visualization("households-not-covered-by-age-and-area", "NaCHYSORzue", "Households enrolled and not covered by age and area", _STACKED, BY_AREA, each_part("households-not-covered", AGES), _MONTH, note=OF_THE_HEAD),
)  # fmt: skip

BENEFICIARY_CHARTS: tuple[Visualization, ...] = (
    *ENROLLMENT, *POLICIES, *ACTIVE_INDIVIDUALS, *UNCOVERED_INDIVIDUALS, *ACTIVE_HOUSEHOLDS,
    *UNCOVERED_HOUSEHOLDS,
)  # fmt: skip
