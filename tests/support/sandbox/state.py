"""All that the stand-in holds: metadata, tracker objects, users' caches, data store, jobs, log."""

from __future__ import annotations

import threading
import uuid
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

from . import times
from .cues import AnalyticsCue
from .dialects import Dialect
from .metadata_classes import CLASSES
from .tokens import Tokens
from .tracker_store import TrackerStore

ADMIN = "M5zQapPyTZI"
SUPERUSER_ROLE = "yrB6vc5Ip3r"
DEFAULT_OPTION_COMBO = "HllvX50cXC0"
LOG_LENGTH = 20_000
IMPORTS_SHOWN = 50

Object = dict[str, Any]


class State:
    """One server's content; every request holds `lock` while it reads or changes it."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.lock = threading.RLock()
        self.system_id = str(uuid.uuid4())
        self.started = times.now()
        self.metadata: dict[str, dict[str, Object]] = {kind: {} for kind in CLASSES}
        self.metadata_revision = 0
        self.tracker = TrackerStore()
        self.refused_org_units: set[tuple[str, str]] = set()
        self.tokens = Tokens(dialect.bad_token_status, cold_fails=dialect.cold_token_fails)
        self.ahead = 0  # milliseconds by which a test has moved the server's clock
        self.sessions: dict[str, str] = {}
        self.data_store: dict[str, dict[str, Any]] = {}
        self.data_store_owners: dict[tuple[str, str], Object] = {}
        self.data_values: dict[tuple[str, str, str, str], Object] = {}
        self.periods_of_others: set[str] = set()  # another request makes them at the same moment
        self.jobs: dict[str, Object] = {}
        self.analytics = AnalyticsCue()
        self.analytics_tables: dict[str, Counter[str]] | None = None
        self.analytics_answers: dict[tuple[str, ...], str] = {}
        self.output_period_types: list[str] = []
        self.imports: deque[Object] = deque(maxlen=IMPORTS_SHOWN)
        self._install()

    def _install(self) -> None:
        """What a freshly installed server has."""
        named, option, category = {"code": "default"}, {"id": "xYerKDKCefk"}, {"id": "GLevLNI9wkl"}
        short = named | {"shortName": "default"}
        self._put("categoryOptions", option["id"], "default", **short)
        self._put("categories", category["id"], "default", categoryOptions=[option], **short)
        self._put("categoryCombos", "bjDvmb4bfuf", "default", categories=[category], **named)
        self._put(
            "categoryOptionCombos",
            DEFAULT_OPTION_COMBO,
            "default",
            categoryCombo={"id": "bjDvmb4bfuf"},
            categoryOptions=[option],
        )
        self._put("userRoles", SUPERUSER_ROLE, "Superuser", code="Superuser", authorities=["ALL"])
        self.add_user("admin", "district", uid=ADMIN, roles=[SUPERUSER_ROLE], code="admin")

    def _put(self, kind: str, uid: str, name: str, **more: Any) -> None:
        moment = times.written(self.started)
        self.metadata[kind][uid] = {
            "id": uid,
            "name": name,
            "created": moment,
            "lastUpdated": moment,
            **more,
        }
        self.metadata_revision += 1

    def add_user(
        self,
        username: str,
        password: str | None,
        *,
        uid: str,
        roles: list[str],
        token: str | None = None,
        token_methods: Sequence[str] = (),
        org_units: list[str] | None = None,
        code: str | None = None,
    ) -> None:
        """A user who may log in, by password, by token, or both."""
        units = [{"id": unit} for unit in org_units or []]
        self._put(
            "users",
            uid,
            f"{username} {username}",
            code=code,
            username=username,
            firstName=username,
            surname=username,
            password=password,
            userRoles=[{"id": role} for role in roles],
            organisationUnits=list(units),
            dataViewOrganisationUnits=list(units),
            teiSearchOrganisationUnits=list(units),
        )
        if token:
            self.tokens[token] = uid
            self.tokens.methods[token] = token_methods

    def now(self) -> int:
        """The server's clock, in milliseconds."""
        return times.now() + self.ahead

    def find(self, kind: str, uid: str) -> Object | None:
        """One metadata object."""
        return self.metadata[kind].get(uid)

    def metadata_changed(self) -> None:
        """Makes what was derived from metadata stale."""
        self.metadata_revision += 1
