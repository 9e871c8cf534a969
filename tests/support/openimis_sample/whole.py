"""Puts the parts of a sample together."""

from datetime import date

import polars as pl

from tests.support.openimis_sample import catalogue, claims, people, places, policies, schema
from tests.support.openimis_sample.chance import Chance
from tests.support.openimis_sample.countries import as_in
from tests.support.openimis_sample.defects import with_defects
from tests.support.openimis_sample.plan import Plan, Table


def sample(
    insurees: int,
    *,
    seed: int,
    level: schema.Level,
    as_of: date,
    defects: bool = True,
    country: str = "demo",
) -> dict[str, pl.DataFrame]:
    """A made-up openIMIS database of three years up to `as_of`.

    Args:
        insurees: Persons, deleted ones included; families, policies and claims follow.
        seed: The same seed gives the same frames.
        level: Schema level, `"1.4"` or `"1.11"`.
        as_of: The last day; nothing in the sample happened later.
        defects: Whether to add a few bad records of each kind (`defects.DEFECTS`).
        country: As which country runs it (`countries.COUNTRIES`).

    Returns:
        Table name → all its rows (live, deleted and history) with openIMIS's columns of the
        level; time stamps are naive and UTC, money is Decimal(18, 2).
    """
    plan = Plan(insurees, Chance(seed), level, as_of)
    frames = {table.name: table.whole(plan.chance) for table in _tables(plan)}
    frames |= catalogue.lookups() | {"tblInsureeStatusReason": catalogue.status_reasons(plan)}
    ordered = {
        table: schema.conformed(frames.get(table, schema.empty(table, level)), table, level)
        for table in schema.tables(level)
    }
    return as_in(country, with_defects(plan, ordered) if defects else ordered)


def _tables(plan: Plan) -> list[Table]:
    locations = places.locations(plan)
    facilities = places.facilities(plan, locations.live)
    products = catalogue.products(plan, locations.live)
    officers = catalogue.officers(plan, locations.live)
    shelf = [
        catalogue.items(plan),
        catalogue.services(plan),
        catalogue.diagnoses(plan),
        catalogue.batch_runs(plan, locations.live),
    ]
    villages = places.villages(locations.live)
    families, insurees = people.people(plan, villages, facilities.live["HfID"])
    policies_ = policies.policies(plan, families, products, officers)
    covers = policies.insuree_policies(plan, policies_.live, insurees.live)
    premiums = policies.premiums(plan, policies_.live)
    entered = {table.name: table.live for table in (locations, facilities, *shelf)}
    claimed = claims.claims(plan, covers.live, entered)
    administrators = catalogue.claim_administrators(plan, facilities.live)
    return [
        locations, facilities, products, officers, *shelf, families, insurees, policies_, covers,
        premiums, *claimed, administrators,
    ]  # fmt: skip
