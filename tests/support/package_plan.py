"""What set-up plans to write, without the flow."""

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.set_up.package_plan import make_package, plan_of
from transforms.dhis2.metadata_plan import Plan, with_options
from transforms.openimis.country import Country
from transforms.package.org_units_and_options import option_objects


def package_plan(client: Dhis2, country: Country, choices: pl.DataFrame) -> Plan:
    """Return what an empty or partly set up DHIS2 lacks, options of new sets among it."""
    planned = plan_of(
        client, make_package(client, country, choices, located=country.coordinates is not None)
    )
    return with_options(planned, option_objects(choices))
