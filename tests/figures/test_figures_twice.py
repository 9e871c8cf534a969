"""What DHIS2 will show is what openIMIS says: every program indicator, counted in two ways.

In one the program indicator is evaluated over the desired frames; in the other a query, written of
the figure's name and description alone, counts openIMIS's own tables. For one month and one year,
of the country and of each district.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.figures.conftest import AS_OF, NewScheme, write_sound_sample
from tests.figures.desired_tracker import sent_of, tracker_of, wanted_of
from tests.figures.evaluator import figures
from tests.figures.figures_twice import KEY, ROOT, VERSION, BothSides, Figure
from tests.figures.openimis_figures import measures
from tests.figures.tracker import Period, period
from tests.support.builders import snapshot
from tests.support.cases import one_by_default
from tests.support.databases import PostgreSQL
from tests.support.openimis_sample.countries import COUNTRIES
from tests.system.demo_database import needs_demo_database
from transforms.model.options import options
from transforms.model.tables.option_sets import HOUSEHOLD, PAYER_TYPE
from transforms.openimis.country import Country
from transforms.openimis.register import register_of
from transforms.openimis.rows import Tables
from transforms.package.program_indicators import program_indicator_objects, program_indicators
from transforms.package.tables.claim_measures import CLAIM_MEASURES, SERVICE_GROUP_MEASURES
from transforms.package.tables.program_indicators import MEASURES

pytestmark = pytest.mark.longer

OF_SAMPLE = (period("202506"), period("2025"))
OF_DEMO = (period("201803"), period("201901"), period("2018"), period("2019"))
"""The demo database begins policies in March 2018 and has its claims in January 2019."""

NOTHING_TO_COUNT_IN_SAMPLE = {
    "covered.family-type:T",
    "households-covered.other-gender",
    "households-covered.age-0-14",
    "households-not-covered.other-gender",
    "households-not-covered.age-0-14",
    "claims-entered.other-gender",
    "claimants.other-gender",
    *(
        f"{money}.payer:{payer}"
        for money in ("contributions", "funding")
        for payer in (PAYER_TYPE.codes or {}).values()
        if payer != HOUSEHOLD
    ),
    "rejected-of-claim-date.reason:Too many deliveries",
    "rejected-of-claim-date.reason:Quantity above the limit",
    "rejected-of-claim-date.reason:Within the waiting period",
    "rejected-of-claim-date.reason:Too many antenatal contacts",
    "rejected-of-claim-date.reason:Claim not valid",
    "rejected-of-claim-date.reason:No coverage on the day",
}
"""The sample has no family of teachers, no head who is a child or of another gender, fewer rejected
claims than there are reasons, and no payer."""

NOTHING_TO_COUNT_IN_DEMO = {
    "enrolled-new",
    "households-new",
    "renewed",
    "households-renewed",
    "policies-renewed",
    "policies-suspended",
    "policies-suspended-in-period",
    "now-processed",
    "funding",
    "funds",
}
"""In the demo database nobody is new after 2017, no policy is renewed or suspended, and nothing was
given for a product."""


def differing(figures: list[Figure]) -> list[Figure]:
    return [figure for figure in figures if not figure.is_equal]


def keys_of(figures: list[Figure]) -> set[str]:
    return {figure.key for figure in figures}


def always_zero(figures: list[Figure]) -> set[str]:
    counted = {figure.key for figure in figures if figure.openimis}
    return {figure.key for figure in figures} - counted


def test_every_measure_has_a_query_of_its_own():
    assert set(measures()) == {measure.key for measure in (*MEASURES, *SERVICE_GROUP_MEASURES)}


@pytest.fixture(scope="module", params=one_by_default(COUNTRIES, "demo"))
def of_sample(request: pytest.FixtureRequest, new_scheme: NewScheme) -> Iterator[list[Figure]]:
    """The figures of the sample, as each country runs openIMIS."""
    if request.param == "demo":
        yield request.getfixturevalue("sample_scheme").compared(OF_SAMPLE)
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    database = write_sound_sample(server, request.param)
    yield new_scheme(database, AS_OF, name=request.param).compared(OF_SAMPLE)
    server.drop_database(database)


def test_dhis2_shows_what_a_sample_openimis_says(of_sample: list[Figure]):
    assert differing(of_sample) == []


def test_hardly_a_figure_of_the_sample_is_zero(of_sample: list[Figure]):
    """Where rejected claims were entered again, fewer count, and so do fewer reasons."""
    zero = always_zero(of_sample)

    assert zero >= NOTHING_TO_COUNT_IN_SAMPLE
    others = {key.partition(":")[0] for key in zero - NOTHING_TO_COUNT_IN_SAMPLE}
    assert others <= {"rejected-of-claim-date.reason"}


def test_dhis2_shows_what_openimis_says_of_odd_rows(odd_scheme: BothSides):
    measures = {key: each for key, each in odd_scheme.program_indicators.items() if "." not in key}

    figures = odd_scheme.only(measures).compared(OF_SAMPLE)

    assert differing(figures) == []


def test_a_claim_that_was_restored_counts_once_in_every_figure_of_claims(
    restoring_scheme: BothSides,
):
    """openIMIS without the rejected claims that were entered again says the same."""
    of_claims = {measure.key for measure in CLAIM_MEASURES}
    whole = {k: each for k, each in restoring_scheme.program_indicators.items() if k in of_claims}

    figures = restoring_scheme.only(whole).compared(OF_SAMPLE[1:])

    assert differing(figures) == []


def test_without_the_condition_a_claim_that_was_restored_counts_twice(
    restoring_scheme: BothSides, sample_scheme: BothSides
):
    keys = {"claims", "claims-entered", "claimed", "claims-rejected", "services-lines"}
    plain = {key: sample_scheme.program_indicators[key] for key in keys}

    figures = restoring_scheme.only(plain).compared(OF_SAMPLE[1:])

    assert keys_of(differing(figures)) == keys


def test_a_policy_whose_value_nobody_entered_is_in_no_figure_of_policies():
    """A limit: a policy is counted by the member whose events carry its value."""
    of_june = period("202306")
    rest: dict[str, Any] = {"InsureePolicy": [{}], "HF": []}

    counted = {
        value: _policies_in_force(snapshot(Policy=[{"PolicyValue": value}], **rest), of_june)
        for value in (Decimal("0.00"), None)
    }

    assert counted == {Decimal("0.00"): 1, None: 0}


def _policies_in_force(source: Tables, asked: Period) -> float:
    country = Country(root=ROOT)
    wanted = wanted_of(source, as_of=asked.end, country=country, pseudonym_key=KEY)
    (indicator,) = (
        each
        for each in program_indicator_objects(
            program_indicators(options(register_of(source)).collect())
        )["programIndicators"]
        if each["name"] == "Policies in force"
    )
    found = figures(indicator, tracker_of(sent_of(wanted), source, country), [asked], VERSION)
    return float(found.filter(orgUnit=ROOT.uid)["value"].sum())


def test_a_program_indicator_that_lacks_its_filter_is_found(sample_scheme: BothSides):
    keys = {"covered", "not-covered", "policies-new", "pending", "services-of-claim-date"}
    wrong = {key: sample_scheme.program_indicators[key] | {"filter": None} for key in keys}

    figures = sample_scheme.only(wrong).compared(OF_SAMPLE)

    assert {figure.key for figure in differing(figures)} == keys


def test_the_new_sql_engine_of_2_43_shows_the_same(sample_scheme: BothSides):
    differing = [
        key
        for key in sample_scheme.program_indicators
        if not answers(sample_scheme, key, "2.43").equals(answers(sample_scheme, key, "2.42"))
    ]

    assert differing == []


def answers(scheme: BothSides, key: str, version: str) -> pl.DataFrame:
    return scheme.answers(key, OF_SAMPLE, version).sort("period", "orgUnit")


@pytest.fixture(scope="module")
def of_demo(demo_scheme: BothSides) -> list[Figure]:
    return demo_scheme.compared(OF_DEMO)


@needs_demo_database[0]
@needs_demo_database[1]
def test_dhis2_shows_what_the_demo_database_says(of_demo: list[Figure]):
    assert differing(of_demo) == []


@needs_demo_database[0]
@needs_demo_database[1]
def test_most_measures_count_something_in_the_demo_database(of_demo: list[Figure]):
    whole = [figure for figure in of_demo if "." not in figure.key]

    assert always_zero(whole) == NOTHING_TO_COUNT_IN_DEMO
