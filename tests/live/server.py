"""The DHIS2 under test, as its administrator sees it: whether it is ours to fill, users, tokens.

A run leaves a mark in the data store with the org units that it made. A server with org units or
programs that no such mark names is refused, and nothing is done to it.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flows.connectors.dhis2.answers import Answer
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.target.marker import NAMESPACE
from flows.steps.target.read_back import Reader
from tests.live.outcomes import NotDoneError, must
from tests.live.proxy import Proxy
from transforms.model.resources import TRACKED_ENTITIES
from transforms.model.tables.programs import PERSON_TYPE, PROGRAMS
from transforms.package.tables.user_roles import UserRole

Json = dict[str, Any]

MARK = "/api/dataStore/openimis-test-live/server"
OTHER_PROGRAM = "LiveOthers1"
AT_ONCE = 200
DELETION = {"async": "false", "atomicMode": "OBJECT", "importStrategy": "DELETE"}
REMOVALS = {
    (2, 40): ("ProgramStageInstance", "ProgramInstance", "TrackedEntityInstance"),
}
REMOVALS_SINCE = ("Event", "Enrollment", "TrackedEntity")


@dataclass(frozen=True)
class Login:
    """How a user logs in.

    Attributes:
        username: The user's name.
        password: The password, where there is no token.
        token: A personal access token.
        uid: The user's UID.
    """

    username: str
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    uid: str = ""

    def block(self, url: str) -> Dhis2Server:
        """Return the block that logs in so."""
        if self.token:
            return Dhis2Server(base_url=url, token=self.token)
        return Dhis2Server(base_url=url, username=self.username, password=self.password)


@dataclass
class Server:
    """One DHIS2.

    Attributes:
        proxy: Through which it is asked.
        admin: A superuser's login.
    """

    proxy: Proxy
    admin: Login
    _clients: dict[Login, Dhis2] = field(default_factory=dict)

    def client(self, login: Login | None = None) -> Dhis2:
        """Return a client for a login; the administrator's unless one is named."""
        login = login or self.admin
        if login not in self._clients:
            self._clients[login] = login.block(self.proxy.url).client(timeout_seconds=600)
        return self._clients[login]

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()

    @property
    def info(self) -> SystemInfo:
        """Who the server is."""
        return self.client().system_info()

    def reader(self, login: Login | None = None) -> Reader:
        """Return what reads its tracker objects."""
        return Reader(self.client(login), self.info.dialect)

    def get(self, path: str, **params: Any) -> Any:
        """Return what stands at a path, to the administrator."""
        return self.client().get(path, params)

    def ids(self, kind: str, **params: Any) -> list[str]:
        """Return the UIDs of all objects of a class of metadata."""
        return [
            each["id"]
            for each in self.get(f"/api/{kind}", fields="id", paging="false", **params)[kind]
        ]

    def write(self, method: str, path: str, body: Any, **params: Any) -> Answer:
        """Change something as the administrator does."""
        answer = self.client().exchange(method, path, params, body)
        must(answer.ok, f"DHIS2 answered {answer.status} to {method} {path}: {told(answer)}")
        return answer

    def track(self, strategy: str = "CREATE_AND_UPDATE", **objects: list[Json]) -> Answer:
        """Change tracker objects as the administrator does."""
        params = {"async": "false", "atomicMode": "ALL", "importStrategy": strategy}
        return self.write("POST", "/api/tracker", objects, **params)

    # whose it is

    def strangers(self) -> list[str]:
        """Return in words what it holds that no earlier run has made."""
        mark = self.client().exchange("GET", MARK)
        made = set(mark.body["orgUnits"]) if mark.ok else set()
        ours = {OTHER_PROGRAM, *(program.uid for program in PROGRAMS)} if mark.ok else set()
        units = set(self.ids("organisationUnits")) - made
        programs = set(self.ids("programs")) - ours
        return [
            f"{len(found)} {what}"
            for what, found in (("org units", units), ("programs", programs))
            if found
        ]

    def leave_mark(self) -> None:
        """Note which org units there are: they are this run's."""
        method = "PUT" if self.client().exchange("GET", MARK).ok else "POST"
        self.write(method, MARK, {"orgUnits": self.ids("organisationUnits")})

    def people(self) -> Iterator[str]:
        """Yield the UIDs of all persons in our programs and in the harness's own."""
        held = set(self.ids("programs"))
        for program in (*(each.uid for each in PROGRAMS), OTHER_PROGRAM):
            if program in held:
                yield from self.people_of(program)

    def people_of(self, program: str) -> list[str]:
        """Return the UIDs of the persons who are enrolled in a program."""
        dialect = self.info.dialect
        params = {
            "program": program,
            dialect.org_unit_mode: "ACCESSIBLE",
            "fields": "trackedEntity",
        }
        paging = {"skipPaging": "true"} if self.info.release < (2, 41) else {"paging": "false"}
        page = self.client().get("/api/tracker/trackedEntities", params | paging)
        return [each["trackedEntity"] for each in page[dialect.page_key or "trackedEntities"]]

    def empty(self) -> int:
        """Remove for good what an earlier run left of people; return how many there were."""
        people = list(dict.fromkeys(self.people()))
        for some in _slices(people, AT_ONCE):
            body = {"trackedEntities": [{"trackedEntity": uid} for uid in some]}
            self.write("POST", "/api/tracker", body, **DELETION)
        for kind in REMOVALS.get(self.info.release, REMOVALS_SINCE):
            self.client().exchange("POST", f"/api/maintenance/softDeleted{kind}Removal")
        self.forget_loads()
        return len(people)

    def forget_loads(self) -> None:
        """Remove the markers that loads have left."""
        answer = self.client().exchange("GET", NAMESPACE)
        for key in answer.body if answer.ok else ():
            self.client().exchange("DELETE", f"{NAMESPACE}/{key}")

    def deleted_people(self) -> int:
        """Return how many persons are left that were deleted, whose UIDs cannot be used again."""
        if PERSON_TYPE not in self.ids("trackedEntityTypes"):
            return 0
        dialect = self.info.dialect
        params = {
            "trackedEntityType": PERSON_TYPE, dialect.org_unit_mode: "ACCESSIBLE",
            "includeDeleted": "true", "fields": "trackedEntity", "pageSize": "1000",
        }  # fmt: skip
        answer = self.client().exchange("GET", "/api/tracker/trackedEntities", params)
        return len(answer.body[dialect.page_key or "trackedEntities"]) if answer.ok else 0

    # users

    def new_user(
        self, role: UserRole | None, name: str, *more: UserRole, **org_units: list[str]
    ) -> Login:
        """Make a user as give-users-access.md says; `org_units` by their collection."""
        password = f"Aa1-{secrets.token_urlsafe(16)}"
        roles = [*([role] if role else []), *more]
        groups = [each.group.uid for each in roles if each.group]
        user: Json = {
            "username": f"live-{name}-{secrets.token_hex(3)}", "password": password,
            "firstName": name, "surname": "Live",
            "userRoles": [{"id": each.uid} for each in roles],
        }  # fmt: skip
        user |= {what: [{"id": uid} for uid in units] for what, units in org_units.items()}
        uid = _uid_of(self.write("POST", "/api/users", user))
        for group in groups:
            self.write("POST", f"/api/userGroups/{group}/users/{uid}", None)
        return Login(user["username"], password, uid=uid)

    def new_token(self, login: Login, methods: Iterable[str] = ()) -> Login:
        """Make a token of a user, limited to some methods of HTTP if any are named."""
        limits = (
            [{"type": "MethodAllowedList", "allowedMethods": sorted(methods)}] if methods else []
        )
        body = {"attributes": limits}
        answer = self.client(login).exchange("POST", "/api/apiToken", None, body)
        if answer.status == 404:
            raise NotDoneError("this server makes no tokens")
        must(answer.ok, f"DHIS2 answered {answer.status} to POST /api/apiToken: {told(answer)}")
        token = str(answer.body["response"]["key"])
        self.proxy.owners[token] = login.username
        return Login(login.username, token=token, uid=login.uid)


def told(answer: Answer) -> str:
    """Return what can be told of an answer: codes and message of metadata, never of people."""
    body = answer.body if isinstance(answer.body, dict) else {}
    codes = sorted(set(_codes(body)))
    return ", ".join(codes) or str(body.get("message") or "no message")


def _codes(thing: Any) -> Iterator[str]:
    if isinstance(thing, list):
        for each in thing:
            yield from _codes(each)
    if isinstance(thing, dict):
        if thing.get("errorCode"):
            yield str(thing["errorCode"])
        for each in thing.values():
            yield from _codes(each)


def _uid_of(answer: Answer) -> str:
    response = (answer.body or {}).get("response") or {}
    return str(response.get("uid") or "")


def _slices(things: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


__all__ = ["TRACKED_ENTITIES", "Login", "Server", "told"]
