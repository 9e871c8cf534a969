"""A DHIS2 as the seed's tool leaves it: its own enrollment UIDs, and claims on the person."""

import random

from tests.support.sandbox.tracker_store import pack, unpack
from tests.system.reconcile.reconciled import ReconciledScheme, new_uid
from transforms.model.tables.insuree import SEED_CLAIM_ATTRIBUTES
from transforms.model.tables.programs import CLAIM_PROGRAM

CLAIM_ATTRIBUTES = [field.uid for field in SEED_CLAIM_ATTRIBUTES]
TEXT = {"valueType": "TEXT", "aggregationType": "NONE", "unique": False}


def as_the_seed_fills_it(scheme: ReconciledScheme) -> None:
    """Give enrollments random UIDs, make all active, and keep the last claim on the person too."""
    chosen = random.Random(3)
    state = scheme.sandbox.state
    with state.lock:
        _know_claim_attributes(scheme)
        for number, enrollment in enumerate(list(state.tracker.enrollments.values())):
            person = enrollment.tracked_entity
            enrollment.status, enrollment.completed = "ACTIVE", None
            if chosen.random() < 0.5:  # the others have that of the person, or of the claim
                del state.tracker.enrollments[enrollment.uid]
                enrollment.uid = new_uid(number)
                state.tracker.enrollments[enrollment.uid] = enrollment
            if enrollment.program == CLAIM_PROGRAM.uid:
                told = dict.fromkeys(CLAIM_ATTRIBUTES, "of the last claim")
                person.attributes = pack(unpack(person.attributes) | told)
        state.tracker.revision += 1
        state.metadata_changed()


def _know_claim_attributes(scheme: ReconciledScheme) -> None:
    metadata = scheme.sandbox.state.metadata
    program = metadata["programs"][CLAIM_PROGRAM.uid]
    listed = program.setdefault("programTrackedEntityAttributes", [])
    for number, uid in enumerate(CLAIM_ATTRIBUTES):
        named = {"id": uid, "name": f"Seed {uid}", "shortName": f"Seed {uid}"}
        metadata["trackedEntityAttributes"][uid] = named | TEXT
        listed.append({"id": new_uid(10_000 + number), "trackedEntityAttribute": {"id": uid}})
