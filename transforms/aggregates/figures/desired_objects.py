"""What the tracker would hold of some people, with what its objects are made of."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms.aggregates.figures.sent import SentObjects
from transforms.aggregates.figures.settings import FigureSettings
from transforms.core.fields import Field
from transforms.core.memory import collect_once
from transforms.model.claim_lines import (
    ITEM_LINES,
    SERVICE_LINES,
    LineKind,
    claim_amounts,
    line_events,
)
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
    CLAIM_ITEMS,
    CLAIM_SERVICES,
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
    def sent(self) -> SentObjects:
        """Those that are not held back."""
        made = {
            TRACKED_ENTITIES.name: lambda: tracked_entities(self.people, self.register, None),
            INSUREE_ENROLLMENTS.name: lambda: insuree_enrollments(self.people, self.register, None),
            POLICY_EVENTS.name: self._policy_events,
            CLAIM_ENROLLMENTS.name: lambda: claim_enrollments(self.claims),
            CLAIM_EVENTS.name: self._claim_events,
            CLAIM_SERVICES.name: lambda: self._lines(SERVICE_LINES),
            CLAIM_ITEMS.name: lambda: self._lines(ITEM_LINES),
        }
        return SentObjects(made, self.register.doubts)

    @cached_property
    def _unsent(self) -> list[Field]:
        return unsent_fields(policy_of(self.settings.country))

    @cached_property
    def _sent_claims(self) -> pl.LazyFrame:
        """Claims, with what the country sends of them."""
        return without_unsent(self.claims, CLAIM_EVENTS.fields, self._unsent)

    def _policy_events(self) -> pl.LazyFrame:
        as_of = self.settings.as_of
        return policy_events(self.register, self.people, self.holders, as_of=as_of, window=None)

    def _claim_events(self) -> pl.LazyFrame:
        return claim_events(
            self._sent_claims, self.claim_statuses, self.claim_amounts, self.register
        )

    def _lines(self, kind: LineKind) -> pl.LazyFrame:
        return line_events(self.register, self._sent_claims, self.claim_amounts, kind, self._unsent)
