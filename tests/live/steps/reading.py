"""Reading page by page: nothing twice, nothing missing."""

from collections import Counter

from flows.steps.target.read_back import Paging, Reader
from tests.live.context import Live
from tests.live.outcomes import Counts, must, must_be_equal
from transforms.dhis2.read_back import KINDS, programs_of
from transforms.model.resources import Resource

SMALL = Paging(page=50, slice=10_000)
SLICED = Paging(page=50, slice=200)


def pages(live: Live) -> Counts:
    """Pages of 50 hold every object once, whole and divided by place and day."""
    login = live.logins["loader"]
    read = 0
    for resource in live.pilot.resources:
        expected = set(live.pilot.held(resource)["uid"])
        for paging in (SMALL, SLICED):
            found = _uids(live.server.reader(login), resource, paging)
            _judge(resource, found, expected, paging)
            read += found.total()
    return {"objects read": read}


def _uids(reader: Reader, resource: Resource, paging: Paging) -> Counter[str]:
    small = Reader(reader.client, reader.dialect, paging)
    name = KINDS[resource.tracker_type].name
    return Counter(each[name] for page in small.pages(resource) for each in page)


def _judge(resource: Resource, found: Counter[str], expected: set[str], paging: Paging) -> None:
    """A person is read once in each program; an object on the edge of two days may come twice."""
    must_be_equal(f"Missing of {resource.name}", len(expected - found.keys()), 0)
    must_be_equal(f"Unexpected of {resource.name}", len(found.keys() - expected), 0)
    often = len(list(programs_of(resource)))
    twice = sum(count > often for count in found.values())
    must(paging is SLICED or not twice, f"{twice} of {resource.name} stand on two pages")
