"""What the country file says: places, privacy, speed and guards. It holds no secret."""

from typing import Any, Self

from pydantic import BaseModel, ValidationError, model_validator

from transforms.core.errors import CountryError
from transforms.core.fields import Treatment
from transforms.openimis.aggregate_settings import Figures
from transforms.openimis.country_sections import ISO
from transforms.openimis.country_sections import Analytics as Analytics
from transforms.openimis.country_sections import Guards as Guards
from transforms.openimis.country_sections import Languages as Languages
from transforms.openimis.country_sections import Legends as Legends
from transforms.openimis.country_sections import Levels as Levels
from transforms.openimis.country_sections import Load as Load
from transforms.openimis.country_sections import Population as Population
from transforms.openimis.country_sections import Retention as Retention
from transforms.openimis.country_sections import Root as Root
from transforms.openimis.country_sections import Server as Server
from transforms.openimis.country_sections import Waiting as Waiting
from transforms.openimis.differences import Differences
from transforms.openimis.existing_settings import WithExisting
from transforms.openimis.match_settings import Matching
from transforms.openimis.partition_settings import PartitionSettings
from transforms.openimis.service_groups import ServiceGroups, check_names
from transforms.openimis.tables.columns import FUND_NUMBERS
from transforms.openimis.tables.places import GROUP_SETS, GroupSet, OrgUnitGroup
from transforms.openimis.value_groups import check_groups

FIGURES_IN_ISO = (
    'dhis2.calendar is "{found}", and mode is "{mode}": figures are of months of the ISO calendar, '
    "and this DHIS2 would take each for a month of its own. With figures, dhis2.calendar may only "
    'be "iso8601": send them to a DHIS2 that counts so, or set mode to "tracker"'
)


class Country(Matching, WithExisting, Differences, Figures, BaseModel):
    """The whole country file, with what `Differences`, `Matching` and `WithExisting` say.

    Whether persons or figures are sent: `Figures`.

    Attributes:
        root: The org unit above all regions.
        levels: Names of the org unit levels.
        privacy: Field name to treatment, where it differs from the default of its class.
        regions: Codes of the regions of a pilot; empty means the whole country.
        excluded_insurance_numbers: Of insuree records that are no people, such as funds.
        fallback_place: Code of the location in which people are of whom openIMIS knows no place;
            None: they are not sent, and counted only.
        coordinates: Name of a CSV file beside the country file, with the columns `code`,
            `longitude` and `latitude` of locations and health facilities.
        place_groups: Name of a CSV file beside the country file that puts health facilities and
            villages into the groups of which openIMIS says nothing; see
            `transforms.openimis.place_groups`.
        facility_level: Key of a facility group to its values of `HFLevel`, where they are others.
        facility_ownership: The same, of `LegalForm`.
        facility_status: The same, of `status`; groups of it are filled only where this is given.
        service_groups: Key of a group of services to its name and codes; figures are made of them.
        legends: Where the words of the legends of charts begin.
        population: Where population figures are entered.
        dhis2: What has to be set about DHIS2.
        load: How bundles are posted.
        guards: What a run may do without a permission.
        waiting: How long a run retries after an outage.
        retention: What is kept of runs that are over.
        analytics: How DHIS2's analytics tables are waited for.
        languages: In which languages people read.
        contributions: Whether the payments for policies are sent, each an event of the head of
            the household.
        funding: Whether what payers give for products is sent, as events of no person.
        partitions: How many partitions of the people are compared at once.
    """

    root: Root
    levels: Levels = Levels()
    privacy: dict[str, Treatment] = {}
    regions: list[str] = []
    excluded_insurance_numbers: list[str] = list(FUND_NUMBERS)
    fallback_place: str | None = None
    coordinates: str | None = None
    place_groups: str | None = None
    facility_level: dict[str, list[str]] = {}
    facility_ownership: dict[str, list[str]] = {}
    facility_status: dict[str, list[str]] = {}
    service_groups: ServiceGroups = {}
    legends: Legends = Legends()
    population: Population = Population()
    dhis2: Server = Server()
    load: Load = Load()
    guards: Guards = Guards()
    waiting: Waiting = Waiting()
    retention: Retention = Retention()
    analytics: Analytics = Analytics()
    languages: Languages = Languages()
    contributions: bool = False
    funding: bool = False
    partitions: PartitionSettings = PartitionSettings()

    @model_validator(mode="after")
    def _each_value_in_one_group(self) -> Self:
        for group_set in GROUP_SETS:
            check_groups(group_set, self.groups_of(group_set.key))
        check_names(self.service_groups)
        return self

    @model_validator(mode="after")
    def _figures_in_iso_months(self) -> Self:
        if self.sends_figures and self.dhis2.calendar != ISO:
            raise ValueError(FIGURES_IN_ISO.format(found=self.dhis2.calendar, mode=self.mode))
        return self

    @property
    def reads_payments(self) -> bool:
        """Whether something is sent of single payments."""
        return self.contributions or self.funding

    def fills(self, group_set: GroupSet) -> bool:
        """Return whether openIMIS says which places are in the groups of a set."""
        is_named = group_set.key in self.model_fields_set
        return group_set.table is not None and (is_named or not group_set.optional)

    def groups_of(self, group_set: str) -> dict[str, list[str]]:
        """Return what the file says of a set of org unit groups: key of a group to values."""
        named: dict[str, list[str]] = getattr(self, group_set, {})
        return named

    def codes_in(self, group_set: GroupSet, group: OrgUnitGroup) -> tuple[str, ...]:
        """Return the openIMIS values that are in a group: those of the file, or the usual ones."""
        return tuple(self.groups_of(group_set.key).get(group.key, group.codes))


def country_of(content: dict[str, Any], source: str) -> Country:
    """Return the country that the parsed country file `content` describes.

    Args:
        content: The parsed TOML file.
        source: The file's name, for the error message.

    Raises:
        CountryError: A setting is missing, unknown or out of range.
    """
    try:
        return Country.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}".removeprefix(": ")
            for fault in error.errors()
        )
        raise CountryError(
            f"{source} is not a country file as it must be: {faults}. "
            f"See country.example.toml. Nothing was done."
        ) from error
