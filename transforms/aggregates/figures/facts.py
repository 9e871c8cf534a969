"""What figures are counted of, of all people or of a part of them.

register ─► desired people ─┬─► policies ─► covers, due covers
                            └─► claims ───► claims by status, by start of care, lines, feedback

Each frame is one row a thing that may count: `person`, `place`, the days to which it belongs, and
a column for each category by which it can be divided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms.aggregates.figures import feedback
from transforms.aggregates.figures.benefits import benefits
from transforms.aggregates.figures.claims import (
    claims_by_status,
    described_claims,
    home_claims,
    paid_claims,
)
from transforms.aggregates.figures.desired_objects import DesiredObjects
from transforms.aggregates.figures.districts import districts_of
from transforms.aggregates.figures.lines import counted_lines, grouped_lines
from transforms.aggregates.figures.people import people_facts
from transforms.aggregates.figures.periods import DataPeriod, in_periods
from transforms.aggregates.figures.policies import cover_statuses, due_covers
from transforms.aggregates.figures.products import product_terms
from transforms.aggregates.figures.settings import FigureSettings
from transforms.core.memory import collect_once
from transforms.model.claims import ENTERED
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    CLAIM_EVENTS,
    INSUREE_ENROLLMENTS,
    POLICY_EVENTS,
)
from transforms.openimis.register import Register

FAMILIES: dict[str, pl.DataType] = {"family_id": pl.Int64(), "day": pl.Date()}
"""Schema of the families with claims; the day is the last one of the period."""


@dataclass(frozen=True)
class PersonFacts:
    """The facts of people, each made when it is first asked for.

    Attributes:
        desired: What the tracker would hold of these people.
    """

    desired: DesiredObjects

    @property
    def register(self) -> Register:
        """Of openIMIS, or of a part of the people."""
        return self.desired.register

    @property
    def settings(self) -> FigureSettings:
        """What the country sets."""
        return self.desired.settings

    @cached_property
    def districts(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.districts`."""
        return districts_of(self.register, self.settings.country)

    @cached_property
    def people(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.people`."""
        enrollments = self.desired.sent[INSUREE_ENROLLMENTS.name]
        return collect_once(
            people_facts(self.register, self.desired.people, self.districts, enrollments)
        )

    @cached_property
    def insurees(self) -> pl.LazyFrame:
        """The people who are enrolled."""
        return self.people.filter(pl.col("since").is_not_null())

    @cached_property
    def covers(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.policies.cover_statuses`; with whose they are."""
        statuses = cover_statuses(
            self.register, self.desired.people, self.desired.holders, self.settings.as_of,
            self.desired.sent[POLICY_EVENTS.name],
        )  # fmt: skip
        return collect_once(statuses.join(self.people.drop("since", "until"), on="person"))

    @cached_property
    def due_covers(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.policies.due_covers`."""
        terms = product_terms(self.register, self.settings.grace_months)
        return collect_once(due_covers(self.covers, terms, self.settings.as_of))

    @cached_property
    def care(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.claims.described_claims`."""
        desired = self.desired
        enrollments = desired.sent[CLAIM_ENROLLMENTS.name]
        return collect_once(
            described_claims(self.register, desired.claims, desired.claim_amounts, enrollments)
        )

    @cached_property
    def claims(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.claims.claims_by_status`; with sex and birth."""
        events = self.desired.sent[CLAIM_EVENTS.name]
        found = claims_by_status(self.care, self.desired.claim_statuses, events)
        of_people = self.people.select("person", "sex", "birth")
        return collect_once(found.join(of_people, on="person", how="left"))

    @cached_property
    def paid_claims(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.claims.paid_claims`."""
        return paid_claims(self.care)

    @cached_property
    def home_claims(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.claims.home_claims`."""
        return collect_once(home_claims(self.claims, self.people, self.districts))

    @cached_property
    def lines(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.lines.counted_lines`."""
        desired = self.desired
        return collect_once(counted_lines(self.register, desired.claims, self.care, desired.sent))

    @cached_property
    def grouped_lines(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.lines.grouped_lines`."""
        services, items = self.settings.country.service_groups, self.settings.item_groups
        return collect_once(grouped_lines(self.lines, self.people, services, items))

    @cached_property
    def feedbacks(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.feedback`."""
        return feedback.feedbacks(self.register, self.care)

    @cached_property
    def feedback_prompts(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.feedback`."""
        return feedback.feedback_prompts(self.register, self.care)

    @cached_property
    def benefits(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.benefits`."""
        return benefits(self.register, self.lines, self.claims)

    def families_with_claims(self, periods: Sequence[DataPeriod]) -> pl.LazyFrame:
        """Return the families of which a member has a claim entered in a period: `FAMILIES`."""
        entered = self.home_claims.filter(
            pl.col("status") == ENTERED, pl.col("family_id").is_not_null()
        )
        return in_periods(entered, periods).select("family_id", day="last").unique()
