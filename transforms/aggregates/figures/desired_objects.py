"""What the tracker would hold of some people, with what its objects are made of."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms.aggregates.figures.sent import sent_objects
from transforms.aggregates.figures.settings import FigureSettings
from transforms.core.memory import collect_once
from transforms.model.claim_lines import ITEM_LINES, SERVICE_LINES, claim_amounts, line_events
from transforms.model.claim_status import claim_events, claim_statuses
from transforms.model.claims import claim_enrollments, current_claims
from transforms.model.insuree_enrollments import insuree_enrollments
from transforms.model.insurees import tracked_entities
from transforms.model.optional_fields import unsent_fields, without_unsent
from transforms.model.people import desired_people
from transforms.model.policies import value_candidates, value_holders
from transforms.model.policy_status import policy_events
from transforms.model.privacy import policy_of
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
class DesiredObjects:
    """What the tracker would hold, made when it is first asked for, and in memory.

    Attributes:
        register: Of openIMIS, or of a part of the people.
        settings: What the country sets.
        known_holders: Of a part: see `transforms.model.policies.value_holders`.
    """

    register: Register
    settings: FigureSettings
    known_holders: pl.LazyFrame | None = None

    @cached_property
    def people(self) -> pl.LazyFrame:
        """See `transforms.model.people.desired_people`."""
        return collect_once(desired_people(self.register, self.settings.country))

    @cached_property
    def holders(self) -> pl.LazyFrame:
        """See `transforms.model.policies.value_holders`."""
        if self.known_holders is not None:
            return self.known_holders
        return collect_once(value_holders(value_candidates(self.register, self.people)))

    @cached_property
    def claims(self) -> pl.LazyFrame:
        """See `transforms.model.claims.current_claims`."""
        found = current_claims(self.register, self.people, as_of=self.settings.as_of, window=None)
        return collect_once(with_replacing_claims(found))

    @cached_property
    def claim_statuses(self) -> pl.LazyFrame:
        """See `transforms.model.claim_status.claim_statuses`."""
        return collect_once(claim_statuses(self.claims, self.register))

    @cached_property
    def claim_amounts(self) -> pl.LazyFrame:
        """See `transforms.model.claim_lines.claim_amounts`."""
        return collect_once(claim_amounts(self.register, self.claims))

    @cached_property
    def sent(self) -> dict[str, pl.LazyFrame]:
        """See `transforms.aggregates.figures.sent`."""
        register, people = self.register, self.people
        frames = {
            TRACKED_ENTITIES.name: tracked_entities(people, register, None),
            INSUREE_ENROLLMENTS.name: insuree_enrollments(people, register, None),
            POLICY_EVENTS.name: policy_events(
                register, people, self.holders, as_of=self.settings.as_of, window=None
            ),
            **self._of_claims(),
        }
        return sent_objects(frames, register.doubts)

    def _of_claims(self) -> dict[str, pl.LazyFrame]:
        """Return the frames of claims, with what the country sends of them."""
        unsent = unsent_fields(policy_of(self.settings.country))
        claims = without_unsent(self.claims, CLAIM_EVENTS.fields, unsent)
        amounts = self.claim_amounts
        lines = {
            kind.resource.name: line_events(self.register, claims, amounts, kind, unsent)
            for kind in (SERVICE_LINES, ITEM_LINES)
        }
        events = claim_events(claims, self.claim_statuses, amounts, self.register)
        frames = {CLAIM_ENROLLMENTS.name: claim_enrollments(claims), CLAIM_EVENTS.name: events}
        return frames | lines
