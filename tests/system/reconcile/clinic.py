"""A clinic that uses the same DHIS2, and enrols our people in a program of its own."""

from dataclasses import dataclass

from tests.support.sandbox import Sandbox
from tests.support.sandbox.tracker_store import Enrollment, Event, TrackedEntity

PROGRAM, STAGE = "ImmunProgr1", "ImmunStage1"


@dataclass(frozen=True)
class Immunisation:
    """What the clinic has of a person."""

    person: TrackedEntity
    enrollment: Enrollment
    event: Event

    @property
    def is_whole(self) -> bool:
        """Whether the person, and everything that the clinic had of it, is still there."""
        return not any(each.deleted for each in (self.person, self.enrollment, self.event))

    def end(self) -> None:
        """Take the person out of the clinic's program."""
        self.event.deleted = self.enrollment.deleted = True
        pairs = zip(self.person.owners[::2], self.person.owners[1::2], strict=True)
        self.person.owners = tuple(part for pair in pairs if pair[0] != PROGRAM for part in pair)


def immunised(sandbox: Sandbox, uid: str) -> Immunisation:
    """Let the clinic enrol a person of ours."""
    with sandbox.state.lock:
        store = sandbox.state.tracker
        person = store.tracked_entities[uid]
        enrollment = Enrollment("ImmunEnrol1", person, PROGRAM, person.created)
        enrollment.org_unit = person.org_unit
        event = Event("ImmunEvent1", enrollment, STAGE, person.created)
        event.org_unit = person.org_unit
        enrollment.events = (event,)
        person.enrollments += (enrollment,)
        person.set_owner(PROGRAM, person.org_unit)
        store.enrollments[enrollment.uid], store.events[event.uid] = enrollment, event
        store.revision += 1
    return Immunisation(person, enrollment, event)
