"""The story of a ministry's own people on a real, empty, disposable DHIS2.

    python -m tests.live.people http://127.0.0.1:8142 admin:district \
        [insurees people insured] [--write]

It fills the server with a *Person* type, a program and people of a ministry's, some of whom are
insured; sets up, loads as the user of the load, loads again, corrects a number, merges and deletes
people, reads back, and withdraws. After each step all that is the ministry's is read, and compared
byte for byte. A step that is not as it must be is named; the end is 1 then.
"""

import json
import secrets
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any, cast

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.post_bundle import PARAMETERS
from flows.steps.set_up.set_up_run import set_up_run
from staging.links import read_links
from staging.rejects import read_rejects
from tests.live.ministry.real import ALL
from tests.live.outcomes import Counts, NotDoneError, must, must_be_equal
from tests.live.proxy import Proxy, proxy_of
from tests.live.real_people import in_one_order, linked_on, people_of, pictured
from tests.live.report import DOCS, NOBODY_WRITES, Page
from tests.live.telling import Telling, parser_of
from tests.support.sandbox import Sandbox
from tests.support.scheme.job import extract
from tests.support.their_people import KINDS, PROGRAM, TheirPeople, their_person, their_uids
from transforms.changes.guards.permissions import Allow
from transforms.model.selected_columns import selected_for_set_up
from transforms.model.tables.programs import INSUREE_PROGRAM
from transforms.package.tables.user_roles import LOADER

NUMBERS = {"insurees": 300, "people": 500, "insured": 40}
PAGE = Page(
    DOCS / "tested-people.md",
    f"""# Tested with a ministry's people

What `python -m tests.live.people` has seen on real servers that had people of a ministry's before
([Try a real DHIS2](how-to/try-a-real-server.md)). {NOBODY_WRITES}
""",
)
AT_ONCE = 100
NOT_THERE = 404
NUMBER_ALONE = "Insurance number"


class RealPeople(TheirPeople):
    """A ministry's people on a server that is reached by its address alone."""

    def __init__(self, folder: Path, url: str, login: str) -> None:
        user, _, password = login.partition(":")
        self.url, self.login = url, (user, password)
        self.loader = self.login
        super().__init__(folder, cast("Sandbox", SimpleNamespace(url=url)))
        self.allow = ALL

    def job(self, run_id: str, **changes: Any) -> Any:
        """A run of the loader's."""
        return super().job(run_id, **({"login": self.loader, "url": self.url} | changes))

    def client(self) -> Dhis2:
        """An administrator's, who calls everything as DHIS2 does."""
        return self.job("any", country=self.without_existing()).client_of(self.login)

    def set_up(self) -> None:
        """Set the server up for what openIMIS holds, and give the loader what a load needs."""
        job = self.job("set-up", root=self.folder / "set-up")
        shutil.rmtree(job.run.folder, ignore_errors=True)
        extract(job, selected_for_set_up(job.country))
        with job.client_of(self.login) as client:
            set_up_run(job.run, client, job.country, None, loader_user=self.loader[0])

    def make_loader(self) -> None:
        """Make the user of the load, with the product's role."""
        name, password = f"loader-{secrets.token_hex(3)}", f"Aa1-{secrets.token_urlsafe(16)}"
        user = {"username": name, "password": password, "firstName": "Loader",
                "surname": "Ministry", "userRoles": [{"id": LOADER.uid}]}  # fmt: skip
        with self.client() as client:
            answer = client.exchange("POST", "/api/users", None, user)
            must(answer.ok, f"DHIS2 makes no user: {json.dumps(answer.body)[:500]}")
            assert LOADER.group is not None
            uid = answer.body["response"]["uid"]
            path = f"/api/userGroups/{LOADER.group.uid}/users/{uid}"
            must(client.exchange("POST", path).ok, "The user does not join the group")
        self.loader = (name, password)
        self.set_up()

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
            return people_of(client)

    def theirs(self, uids: Iterable[str] | None = None) -> bytes:
        """All that is the ministry's, but for when it was last written."""
        with self.client() as client:
            read = pictured(client, KINDS)
        people = self.people()
        chosen = sorted(people if uids is None else set(uids) & people.keys())
        read["people"] = [people[uid] for uid in chosen]
        return json.dumps(in_one_order(read), sort_keys=True, indent=1).encode()

    def linked(self) -> dict[str, list[str]]:
        """UID of each of the ministry's people to the programs in which the person is enrolled."""
        with self.client() as client:
            return linked_on(client, people_of(client))

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
            answer = client.exchange("POST", "/api/potentialDuplicates", None, body)
            if answer.status == NOT_THERE:
                raise NotDoneError("this server merges nobody")
            assert answer.ok, answer.body
            enrollments = [row["enrollment"] for row in _enrollments(client, duplicate)]
            path = f"/api/potentialDuplicates/{answer.body['id']}/merge"
            mine = {"trackedEntityAttributes": [], "relationships": [], "enrollments": enrollments}
            answer = client.post(path, {"mergeStrategy": "MANUAL"}, mine)
            assert answer.ok, answer.body


def _enrollments(client: Dhis2, uid: str) -> list[dict[str, Any]]:
    """Return the enrollments of a person in all programs."""
    fields = {"fields": "enrollments[enrollment,program,deleted]"}
    rows = client.get(f"/api/tracker/trackedEntities/{uid}", fields)["enrollments"]
    return [row for row in rows if not row["deleted"]]


class Story:
    """What is told."""

    def __init__(self, ministry: RealPeople, proxy: Proxy, sizes: tuple[int, int, int]) -> None:
        self.ministry = ministry
        self.insurees, self.people, self.insured = sizes
        self.telling = Telling(ministry.theirs, proxy)

    def tell(self) -> None:
        """Tell everything, one step after the other."""
        step = self.telling.step
        step("empty", self.empty)
        step("ministry", self.there_first)
        step("set_up", self.set_up, "ministry")
        step("first", self.first, "set_up")
        step("first_again", self.again, "first")
        step("first_compared", self.compared, "first")
        step("day", self.day, "first")
        step("day_compared", self.compared_but_for_the_number, "day")
        step("corrected", self.corrected, "first")
        step("corrected_compared", self.compared_but_for_the_number, "corrected")
        step("they_merge", self.they_merge, "first")
        step("merged", self.merged, "they_merge")
        step("back", self.back, "merged")
        step("back_compared", self.compared_but_for_the_number, "back")
        step("withdrawn", self.withdrawn, "first")
        step("withdrawn_compared", self.compared, "withdrawn")

    @property
    def version(self) -> str:
        """Of DHIS2, as it spells it."""
        with self.ministry.client() as client:
            return client.system_info().version

    def empty(self) -> Counts:
        """The server is empty."""
        with self.ministry.client() as client:
            kinds = ("organisationUnits", "programs")
            asked = {"fields": "id", "paging": "false"}
            found = sum(len(client.get(f"/api/{kind}", asked)[kind]) for kind in kinds)
        must(not found, f"it holds {found} org units and programs. Name an empty, disposable one")
        return {"version": self.version}

    def there_first(self) -> Counts:
        """The ministry has a type of person, a program and people, some of whom are insured."""
        self.ministry.fill(self.insurees)
        self.known = self.ministry.numbers()[: self.insured]
        nobody = (f"NOBODY{number}" for number in range(self.people - len(self.known)))
        self.uids = self.ministry.register_many([*self.known, *nobody])
        self.telling.take_picture()
        return {"people": len(self.uids), "insured": len(self.known)}

    def set_up(self) -> Counts:
        """Set-up makes what is ours, and the user of the load."""
        self.ministry.set_up()
        self.ministry.make_loader()
        return {}

    def first(self) -> Counts:
        """The first load enrolls who is there already, and nobody else of theirs."""
        self.ministry.bring("first")
        must_be_equal("Linked", self._ours(), their_uids(self.uids)[: len(self.known)])
        return self._counted()

    def again(self) -> Counts:
        """The same again writes nothing."""
        return self.telling.writing_nothing(lambda: self.ministry.bring("again"))

    def day(self) -> Counts:
        """A day of changes arrives."""
        self.ministry.next_day()
        self.ministry.bring("day")
        self.ministry.bring("settled")
        return self._counted()

    def corrected(self) -> Counts:
        """A corrected number moves what is ours to whom it names, by the load after the next."""
        ministry, last = self.ministry, f"NOBODY{self.people - len(self.known) - 1}"
        ministry.correct(self.known[0], last)
        ministry.bring("corrected")
        ministry.bring("moved")
        linked = ministry.linked()
        must_be_equal("Who had it", linked[self.uids[0]], [PROGRAM])
        must(INSUREE_PROGRAM.uid in linked[self.uids[-1]], "Who has it now is not enrolled")
        return self._counted()

    def they_merge(self) -> Counts:
        """The ministry merges a linked person into another, and deletes one."""
        ministry = self.ministry
        links = read_links(ministry.target, ministry.current)
        keys = dict(links.select("theirs", "key").iter_rows())
        self.alone = ministry.register_alone(self.people)
        ministry.merge(self.uids[1], self.alone)
        ministry.delete_people([self.uids[2]])
        self.deleted = keys[self.uids[2]]
        ministry.marry(keys[self.uids[1]])
        ministry.marry(self.deleted)
        self.telling.take_picture()
        return {"merged": 1, "deleted": 1}

    def merged(self) -> Counts:
        """The next load follows who was merged, and tells of who is gone."""
        told = self.ministry.bring("merged") or ""
        must("1 people were merged into others" in told, f"It does not say so: {told}")
        links = read_links(self.ministry.target, self.ministry.current)
        must(self.alone in links["theirs"].to_list(), "Who was merged is not followed")
        rows = read_rejects(self.ministry.run("merged")).filter(key=self.deleted).collect()
        must("linked_person_gone" in rows["reason"].to_list(), "Who is gone is not told")
        return self._counted()

    def back(self) -> Counts:
        """Who was deleted is back with the next load."""
        self.ministry.bring("back")
        rows = read_rejects(self.ministry.run("back")).filter(key=self.deleted).collect()
        must("linked_person_gone" not in rows["reason"].to_list(), "Who is gone did not come back")
        return self._counted()

    def compared(self) -> Counts:
        """DHIS2 holds what it has confirmed, object by object and value by value."""
        return self._compared(set())

    def compared_but_for_the_number(self) -> Counts:
        """DHIS2 holds what it has confirmed, but numbers that are corrected in openIMIS alone."""
        return self._compared({NUMBER_ALONE})

    def _compared(self, but: set[str]) -> Counts:
        found = self.ministry.look(f"look-{len(self.telling.outcomes)}")
        others = found.filter(~pl.col("detail").fill_null("").is_in(list(but)))
        rows = others.select("resource", "kind", "detail").head(20).iter_rows()
        told = "; ".join(" ".join(map(str, row)) for row in rows)
        must(others.is_empty(), f"DHIS2 holds otherwise: {told}")
        return {"findings": len(found)}

    def withdrawn(self) -> Counts:
        """Withdraw takes all that is ours, and leaves theirs."""
        self.ministry.withdraw([*ALL, Allow.BEGIN_AGAIN])
        must_be_equal("People of theirs still with us", self._ours(), [])
        return self._counted()

    def _ours(self) -> list[str]:
        linked = self.ministry.linked()
        return sorted(uid for uid, programs in linked.items() if set(programs) - {PROGRAM})

    def _counted(self) -> Counts:
        links = read_links(self.ministry.target, self.ministry.current)
        return {"of theirs are enrolled with us": len(self._ours()), "links": len(links)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the story; 1 if a step is not as it must be."""
    asked = parser_of(__doc__, NUMBERS).parse_args(arguments)
    folder = asked.folder or Path(mkdtemp(prefix="people"))
    source = (
        f"{asked.insurees} insurees; {asked.people} people of the ministry's, {asked.insured} of "
        "them insured"
    )
    with proxy_of(asked.url) as proxy:
        ministry = RealPeople(folder, proxy.url, asked.login)
        story = Story(ministry, proxy, (asked.insurees, asked.people, asked.insured))
        story.tell()
        return story.telling.end(story.version, source, PAGE if asked.write else None)


if __name__ == "__main__":
    sys.exit(main())
