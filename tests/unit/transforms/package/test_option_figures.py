"""Which options have figures: those that were there when DHIS2 was set up."""

from tests.system.set_up.a_country import GENDERS, a_country, choices
from transforms.model.tables.option_sets import EDUCATION, GENDER, PRODUCT
from transforms.package.option_figures import figure_of_each_option, options_without_figures
from transforms.package.program_indicators import program_indicators_of

LISTS = {
    "tblGender": GENDERS,
    "tblEducations": [{"EducationId": 1, "Education": "Primary", "SortOrder": 1}],
}
PRODUCTS = [
    {"ProdID": 1, "ProductCode": "BASIC", "ProductName": "Basic"},
    {"ProdID": 2, "ProductCode": "NEW", "ProductName": "New"},
]


def figures(products: int) -> dict[str, str]:
    options = choices(tblProduct=PRODUCTS[:products], **LISTS)
    return figure_of_each_option(program_indicators_of(a_country(), options))


def test_a_product_that_set_up_did_not_know_has_no_figures() -> None:
    there = set(figures(1).values())

    assert options_without_figures(figures(2), there) == [f"{PRODUCT.uid}:NEW"]
    assert options_without_figures(figures(2), set(figures(2).values())) == []


def test_where_set_up_has_made_no_figures_of_a_list_nothing_is_said_of_it() -> None:
    of_education = {uid for key, uid in figures(2).items() if key.startswith(EDUCATION.uid)}

    assert of_education
    assert options_without_figures(figures(2), of_education) == []
    assert options_without_figures(figures(2), set()) == []


def test_each_option_by_which_figures_are_made_is_looked_for_once() -> None:
    keys = list(figures(2))

    assert f"{PRODUCT.uid}:BASIC" in keys
    assert len(keys) == len(set(keys))
    assert {key.partition(":")[0] for key in keys} >= {GENDER.uid, EDUCATION.uid, PRODUCT.uid}
