"""The facts of which figures are counted: of all people, or of a part of them.

register ─► people ─┬─► covers ─────────┐
                    └─► claims, amounts ┴─► facts: one row a thing that may count
"""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms.aggregates.figures.claims import claim_facts
from transforms.aggregates.figures.districts import districts_of
from transforms.aggregates.figures.methods import Facts
from transforms.aggregates.figures.people import people_facts
from transforms.aggregates.figures.policies import cover_statuses
from transforms.aggregates.figures.sent import sent_keys
from transforms.aggregates.figures.settings import FigureSettings
from transforms.core.memory import collect_once
from transforms.model.claim_lines import claim_amounts
from transforms.model.claim_status import claim_events, claim_statuses
from transforms.model.claims import claim_enrollments, current_claims
from transforms.model.insuree_enrollments import insuree_enrollments
from transforms.model.insurees import tracked_entities
from transforms.model.people import desired_people
from transforms.model.policies import value_candidates, value_holders
from transforms.model.policy_status import policy_events
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    CLAIM_EVENTS,
    INSUREE_ENROLLMENTS,
    POLICY_EVENTS,
    TRACKED_ENTITIES,
)
from transforms.model.restored_claims import with_replacing_claims
from transforms.openimis.register import Register


@dataclass(frozen=True)
class FactsOf:
    """The facts of a register, each made when it is first asked for, and in memory.

    Attributes:
        register: Of openIMIS, or of a part of the people.
        settings: What the country sets.
        known_holders: Of a part: see `transforms.model.policies.value_holders`.
    """

    register: Register
    settings: FigureSettings
    known_holders: pl.LazyFrame | None = None

    def of(self, facts: Facts) -> pl.LazyFrame:
        """Return the facts of a kind."""
        frame: pl.LazyFrame = getattr(self, facts.value)
        return frame

    @cached_property
    def people(self) -> pl.LazyFrame:
        """See `transforms.model.people.desired_people`."""
        return collect_once(desired_people(self.register, self.settings.country))

    @cached_property
    def insurees(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.people`."""
        districts = districts_of(self.register)
        return collect_once(people_facts(self.register, self.people, districts))

    @cached_property
    def holders(self) -> pl.LazyFrame:
        """See `transforms.model.policies.value_holders`."""
        if self.known_holders is not None:
            return self.known_holders
        return collect_once(value_holders(value_candidates(self.register, self.people)))

    @cached_property
    def covers(self) -> pl.LazyFrame:
        """Statuses of covers, of the people who have them; see `FigureSettings`."""
        statuses = cover_statuses(
            self.register, self.people, self.holders, self.settings.as_of,
            self.sent[POLICY_EVENTS.name],
        )  # fmt: skip
        of_people = statuses.drop("place").join(self.insurees, on="insuree_id")
        return collect_once(of_people.rename({"district": "place"}))

    @cached_property
    def claims(self) -> pl.LazyFrame:
        """See `transforms.aggregates.figures.claims`."""
        found = claim_facts(
            self.register, self.current_claims, self.claim_statuses, self.claim_amounts,
            self.sent[CLAIM_EVENTS.name],
        )  # fmt: skip
        return collect_once(found)

    @cached_property
    def current_claims(self) -> pl.LazyFrame:
        """See `transforms.model.claims.current_claims`."""
        found = current_claims(self.register, self.people, as_of=self.settings.as_of, window=None)
        return collect_once(with_replacing_claims(found))

    @cached_property
    def claim_statuses(self) -> pl.LazyFrame:
        """See `transforms.model.claim_status.claim_statuses`."""
        return collect_once(claim_statuses(self.current_claims, self.register))

    @cached_property
    def claim_amounts(self) -> pl.LazyFrame:
        """See `transforms.model.claim_lines.claim_amounts`."""
        return collect_once(claim_amounts(self.register, self.current_claims))

    @cached_property
    def sent(self) -> dict[str, pl.LazyFrame]:
        """See `transforms.aggregates.figures.sent`."""
        register, people, claims = self.register, self.people, self.current_claims
        desired = {
            TRACKED_ENTITIES.name: tracked_entities(people, register, None),
            INSUREE_ENROLLMENTS.name: insuree_enrollments(people, register, None),
            POLICY_EVENTS.name: policy_events(
                register, people, self.holders, as_of=self.settings.as_of, window=None
            ),
            CLAIM_ENROLLMENTS.name: claim_enrollments(claims),
            CLAIM_EVENTS.name: claim_events(
                claims, self.claim_statuses, self.claim_amounts, register
            ),
        }
        return sent_keys(desired, register.doubts)
