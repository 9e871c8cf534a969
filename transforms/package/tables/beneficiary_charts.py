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
    key_figures,
    number,
)
from transforms.package.tables.legend_sets import MORE_IS_BETTER

_COLUMN = ChartType.COLUMN
_STACKED = ChartType.STACKED_COLUMN
_BAR = ChartType.BAR
_LINE = ChartType.LINE
_AREA = ChartType.STACKED_AREA
_PIE = ChartType.PIE
_MONTH = Period.LAST_MONTH
_MONTHS_6 = Period.LAST_6_MONTHS
_MONTHS_12 = Period.LAST_12_MONTHS
_YEAR = Period.LAST_YEAR

# A person whose gender or poverty is not known is in no part: what is missing of the whole is one.
_GENDERS_ENROLLED = (*each_part("enrolled", GENDERS), "indicator:enrolled-gender-unknown")
_POVERTY_ENROLLED = (*each_part("households", POVERTY), "indicator:households-poverty-unknown")


def _genders(measure: str) -> tuple[str, ...]:
    return (*each_part(measure, GENDERS), f"indicator:{measure}-gender-unknown")


NUMBERS: tuple[Visualization, ...] = (
    number("covered", "Covered individuals", "covered"),
    number("coverage", "Coverage of enrolled individuals (%)", "indicator:coverage", MORE_IS_BETTER),
    number("enrolled", "Enrolled individuals", "enrolled"),
    number("new", "Individuals with a new policy", "new"),
    number("renewed", "Individuals with a renewed policy", "renewed"),
    number("renewal-rate", "Renewal rate of individuals (%)", "indicator:renewal-individuals", MORE_IS_BETTER),
    number("not-covered", "Enrolled individuals not covered", "indicator:uncovered"),
    number("households-covered", "Covered households", "households-covered"),
    number("coverage-households", "Coverage of enrolled households (%)", "indicator:coverage-households", MORE_IS_BETTER),
    number("households-not-covered", "Enrolled households not covered", "households-not-covered"),
    key_figures("beneficiary", "Enrolled and covered", "enrolled", "covered", "indicator:coverage", "households", "households-covered", "new", "renewed"),
    key_figures("enrollment", "Enrolled", "enrolled", "enrolled-new", "households", "households-new", "indicator:family-size"),
    key_figures("covered", "Covered individuals", "covered", "indicator:coverage", "indicator:coverage-female", "indicator:coverage-male", "age-mean"),
    key_figures("not-covered", "Not covered", "enrolled", "covered", "indicator:uncovered", "indicator:lapsed", "indicator:never-covered"),
    key_figures("households-covered", "Covered households", "households", "households-covered", "indicator:coverage-households", "indicator:coverage-poor", "indicator:coverage-non-poor"),
    key_figures("households-not-covered", "Households not covered", "households", "households-covered", "households-not-covered", "households-not-covered.poor", "households-not-covered.non-poor"),
)  # fmt: skip

ENROLLMENT: tuple[Visualization, ...] = (
    Visualization("enrolled-by-month", "PDRnxsmlmdD", "Enrolled individuals and households by month", _LINE, BY_PERIOD, ("enrolled", "households"), _MONTHS_12, note=AT_END),
    Visualization("enrolled-by-area", "ELNpOnexjGP", "Enrolled individuals and households by area", _COLUMN, BY_AREA, ("enrolled", "households"), _MONTH, note=BELOW_ONE),
    Visualization("households-by-poverty", "ME4NhJT8H7v", "Enrolled households: poor and non-poor", _PIE, TOTAL, _POVERTY_ENROLLED, _MONTH),
    Visualization("coverage-by-poverty", "EbxKR3F69e3", "Coverage of poor and non-poor households (%)", _COLUMN, BY_PERIOD, ("indicator:coverage-poor", "indicator:coverage-non-poor"), _MONTHS_6, note=AT_END),
    Visualization("enrollment-rate", "lkktazgVY4P", "Enrollment rate: enrolled individuals (% of the population)", ChartType.GAUGE, TOTAL, ("indicator:enrollment-rate",), _YEAR, MORE_IS_BETTER,
                  note="Needs the population of last year; import-population brings it in."),
    Visualization("enrolled-by-gender", "dsqd9OBkJp9", "Enrolled individuals by gender", _PIE, TOTAL, _GENDERS_ENROLLED, _MONTH),
    Visualization("enrolled-by-age", "", "Enrolled individuals by age", _COLUMN, BY_ITEM, each_part("enrolled", AGES), _MONTH),
    Visualization("newly-enrolled", "", "Newly enrolled individuals and households by month", _COLUMN, BY_PERIOD, ("enrolled-new", "households-new"), _MONTHS_12),
)  # fmt: skip

POLICIES: tuple[Visualization, ...] = (
    Visualization("individuals-cover", "xFgI95hdB2T", "Enrolled individuals by month: covered and not covered", _AREA, BY_PERIOD, ("covered", "not-covered"), _MONTHS_12, note=AT_END),
    Visualization("renewal-rate", "QfvgGvyVjO7", "Renewal rate of individuals and households (% of the expired)", _COLUMN, BY_PERIOD, ("indicator:renewal-individuals", "indicator:renewal-households"), _MONTHS_6,
                  note="Renewals and expiries of the same month: above 100 where more was renewed than expired."),
    Visualization("individuals-policies", "bEX4HER4kGn", "Individuals with an active, new or renewed policy", _LINE, BY_PERIOD, ("covered", "new", "renewed"), _MONTHS_12,
                  note="Active: on the last day of the month; new and renewed: in the month."),
    Visualization("new-and-renewed", "o1R3Blc8UJY", "New and renewed policies: individuals and households by month", ChartType.PIVOT_TABLE, BY_PERIOD, ("new", "renewed", "households-with-new", "households-renewed"), _MONTHS_12,
                  note="No total over the months: one person may be in several of them."),
    Visualization("households-cover", "fYd9TOe6Oqi", "Enrolled households by month: covered and not covered", _AREA, BY_PERIOD, ("households-covered", "households-not-covered"), _MONTHS_12, note=AT_END),
    Visualization("households-policies", "lRhvfT1pLAd", "Households with an active, new or renewed policy", _LINE, BY_PERIOD, ("households-covered", "households-with-new", "households-renewed"), _MONTHS_12,
                  note="Active: on the last day of the month; new and renewed: in the month."),
    Visualization("policies-by-product", "", "Policies in force by product", _BAR, BY_ITEM, ("policies-in-force.product:*",), _MONTH),
    Visualization("why-not-covered", "", "Why individuals are not covered: cover lapsed, or never had", _STACKED, BY_PERIOD, ("indicator:lapsed", "indicator:never-covered"), _MONTHS_12, note=AT_END),
)  # fmt: skip

ACTIVE_INDIVIDUALS: tuple[Visualization, ...] = (
    Visualization("covered-by-gender-and-area", "SuzFIZFmiWe", "Covered individuals by gender and area", _STACKED, BY_AREA, _genders("covered"), _MONTH, note=BELOW_ONE),
    Visualization("covered-by-age-and-area", "k1HWp7c6RGu", "Covered individuals by age and area", _STACKED, BY_AREA, each_part("covered", AGES), _MONTH, note=BELOW_ONE),
    Visualization("covered-by-gender", "NTodGwTk6R8", "Covered individuals by gender and month", _LINE, BY_PERIOD, _genders("covered"), _MONTHS_12, note=AT_END),
    Visualization("covered-by-age", "vxiDJsWZcgs", "Covered individuals by age and month", _STACKED, BY_PERIOD, each_part("covered", AGES), _MONTHS_12, note=AT_END),
    Visualization("coverage-by-area", "", "Coverage of enrolled individuals by area (%)", _COLUMN, BY_AREA, ("indicator:coverage",), _MONTH, MORE_IS_BETTER, note=BELOW_ONE),
    Visualization("coverage-by-month", "", "Coverage of enrolled individuals by month (%)", _COLUMN, BY_PERIOD, ("indicator:coverage",), _MONTHS_12, MORE_IS_BETTER, note=AT_END),
    Visualization("coverage-by-gender", "", "Coverage of enrolled individuals by gender (%)", _LINE, BY_PERIOD, ("indicator:coverage-female", "indicator:coverage-male"), _MONTHS_12, note=AT_END),
    Visualization("covered-by-education", "", "Covered individuals by education", _BAR, BY_ITEM, ("covered.education:*", "indicator:covered-education-unknown"), _MONTH),
    Visualization("covered-by-family-type", "", "Covered individuals by family type", _BAR, BY_ITEM, ("covered.family-type:*", "indicator:covered-family-type-unknown"), _MONTH),
)  # fmt: skip

UNCOVERED_INDIVIDUALS: tuple[Visualization, ...] = (
    Visualization("not-covered-by-gender-and-area", "nXpt1cGa22g", "Individuals not covered by gender and area", _STACKED, BY_AREA, _genders("not-covered"), _MONTH, note=BELOW_ONE),
    Visualization("not-covered-by-age", "uYGqgUiVze8", "Individuals not covered by age and month", _STACKED, BY_PERIOD, each_part("not-covered", AGES), _MONTHS_12, note=AT_END),
    Visualization("not-covered-by-age-and-area", "seIVGmOiDkQ", "Individuals not covered by age and area", _STACKED, BY_AREA, each_part("not-covered", AGES), _MONTH, note=BELOW_ONE),
    Visualization("not-covered-by-gender", "ON5dW2gPVbO", "Individuals not covered by gender and month", _LINE, BY_PERIOD, _genders("not-covered"), _MONTHS_12, note=AT_END),
    Visualization("not-covered-by-education", "", "Individuals not covered by education", _BAR, BY_ITEM, ("not-covered.education:*", "indicator:not-covered-education-unknown"), _MONTH),
)  # fmt: skip

ACTIVE_HOUSEHOLDS: tuple[Visualization, ...] = (
    Visualization("households-covered-by-gender-and-area", "OfTPr2IozgZ", "Covered households by gender of the head and area", _STACKED, BY_AREA, _genders("households-covered"), _MONTH, note=OF_THE_HEAD),
    Visualization("households-covered-by-gender", "UaeEOTtiMHt", "Covered households by gender of the head and month", _STACKED, BY_PERIOD, _genders("households-covered"), _MONTHS_12, note=OF_THE_HEAD),
    Visualization("households-covered-by-age-and-area", "lhfvdDYVcKF", "Covered households by age of the head and area", _STACKED, BY_AREA, each_part("households-covered", AGES), _MONTH, note=OF_THE_HEAD),
    Visualization("households-covered-by-age", "Tfyg1VjeN89", "Covered households by age of the head and month", _STACKED, BY_PERIOD, each_part("households-covered", AGES), _MONTHS_12, note=OF_THE_HEAD),
)  # fmt: skip

UNCOVERED_HOUSEHOLDS: tuple[Visualization, ...] = (
    Visualization("households-not-covered-by-gender", "zRPCe2R0iT4", "Households not covered by gender of the head and month", _STACKED, BY_PERIOD, _genders("households-not-covered"), _MONTHS_12, note=OF_THE_HEAD),
    Visualization("households-not-covered-by-gender-and-area", "cobTxrpEmrp", "Households not covered by gender of the head and area", _STACKED, BY_AREA, _genders("households-not-covered"), _MONTH, note=OF_THE_HEAD),
    Visualization("households-not-covered-by-age", "fEFyoZODa7m", "Households not covered by age of the head and month", _STACKED, BY_PERIOD, each_part("households-not-covered", AGES), _MONTHS_12, note=OF_THE_HEAD),
    Visualization("households-not-covered-by-age-and-area", "NaCHYSORzue", "Households not covered by age of the head and area", _STACKED, BY_AREA, each_part("households-not-covered", AGES), _MONTH, note=OF_THE_HEAD),
)  # fmt: skip

BENEFICIARY_CHARTS: tuple[Visualization, ...] = (
    *NUMBERS, *ENROLLMENT, *POLICIES, *ACTIVE_INDIVIDUALS, *UNCOVERED_INDIVIDUALS, *ACTIVE_HOUSEHOLDS,
    *UNCOVERED_HOUSEHOLDS,
)  # fmt: skip
