"""What figures are counted of that no part of the people alone can tell: households and money."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms.aggregates.figures.benefits import full_ceilings
from transforms.aggregates.figures.districts import districts_of
from transforms.aggregates.figures.money import allocations, contributions, funds, payments, terms
from transforms.aggregates.figures.products import product_terms, with_product
from transforms.aggregates.figures.settings import FigureSettings
from transforms.core.memory import collect_once
from transforms.openimis.register import Register

_MONEY = pl.Decimal(18, 2)


@dataclass(frozen=True)
class SharedFacts:
    """The facts of several people together, each made when it is first asked for.

    Attributes:
        register: Of openIMIS, of everybody.
        settings: What the country sets.
        families: Those with claims: family_id, day; of all parts of the people.
        benefits: What policies paid; of all parts of the people.
    """

    register: Register
    settings: FigureSettings
    families: pl.LazyFrame
    benefits: pl.LazyFrame

    @cached_property
    def households(self) -> pl.LazyFrame:
        """Families with claims: `person` (family_id), `place` (UUID of their district), day."""
        return self._at_home(self.families.unique()).rename({"family_id": "person"})

    @cached_property
    def full_ceilings(self) -> pl.LazyFrame:
        """Policies of which a ceiling was used up: `person` (family_id), place, day, product."""
        policies = self.register.policies.live.select("policy_id", "family_id", "product_id")
        of_policies = policies.join(self.benefits, on="policy_id", how="semi")
        full = full_ceilings(self.benefits, self._limited(of_policies))
        named = of_policies.join(full, on="policy_id").pipe(with_product, self.register)
        return collect_once(self._at_home(named).rename({"family_id": "person"}))

    @cached_property
    def contributions(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.money`."""
        return contributions(self._payments)

    @cached_property
    def terms(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.money`."""
        return terms(self.contributions)

    @cached_property
    def allocations(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.money`."""
        return allocations(self.contributions)

    @cached_property
    def funds(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.money`."""
        return funds(self._payments, self.settings.country)

    @cached_property
    def _payments(self) -> pl.LazyFrame:
        return payments(self.register, self._districts)

    @cached_property
    def _districts(self) -> pl.LazyFrame:
        return districts_of(self.register, self.settings.country)

    def _at_home(self, of_families: pl.LazyFrame) -> pl.LazyFrame:
        families = self.register.families.live.select("family_id", "location_id")
        districts = self._districts.drop_nulls("location_id").select(
            "location_id", place="district"
        )
        return of_families.join(families, on="family_id", how="left").join(
            districts, on="location_id", how="left"
        )

    def _limited(self, policies: pl.LazyFrame) -> pl.LazyFrame:
        """Return policies with `members` and the limits of their products."""
        products = product_terms(self.register, None)
        limited = policies.join(products, on="product_id", how="left").join(
            self._members(policies), on="policy_id", how="left"
        )
        ceiling = self.settings.household_ceiling
        if ceiling is None:
            return limited
        limits = [name for name in limited.collect_schema() if name.startswith("max_")]
        none = limited.with_columns(pl.lit(None, _MONEY).alias(name) for name in limits)
        return none.with_columns(max_policy=pl.lit(ceiling, _MONEY))

    def _members(self, policies: pl.LazyFrame) -> pl.LazyFrame:
        covers = self.register.covers.current.join(policies, on="policy_id", how="semi")
        return covers.group_by("policy_id").agg(
            members=pl.col("insuree_id").n_unique().cast(pl.Int64)
        )
