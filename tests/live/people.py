"""The story of a ministry's own people on a real, empty, disposable DHIS2.

    python -m tests.live.people http://127.0.0.1:8142 admin:district [insurees people insured]

It fills the server with a *Person* type, a program and people of a ministry's, some of whom are
insured; sets up, loads, loads again, corrects a number, merges and deletes people, reads back, and
withdraws. After each step all that is the ministry's is read, and compared byte for byte.
"""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.post_bundle import PARAMETERS
from flows.steps.set_up.set_up_run import set_up_run
from staging.links import read_links
from tests.live.ministry.real import ALL, in_one_order
from tests.support.sandbox import Sandbox
from tests.support.scheme.job import extract
from tests.support.their_people import (
    KINDS,
    OWN,
    PROGRAM,
    TheirPeople,
    their_person,
    their_uids,
)
from transforms.changes.guards.permissions import Allow
from transforms.model.selected_columns import selected_for_set_up
from transforms.model.tables.programs import PROGRAMS

FIELDS = (
    "trackedEntity,trackedEntityType,orgUnit,inactive,deleted,geometry,attributes[attribute,value],"
    "programOwners[orgUnit,program],enrollments[enrollment,program,orgUnit,status,enrolledAt,deleted]"
)
LINKS = "trackedEntity,program,deleted"
AT_ONCE = 100
FEW = 20


class RealPeople(TheirPeople):
    """A ministry's people on a server that is reached by its address alone."""

    def __init__(self, folder: Path, url: str, login: str) -> None:
        user, _, password = login.partition(":")
        self.url, self.login = url, (user, password)
        super().__init__(folder, cast("Sandbox", SimpleNamespace(url=url)))
        self.allow = ALL

    def job(self, run_id: str, **changes: Any) -> Any:
        """A run of the administrator's, who is a superuser."""
        return super().job(run_id, **({"login": self.login, "url": self.url} | changes))

    def client(self) -> Dhis2:
        """An administrator's, who calls everything as DHIS2 does."""
        return self.job("any", country=self.without_existing()).client_of(self.login)

    def set_up(self) -> None:
        """Set the server up for what openIMIS holds; the administrator loads too."""
        job = self.job("set-up", root=self.folder / "set-up")
        shutil.rmtree(job.run.folder, ignore_errors=True)
        extract(job, selected_for_set_up(job.country))
        with job.client() as client:
            set_up_run(job.run, client, job.country, None, loader_user=self.login[0])

    def register_many(self, numbers: list[str]) -> list[str]:
        """Let the ministry register people, some at a time."""
        return [
            uid
            for at in range(0, len(numbers), AT_ONCE)
            for uid in self.register(numbers[at : at + AT_ONCE], first=at)
        ]

    def people(self) -> dict[str, dict[str, Any]]:
        """All people of the ministry's program, as DHIS2 shows them."""
        with self.client() as client:
            people = _pages(client, "trackedEntities", {"program": PROGRAM, "fields": FIELDS})
            return {person["trackedEntity"]: person for person in people}

    def theirs(self, uids: Iterable[str] | None = None) -> bytes:
        """All that is the ministry's, but for when it was last written."""
        read: dict[str, Any] = {}
        with self.client() as client:
            for kind, named in KINDS.items():
                params = {"fields": ":owner", "paging": "false",
                          "filter": f"id:in:[{','.join(named)}]"}  # fmt: skip
                read[kind] = client.get(f"/api/{kind}", params)[kind]
        people = self.people()
        chosen = sorted(people if uids is None else set(uids) & people.keys())
        read["people"] = [_their_part(people[uid]) for uid in chosen]
        return json.dumps(in_one_order(read), sort_keys=True, indent=1).encode()

    def linked(self) -> dict[str, list[str]]:
        """UID of each of the ministry's people to the programs in which the person is enrolled.

        Asked program by program: a list of a program's people has that program's enrollments only.
        """
        found: dict[str, list[str]] = {uid: [] for uid in self.people()}
        with self.client() as client:
            for program in (PROGRAM, *(each.uid for each in PROGRAMS)):
                for row in _pages(client, "enrollments", {"program": program, "fields": LINKS}):
                    if row["trackedEntity"] in found and not row["deleted"]:
                        found[row["trackedEntity"]].append(program)
        return found

    def register_alone(self, number: int) -> str:
        """Let the ministry register a person who is in no program; return the UID.

        DHIS2 merges nobody into a person who was ever in one of the programs: an enrollment that
        was deleted counts (2.42.5.2).
        """
        person = their_person(number, f"ALONE{number}") | {"enrollments": []}
        with self.client() as client:
            create = PARAMETERS | {"importStrategy": "CREATE"}
            answer = client.post("/api/tracker", create, {"trackedEntities": [person]})
            assert answer.ok, answer.body
        return str(person["trackedEntity"])

    def merge(self, duplicate: str, original: str) -> None:
        """Let the ministry merge a person into another."""
        with self.client() as client:
            body = {"original": original, "duplicate": duplicate, "status": "OPEN"}
            answer = client.post("/api/potentialDuplicates", None, body)
            assert answer.ok, answer.body
            enrollments = [row["enrollment"] for row in _enrollments(client, duplicate)]
            path = f"/api/potentialDuplicates/{answer.body['id']}/merge"
            mine = {"trackedEntityAttributes": [], "relationships": [], "enrollments": enrollments}
            answer = client.post(path, {"mergeStrategy": "MANUAL"}, mine)
            assert answer.ok, answer.body


def _told(findings: pl.DataFrame) -> str:
    """Tell findings by kind and resource, and each of them where they are few."""
    rows = findings.group_by("kind", "resource").len().sort(pl.all()).iter_rows()
    told = ", ".join(" ".join(map(str, row)) for row in rows) or "no findings"
    few = [str(row) for row in findings.head(FEW).to_dicts()]
    return "\n  ".join([told, *few])


def _pages(client: Dhis2, kind: str, asked: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield all that the tracker lists, page by page."""
    dialect = client.system_info().dialect
    order = dialect.enrollment_order if kind == "enrollments" else "createdAt"
    params = {dialect.org_unit_mode: "ACCESSIBLE", "order": order, "pageSize": "200"} | asked
    for page in count(1):
        answer = client.get(f"/api/tracker/{kind}", params | {"page": str(page)})
        rows = answer[dialect.page_key or kind]
        if not rows:
            return
        yield from rows


def _enrollments(client: Dhis2, uid: str) -> list[dict[str, Any]]:
    """Return the enrollments of a person in all programs."""
    fields = {"fields": "enrollments[enrollment,program,deleted]"}
    rows = client.get(f"/api/tracker/trackedEntities/{uid}", fields)["enrollments"]
    return [row for row in rows if not row["deleted"]]


def _their_part(person: dict[str, Any]) -> dict[str, Any]:
    """A person without what is ours."""
    pairs = [pair for pair in person["attributes"] if pair["attribute"] in OWN]
    enrollments = [row for row in person["enrollments"] if row["program"] == PROGRAM]
    owners = [row for row in person["programOwners"] if row["program"] == PROGRAM]
    return person | {"attributes": pairs, "enrollments": enrollments, "programOwners": owners}


def main(
    url: str, login: str, insurees: str = "300", people: str = "500", insured: str = "40"
) -> None:
    """Tell the story; print what was seen."""
    ministry = RealPeople(Path(mkdtemp(prefix="people")), url, login)
    ministry.fill(int(insurees))
    known = ministry.numbers()[: int(insured)]
    uids = ministry.register_many(
        [*known, *(f"NOBODY{n}" for n in range(int(people) - len(known)))]
    )
    before = ministry.theirs()

    def step(name: str, do: Callable[[], object]) -> None:
        began = monotonic()
        said = f"{do() or ''} ({monotonic() - began:.0f} s)"
        print(f"{name}: theirs as before: {ministry.theirs() == before}; {said}", flush=True)

    def counted() -> str:
        ours = [uid for uid, programs in ministry.linked().items() if set(programs) - {PROGRAM}]
        links = read_links(ministry.target, ministry.current)
        return f"{len(ours)} of theirs are enrolled with us, {len(links)} links"

    step("set-up", ministry.set_up)
    step("day one", lambda: ministry.bring("one"))
    linked = sorted(uid for uid, some in ministry.linked().items() if set(some) - {PROGRAM})
    print(counted(), "; all that are insured:", linked == their_uids(uids)[: len(known)])
    step("again", lambda: ministry.bring("again"))
    step("reconcile", lambda: _told(ministry.look("look")))
    ministry.next_day()
    step("a day of changes", lambda: ministry.bring("two"))
    ministry.correct(known[0], f"NOBODY{int(people) - len(known) - 1}")
    step("a corrected number", lambda: ministry.bring("corrected"))
    step("it moves", lambda: ministry.bring("moved"))
    print(counted(), uids[0], ministry.linked()[uids[0]], uids[-1], ministry.linked()[uids[-1]])
    keys = {
        row["theirs"]: row["key"]
        for row in read_links(ministry.target, ministry.current).to_dicts()
    }
    alone = ministry.register_alone(int(people))
    ministry.merge(uids[1], alone)
    ministry.delete_people([uids[2]])
    ministry.marry(keys[uids[1]])
    ministry.marry(keys[uids[2]])
    before = ministry.theirs()
    step("after a merge and a deletion", lambda: ministry.bring("merged"))
    step("who was deleted is back", lambda: ministry.bring("back"))
    print(counted(), alone, ministry.linked().get(alone))
    step("reconcile", lambda: _told(ministry.look("look-2")))
    step("withdraw", partial(ministry.withdraw, [*ALL, Allow.BEGIN_AGAIN]))
    print(counted())


if __name__ == "__main__":
    main(*sys.argv[1:])
