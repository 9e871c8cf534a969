"""Figures arrive, follow what openIMIS corrects, and nothing of a person is made or sent."""

import re

import polars as pl
import pytest

from flows.steps.compare.changes import staged_counts
from staging.rejects import read_rejects
from tests.support.scheme import Scheme
from tests.system.aggregates.figures_scheme import VALUES, Value, posts, query, stored
from transforms.aggregates.elements import data_set_uid
from transforms.changes.guards.permissions import Allow
from transforms.model.resources import DATA_VALUES

OF_PERSONS = re.compile(
    r"/api/(tracker|trackedEntit\w+|programs|programStages|enrollments|events|optionSets|options)\b"
)


class Staying(set[str]):
    """Periods that nobody makes."""

    def __isub__(self, _: object) -> "Staying":
        return self


Place = tuple[str, str, str]
"""Month, facility (UUID), and code of the product."""

CLAIMS = """
    with line as (
        select "ClaimID", "ProdID", "QtyProvided" * "PriceAsked" as asked
        from "tblClaimItems" where "ValidityTo" is null
        union all select "ClaimID", "ProdID", "QtyProvided" * "PriceAsked"
        from "tblClaimServices" where "ValidityTo" is null
    ), product as (
        select l."ClaimID", trim(p."ProductCode") as code, row_number() over (
            partition by l."ClaimID" order by sum(asked) desc, trim(p."ProductCode")
        ) as nth
        from line l join "tblProduct" o on o."ProdID" = l."ProdID"
        join "tblProduct" p on p."ProdID" = coalesce(o."LegacyID", o."ProdID") group by 1, 2
    )
    select strftime('%Y%m', c."DateClaimed"), h."HFUUID", coalesce(p.code, 'Unknown'), count(*)
    from "tblClaim" c join "tblHF" h on h."HfID" = c."HFID"
    left join product p on p."ClaimID" = c."ClaimID" and p.nth = 1
    where c."ValidityTo" is null and c."DateClaimed" between '2025-10-01' and '2025-12-31'
      and c."ClaimStatus" > 0 group by 1, 2, 3
"""


def claims(scheme: Scheme) -> dict[Place, int]:
    """Return where claims were entered to how many, as SQL counts them."""
    return {
        (str(month), str(place), str(product)): int(str(count))
        for month, place, product, count in query(scheme, CLAIMS)
    }


def entered(scheme: Scheme) -> dict[Place, int]:
    """Return where claims were entered to how many, as DHIS2 has them; nothing is added up."""
    codes = {uid: row["code"] for uid, row in scheme.sandbox.metadata("organisationUnits").items()}
    found: dict[Place, int] = {}
    for value, number in stored(scheme.sandbox).items():
        if value.figure == "Claims" and "Entered" in value.options and number != "0":
            [product] = value.options - {"Entered"}
            key = (value.period, codes[value.org_unit], product.split(" ")[0])
            assert key not in found
            found[key] = int(number)
    return found


def a_claim(scheme: Scheme) -> tuple[int, str]:
    """Return key and month of a claim of an open month that was entered, and no more."""
    ((key, month),) = query(
        scheme,
        """select "ClaimID", strftime('%Y%m', "DateClaimed") from "tblClaim"
           where "ValidityTo" is null and "ClaimStatus" = 2
             and "DateClaimed" between '2025-11-01' and '2025-12-31'
           order by "ClaimID" limit 1""",
    )
    return int(str(key)), str(month)


def end_claims(scheme: Scheme, which: str = "1 = 1") -> None:
    """Delete claims as openIMIS does."""
    current = '"ValidityTo" is null'
    ended = f'update "tblClaim" set "ValidityTo" = \'2025-12-31\' where {current} and {which}'
    query(scheme, ended)


def with_section(country: str, text: str) -> str:
    """Return a country file that also says something of its figures."""
    return country.replace("[aggregates]\n", f"[aggregates]\n{text}\n")


def test_figures_arrive_as_sql_counts_them(scheme: Scheme) -> None:
    assert entered(scheme) == claims(scheme) != {}
    assert len({product for _, _, product in claims(scheme)}) > 1


def test_a_second_run_posts_nothing(scheme: Scheme) -> None:
    before, values = scheme.writes(), stored(scheme.sandbox)

    scheme.bring("second")

    assert scheme.writes() == before
    assert stored(scheme.sandbox) == values


def test_nothing_of_a_person_is_made_or_sent(scheme: Scheme) -> None:
    written = [row["path"] for row in scheme.written()]

    assert [path for path in written if OF_PERSONS.search(path)] == []
    assert VALUES in written
    for kind in ("programs", "trackedEntityTypes", "trackedEntityAttributes", "optionSets"):
        assert scheme.sandbox.metadata(kind) == {}
    assert not any(scheme.sandbox.content().values())


@pytest.mark.longer
def test_a_corrected_claim_restates_its_month_and_no_other(scheme: Scheme) -> None:
    key, month = a_claim(scheme)
    before, sent = stored(scheme.sandbox), posts(scheme)
    end_claims(scheme, f'"ClaimID" = {key}')

    scheme.bring("second")

    after = stored(scheme.sandbox)
    changed = {value.period for value in after if before.get(value) != after[value]}
    assert changed == {month}
    assert entered(scheme) == claims(scheme)
    assert posts(scheme) > sent


@pytest.mark.longer
def test_a_value_that_openimis_has_no_more_becomes_zero(scheme: Scheme) -> None:
    before = stored(scheme.sandbox)
    end_claims(scheme)

    scheme.bring("second")

    after = stored(scheme.sandbox)
    of_claims = {value for value in before if value.figure in {"Claims", "Amount claimed"}}
    assert {after[value] for value in of_claims} == {"0"}
    assert after.keys() == before.keys()
    assert staged_counts(scheme.run("second"))[DATA_VALUES.name]["to update"] == len(of_claims)


@pytest.mark.longer
def test_what_became_zero_stays_so_and_is_not_sent_again(scheme: Scheme) -> None:
    end_claims(scheme)
    scheme.bring("second")
    before = scheme.writes()

    scheme.bring("third")

    assert scheme.writes() == before


@pytest.mark.longer
def test_values_of_a_new_product_wait_for_set_up(scheme: Scheme) -> None:
    query(scheme, 'update "tblProduct" set "ProductCode" = \'NEW1\' where "ProdID" = 1')

    scheme.bring("second")

    waiting = pl.read_parquet(scheme.run("second").rejects("data_values.dhis2"))
    assert set(waiting["reason"]) == {"option_combination_not_in_dhis2"}
    assert set(waiting["hint"]) != {None}

    scheme.set_up()
    scheme.bring("third")

    assert any("NEW1" in option for value in stored(scheme.sandbox) for option in value.options)
    assert (
        not (scheme.run("third").rejects("data_values.dhis2")).exists()
        or pl.read_parquet(scheme.run("third").rejects("data_values.dhis2")).is_empty()
    )


def test_a_locked_month_is_a_reject_with_its_own_sentence(scheme: Scheme) -> None:
    key, month = a_claim(scheme)
    end_claims(scheme, f'"ClaimID" = {key}')
    before = stored(scheme.sandbox)
    uid = data_set_uid("facility", "monthly")
    scheme.sandbox.state.metadata["dataSets"][uid]["expiryDays"] = 1

    scheme.bring("second")

    assert stored(scheme.sandbox) == before
    rejects = pl.read_parquet(scheme.run("second").rejects("data_values.dhis2"))
    assert set(rejects["reason"]) == {"E7640"}
    assert all("locked" in hint for hint in rejects["hint"])
    assert {key.split(":")[2] for key in rejects["key"]} == {month}


@pytest.mark.longer
def test_a_closed_month_is_not_restated_unless_a_person_permits_it(scheme: Scheme) -> None:
    scheme.country = with_section(scheme.country, 'open_periods = 1\nsince = "202510"')
    end_claims(scheme, "strftime('%Y%m', \"DateClaimed\") = '202511'")
    before = closed(scheme)

    scheme.bring("second")
    assert closed(scheme) == before

    scheme.bring("third", allow=(Allow.RESTATE, Allow.DELETES))
    after = closed(scheme)
    assert {value.period for value in before if after[value] != before[value]} == {"202511"}
    assert entered(scheme) == claims(scheme)


@pytest.mark.longer
def test_a_closed_month_of_which_a_part_had_to_wait_is_sent_to_its_end(scheme: Scheme) -> None:
    scheme.country = with_section(scheme.country, 'open_periods = 1\nsince = "202508"')
    query(scheme, 'update "tblProduct" set "ProductCode" = \'NEW1\' where "ProdID" = 1')
    scheme.bring("second")
    part = {value for value in stored(scheme.sandbox) if value.period < "202510"}
    assert part
    assert not any("NEW1" in option for value in part for option in value.options)

    scheme.set_up()
    scheme.bring("third")

    whole = {value for value in stored(scheme.sandbox) if value.period < "202510"}
    assert any("NEW1" in option for value in whole - part for option in value.options)
    before = scheme.writes()
    scheme.bring("fourth")
    assert scheme.writes() == before


def closed(scheme: Scheme) -> dict[Value, str]:
    """Return the values of the months that are closed."""
    return {each: value for each, value in stored(scheme.sandbox).items() if each.period < "202512"}


@pytest.mark.longer
def test_a_figure_that_is_sent_no_more_is_deleted_in_open_months(scheme: Scheme) -> None:
    scheme.country = scheme.country.replace('"insured", "claims", "claimed_amount"', '"claims"')

    scheme.bring("second")

    assert {value.figure for value in stored(scheme.sandbox)} == {"Claims"}


@pytest.mark.longer
@pytest.mark.parametrize("smallest", [3])
def test_small_cells_are_deleted_once_the_country_wants_no_such_cells(
    scheme: Scheme, smallest: int
) -> None:
    scheme.country = scheme.country.replace("smallest_cell = 0", f"smallest_cell = {smallest}")

    scheme.bring("second")

    insured = [
        int(n) for value, n in stored(scheme.sandbox).items() if value.figure.startswith("Insured")
    ]
    assert all(number >= smallest for number in insured)
    assert insured


@pytest.mark.longer
def test_a_month_that_another_request_makes_at_the_same_moment_is_sent_once_more(
    scheme: Scheme,
) -> None:
    """2.42.5.2: `Period not valid` (E7611) for all values of the month in one of two requests."""
    key, month = a_claim(scheme)
    sent = posts(scheme)
    end_claims(scheme, f'"ClaimID" = {key}')
    scheme.sandbox.state.periods_of_others.add(month)

    scheme.bring("second")

    assert entered(scheme) == claims(scheme)
    assert read_rejects(scheme.run("second")).collect().is_empty()
    assert posts(scheme) == sent + 2


@pytest.mark.longer
def test_a_month_that_stays_none_for_dhis2_is_told(scheme: Scheme) -> None:
    key, month = a_claim(scheme)
    sent = posts(scheme)
    end_claims(scheme, f'"ClaimID" = {key}')
    scheme.sandbox.state.periods_of_others = Staying({month})

    scheme.bring("second")

    refused = read_rejects(scheme.run("second")).collect()
    assert set(refused["reason"]) == {"E7611"}
    assert posts(scheme) == sent + 2
