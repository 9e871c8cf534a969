"""Let DHIS2 judge a sample of what would be posted; it writes nothing."""

from collections import Counter
from collections.abc import Iterator

import orjson
import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.post_bundle import validate_bundle
from flows.steps.shared.staged_changes import Changes, changes_of
from staging.layout import Run
from staging.manifests import ChangesManifest
from transforms.changes.objects.phases import Phase, parts
from transforms.changes.sending.bundles import number_bundles, render_bundles

JUDGED = (Phase.PEOPLE, Phase.EVENTS)
OBJECTS = 500


def validate_sample(run: Run, client: Dhis2) -> dict[str, int] | None:
    """Return DHIS2's error codes and how often it gives them for the first people's objects.

    Their tracked entities, enrollments and events go in one request, so that nothing lacks its
    parent. None if DHIS2 cannot judge the request as a whole.
    """
    verdict = validate_bundle(client, sample_body(run))
    if verdict is None:
        return None
    return dict(Counter(code for refused in verdict.refused for code in refused.codes))


def sample_body(run: Run) -> bytes:
    """Return the request body of the first people of the run's changes."""
    lists: dict[str, list[object]] = {}
    for partition in range(ChangesManifest.read(run).partitions):
        for body in _bodies(changes_of(run, partition)):
            lists |= orjson.loads(body)
        if lists:
            break
    return orjson.dumps(lists)


def _bodies(changes: Changes) -> Iterator[str]:
    people = pl.concat(
        changes[part.resource.name].filter(part.changes).select(person=part.person)
        for phase in JUDGED
        for part in parts(phase)
    )
    first = number_bundles(people, OBJECTS).filter(bundle=0)
    for phase in JUDGED:
        yield from render_bundles(phase, changes, first)["body"]
