"""Digests of parts of the people: what changes one, and what does not."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial

import polars as pl
import pytest

from tests.figures.snapshots import made_of
from tests.support.openimis_sample import sample
from transforms.changes.objects.partitions import partition_of
from transforms.model.digests import Made, digest, digests_of_parts
from transforms.openimis.register import register_of

TODAY = dt.date(2026, 1, 1)
PARTS = 4
ALL = set(range(PARTS))
Tables = Mapping[str, pl.DataFrame]
Change = Callable[[pl.Expr], pl.Expr]


@pytest.fixture(scope="module")
def tables() -> Tables:
    frames = made_of(sample(80, seed=11, level="1.11", as_of=TODAY, country="packages"))
    return {name: frame.collect() for name, frame in frames.items()}


def made(tables: Tables, as_of: dt.date = TODAY, *settings: str, **more: pl.DataFrame) -> Made:
    register = register_of({name: frame.lazy() for name, frame in tables.items()})
    return Made(register, as_of, settings, **more)


def parts_that_differ(one: Made, other: Made) -> set[int]:
    part_of = partial(partition_of, partitions=PARTS)
    before, after = (digests_of_parts(each, PARTS, part_of) for each in (one, other))
    found = {number for number in range(PARTS) if before[number] != after[number]}
    assert bool(found) == (digest(one) != digest(other))
    return found


def with_value(tables: Tables, table: str, is_meant: pl.Expr, column: str, value: object) -> Tables:
    rows = tables[table]
    changed = pl.when(is_meant).then(pl.lit(value, rows.schema[column])).otherwise(column)
    assert rows.filter(is_meant).height
    return {**tables, table: rows.with_columns(changed.alias(column))}


def current(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("ValidityTo").is_null())


def part_of_person(tables: Tables, insuree: int) -> int:
    uuid = tables["tblInsuree"].filter(InsureeID=insuree)["InsureeUUID"].item()
    return int(pl.select(partition_of(pl.lit(uuid), PARTS)).item())


def a_policy_of_several_parts(tables: Tables) -> tuple[int, int, list[int]]:
    """Return a policy with its family and the people whom it covers, who lie in several parts."""
    policies = current(tables["tblPolicy"])
    for policy, family in policies.select("PolicyID", "FamilyID").iter_rows():
        covers = current(tables["tblInsureePolicy"]).filter(PolicyId=policy)
        people = covers["InsureeID"].unique().sort().to_list()
        if len({part_of_person(tables, each) for each in people}) in (2, 3):
            return policy, family, people
    raise AssertionError("The sample has no such policy.")


def parts_of(tables: Tables, people: list[int]) -> set[int]:
    return {part_of_person(tables, each) for each in people}


def test_the_order_of_rows_changes_nothing(tables: Tables) -> None:
    turned = {name: frame.reverse() for name, frame in tables.items()}

    assert parts_that_differ(made(tables), made(turned)) == set()


def test_a_value_of_a_person_concerns_the_part_of_that_person(tables: Tables) -> None:
    person = current(tables["tblInsuree"])["InsureeID"][0]
    other = with_value(tables, "tblInsuree", pl.col("InsureeID") == person, "Phone", "1")

    assert parts_that_differ(made(tables), made(other)) == {part_of_person(tables, person)}


def test_two_values_that_change_places_are_noticed(tables: Tables) -> None:
    people = tables["tblInsuree"]
    other = {**tables, "tblInsuree": people.with_columns(pl.col("LastName").reverse())}

    assert parts_that_differ(made(tables), made(other))


@pytest.mark.parametrize("table", ["tblClaimItems", "tblClaimServices"])
def test_a_line_of_a_claim_concerns_the_part_of_its_person(tables: Tables, table: str) -> None:
    line, claim = current(tables[table]).select(pl.nth(0), "ClaimID").row(0)
    person = tables["tblClaim"].filter(ClaimID=claim)["InsureeID"].item()
    of_line = pl.col(tables[table].columns[0]) == line
    other = with_value(tables, table, of_line, "QtyProvided", 77)

    assert parts_that_differ(made(tables), made(other)) == {part_of_person(tables, person)}


def test_a_line_that_is_gone_is_noticed(tables: Tables) -> None:
    other = {**tables, "tblClaimItems": tables["tblClaimItems"].slice(1)}

    assert len(parts_that_differ(made(tables), made(other))) == 1


def test_a_policy_concerns_the_parts_of_all_whom_it_covers(tables: Tables) -> None:
    policy, _, people = a_policy_of_several_parts(tables)
    other = with_value(tables, "tblPolicy", pl.col("PolicyID") == policy, "PolicyValue", 7)

    assert parts_that_differ(made(tables), made(other)) == parts_of(tables, people)


def test_who_leaves_a_policy_concerns_all_whom_it_covers(tables: Tables) -> None:
    """Another may carry the value of the policy from then on."""
    _, _, people = a_policy_of_several_parts(tables)
    left = dt.datetime(2025, 12, 31)  # noqa: DTZ001 - a wall clock
    other = with_value(tables, "tblInsuree", pl.col("InsureeID") == people[0], "ValidityTo", left)

    assert parts_that_differ(made(tables), made(other)) >= parts_of(tables, people)


def test_another_head_concerns_the_parts_of_the_whole_family(tables: Tables) -> None:
    _, family, people = a_policy_of_several_parts(tables)
    head = tables["tblFamilies"].filter(FamilyID=family)["InsureeID"].item()
    another = next(each for each in people if each != head)
    other = with_value(tables, "tblFamilies", pl.col("FamilyID") == family, "InsureeID", another)

    assert parts_that_differ(made(tables), made(other)) >= parts_of(tables, people)


def test_a_number_that_another_person_gets_too_concerns_both(tables: Tables) -> None:
    people = current(tables["tblInsuree"])
    first = people.row(0, named=True)
    parts = {each: part_of_person(tables, each) for each in people["InsureeID"]}
    second = next(each for each, part in parts.items() if part != parts[first["InsureeID"]])
    is_second = pl.col("InsureeID") == second
    other = with_value(tables, "tblInsuree", is_second, "CHFID", f" {first['CHFID']}")

    found = parts_that_differ(made(tables), made(other))

    assert found == {parts[first["InsureeID"]], parts[second]}


@pytest.mark.parametrize(
    ("table", "column"), [("tblLocations", "LocationName"), ("tblHF", "HFName")]
)
def test_a_place_concerns_everybody(tables: Tables, table: str, column: str) -> None:
    is_first = pl.col(tables[table].columns[0]) == tables[table].item(0, 0)

    found = parts_that_differ(made(tables), made(with_value(tables, table, is_first, column, "X")))

    assert found == ALL


def test_a_place_of_dhis2s_own_tree_concerns_everybody(tables: Tables) -> None:
    one, other = (pl.DataFrame({"place": ["a"], "org_unit": [each]}) for each in ("b", "c"))

    found = parts_that_differ(made(tables, placement=one), made(tables, placement=other))

    assert found == ALL


def test_a_setting_and_a_release_concern_everybody(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = made(tables, TODAY, "one"), made(tables, TODAY, "other")
    before = digest(one)

    assert parts_that_differ(one, other) == ALL
    monkeypatch.setattr("transforms.model.digests.VERSION", "99")
    assert digest(one) != before


def test_another_version_of_polars_concerns_everybody(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(made(tables))

    monkeypatch.setattr(pl, "__version__", "99")

    assert digest(made(tables)) != before


@pytest.mark.parametrize(
    ("table", "column", "later"),
    [
        ("tblInsureePolicy", "EffectiveDate", 0),
        ("tblInsureePolicy", "ExpiryDate", 1),
        ("tblPolicy", "EffectiveDate", 0),
        ("tblPolicy", "ExpiryDate", 1),
        ("tblClaim", "DateClaimed", -1),
    ],
)
def test_a_day_that_comes_is_noticed_and_others_are_not(
    tables: Tables, table: str, column: str, later: int
) -> None:
    day = dt.date(2040, 5, 5)
    key = tables[table].columns[0]
    covered = current(tables["tblInsureePolicy"])["PolicyId"].to_list()
    keys = covered if table == "tblPolicy" else current(tables[table])[key].to_list()
    alone = with_value(tables, table, pl.col(key) == keys[0], column, day)
    one, *more = (made(alone, day + dt.timedelta(later + each)) for each in (-2, -1, 0, 1))

    assert [bool(parts_that_differ(one, each)) for each in more] == [False, True, True]


def a_payment(tables: Tables) -> tuple[int, int, int]:
    """Return a payment, its policy, and the head of the household, who is a current member."""
    heads = made(tables).register.heads.collect().rename({"family_id": "FamilyID"})
    policies = current(tables["tblPolicy"]).select("PolicyID", "FamilyID")
    paid = current(tables["tblPremium"]).select("PremiumId", "PolicyID")
    found = paid.join(policies, on="PolicyID").join(heads, on="FamilyID").sort("PremiumId")
    payment, policy, _, head = found.row(0)
    return payment, policy, head


def test_a_payment_concerns_the_part_of_the_head_of_the_household(tables: Tables) -> None:
    payment, _, head = a_payment(tables)
    other = with_value(tables, "tblPremium", pl.col("PremiumId") == payment, "Amount", 77)

    assert parts_that_differ(made(tables), made(other)) == {part_of_person(tables, head)}


def test_the_policy_of_a_payment_concerns_a_head_whom_it_does_not_cover(tables: Tables) -> None:
    _, policy, head = a_payment(tables)
    is_cover = (pl.col("PolicyId") == policy) & (pl.col("InsureeID") == head)
    covers = tables["tblInsureePolicy"].filter(~is_cover.fill_null(value=False))
    without = {**tables, "tblInsureePolicy": covers}
    other = with_value(without, "tblPolicy", pl.col("PolicyID") == policy, "ProdID", 1_000)

    assert part_of_person(tables, head) in parts_that_differ(made(without), made(other))


def test_funding_concerns_the_part_of_its_own_uuid(tables: Tables) -> None:
    payment, _, _ = a_payment(tables)
    is_payment = pl.col("PremiumId") == payment
    funded = with_value(tables, "tblPremium", is_payment, "PayType", "F")
    other = with_value(funded, "tblPremium", is_payment, "Amount", 77)
    uuid = tables["tblPremium"].filter(is_payment)["PremiumUUID"].item()

    own = int(pl.select(partition_of(pl.lit(uuid), PARTS)).item())
    assert parts_that_differ(made(funded), made(other)) == {own}


def test_where_payments_are_not_read_nobody_is_concerned_by_them(tables: Tables) -> None:
    silent = {name: rows for name, rows in tables.items() if name != "tblPremium"}

    assert parts_that_differ(made(silent), made(silent)) == set()
