"""Let DHIS2 judge a sample of what would be posted; it writes nothing."""

from collections import Counter

import orjson

from flows.connectors.dhis2 import Dhis2
from flows.tasks.bundles import changes_of
from flows.tasks.post import validate_bundle
from staging.layout import Run
from transforms.bundles import Phase, numbered, parts, rendered

PEOPLE = 50


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
    changes = changes_of(run, 0)
    [part, *_] = parts(Phase.PEOPLE)
    chosen = changes[part.resource.name].filter(part.changes).select(person=part.person)
    people = numbered(chosen, PEOPLE).filter(bundle=0)
    bodies = [rendered(phase, changes, people)["body"] for phase in (Phase.PEOPLE, Phase.EVENTS)]
    lists: dict[str, list[object]] = {}
    for body in (text for texts in bodies for text in texts):
        lists |= orjson.loads(body)
    return orjson.dumps(lists)
