"""Two people who are one, merged as the app does: `POST /api/potentialDuplicates/{id}/merge`.

`DefaultDeduplicationService` and `HibernatePotentialDuplicateStore` of 2.42.5.2: the values that
the original lacks and the enrollments, with their owners, move to the original; then the duplicate
is deleted. Two who are in one program are refused.
"""

from __future__ import annotations

from .tracker_store import EMPTY, TrackerStore, pack, unpack


def merge(store: TrackerStore, original: str, duplicate: str) -> None:
    """Merge a duplicate into its original."""
    kept, gone = store.tracked_entities[original], store.tracked_entities[duplicate]
    living = [row for row in gone.enrollments if not row.deleted]
    both = {row.program for row in living} & {
        row.program for row in kept.enrollments if not row.deleted
    }
    if both:
        message = f"Both entities enrolled in the same program: {', '.join(sorted(both))}"
        raise ValueError(message)
    values = unpack(gone.attributes)
    for attribute, value in values.items():
        if value is not None and attribute in store.unique_values:
            store.release(attribute, value, duplicate)
    held = unpack(kept.attributes)
    moved = {attribute: value for attribute, value in values.items() if attribute not in held}
    for attribute, value in moved.items():
        if value is not None and attribute in store.unique_values:
            store.hold(attribute, value, original)
    kept.attributes, gone.attributes = pack(held | moved), EMPTY
    for enrollment in living:
        enrollment.tracked_entity = kept
        owner = gone.owner(enrollment.program)
        if owner is not None:
            kept.set_owner(enrollment.program, owner)
    kept.enrollments = (*kept.enrollments, *living)
    gone.enrollments = tuple(row for row in gone.enrollments if row.deleted)
    gone.deleted = True
    store.revision += 1
