"""The frames of the register, of all of openIMIS or of a part of it; made when first used."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms.core.fields import OptionSet
from transforms.core.memory import collect_once
from transforms.openimis.codes import codes_of
from transforms.openimis.covers import covers_among
from transforms.openimis.funds import Excluded, excluded_from, places_of_funds
from transforms.openimis.heads import heads_of
from transforms.openimis.homes import homes_of
from transforms.openimis.places import facilities_of, places_of
from transforms.openimis.rows import Rows, Tables, rows_of
from transforms.openimis.subjects import (
    ADMINISTRATORS,
    BATCH_RUNS,
    CLAIMS,
    COVERS,
    FACILITIES,
    FAMILIES,
    FEEDBACK_PROMPTS,
    FEEDBACKS,
    ITEMS,
    PACKAGE_ITEMS,
    PACKAGE_SERVICES,
    PAYERS,
    PEOPLE,
    PLACES,
    POLICIES,
    PREMIUMS,
    PRODUCTS,
    SERVICES,
    Subject,
)


@dataclass(frozen=True)
class Frames:
    """openIMIS under plain names; the columns of each subject are `transforms.openimis.subjects`.

    A frame that is never used needs no table.

    Attributes:
        snapshot: openIMIS's tables: all rows, or those of a part of the people.
    """

    snapshot: Tables

    def rows(self, subject: Subject) -> Rows:
        """Return the rows of a subject; ask for the property of its name, which looks once."""
        return self.excluded.without(rows_of(self.snapshot, subject))

    @cached_property
    def excluded(self) -> Excluded:
        """The insuree records that are no people, and their claims: they are in no frame."""
        return excluded_from(self.snapshot)

    @cached_property
    def places(self) -> pl.LazyFrame:
        """Locations, deleted ones included, with `uid`, `level`, `region_id`; in memory."""
        # They are few, and nearly everything needs them.
        funds = places_of_funds(self.all_places)
        return collect_once(self.all_places.join(funds, on="location_id", how="anti"))

    @cached_property
    def all_places(self) -> pl.LazyFrame:
        """The same, with those of funds; in memory."""
        return collect_once(places_of(self.rows(PLACES)))

    def counted_only(self) -> dict[str, int]:
        """Return reason → current rows of openIMIS that are in no frame."""
        funds = places_of_funds(self.all_places.filter("is_current")).select(pl.len())
        found = {
            "insuree_excluded": self.excluded.current,
            "place_of_funds": int(funds.collect().item()),
        }
        return {reason: count for reason, count in found.items() if count}

    @cached_property
    def facilities(self) -> pl.LazyFrame:
        """Health facilities, with `uid`, `parent_uid`, `level`, `region_id`; in memory."""
        return collect_once(facilities_of(self.rows(FACILITIES), self.places))

    @cached_property
    def families(self) -> Rows:
        """Families."""
        return self.rows(FAMILIES)

    @cached_property
    def people(self) -> Rows:
        """Insurees."""
        return self.rows(PEOPLE)

    @cached_property
    def heads(self) -> pl.LazyFrame:
        """The head of each family that has one: family_id, insuree_id; in memory."""
        return collect_once(heads_of(self.families.live, self.people.current))

    @cached_property
    def homes(self) -> pl.LazyFrame:
        """Where each insuree is; see `transforms.openimis.homes`."""
        return homes_of(self.people, self.families, self.claims, self.places, self.facilities)

    @cached_property
    def products(self) -> Rows:
        """Products."""
        return self.rows(PRODUCTS)

    @cached_property
    def policies(self) -> Rows:
        """Policies of families."""
        return self.rows(POLICIES)

    @cached_property
    def covers(self) -> Rows:
        """Insuree policies: who is covered by which policy; a cover may have several rows."""
        return self.rows(COVERS)

    @cached_property
    def current_covers(self) -> pl.LazyFrame:
        """Who is covered by which policy, once each; see `transforms.openimis.covers`."""
        return covers_among(self.covers)

    @cached_property
    def claims(self) -> Rows:
        """Claims."""
        return self.rows(CLAIMS)

    @cached_property
    def services(self) -> Rows:
        """Lines of claims: services."""
        return self.rows(SERVICES)

    @cached_property
    def items(self) -> Rows:
        """Lines of claims: items."""
        return self.rows(ITEMS)

    @cached_property
    def package_services(self) -> Rows:
        """Services in the packages that service lines stand for."""
        return self.rows(PACKAGE_SERVICES)

    @cached_property
    def package_items(self) -> Rows:
        """Items in them."""
        return self.rows(PACKAGE_ITEMS)

    @cached_property
    def administrators(self) -> Rows:
        """Claim administrators."""
        return self.rows(ADMINISTRATORS)

    @cached_property
    def batch_runs(self) -> Rows:
        """Batch runs, in which claims are valuated."""
        return self.rows(BATCH_RUNS)

    @cached_property
    def premiums(self) -> Rows:
        """Contributions that were paid for policies."""
        return self.rows(PREMIUMS)

    @cached_property
    def payers(self) -> Rows:
        """Who pays contributions for households."""
        return self.rows(PAYERS)

    @cached_property
    def feedbacks(self) -> Rows:
        """What insurees say of the care that was claimed for them."""
        return self.rows(FEEDBACKS)

    @cached_property
    def feedback_prompts(self) -> Rows:
        """Of which claims insurees were asked."""
        return self.rows(FEEDBACK_PROMPTS)

    def codes(self, option_set: OptionSet) -> pl.LazyFrame:
        """Return the list that an option set is filled from; see `transforms.openimis.codes`."""
        return codes_of(self.snapshot, option_set)
