"""What the steps of a story share: server, pilot, logins, and what earlier steps left."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.live.openimis import AS_OF, Source
from tests.live.pilot import Pilot
from tests.live.server import Login, Server


@dataclass
class Live:
    """One run of the story.

    Attributes:
        server: The DHIS2.
        source: openIMIS.
        pilot: The scheme that is brought into it.
        logins: Kind of user to login.
        left: What earlier steps left for later ones.
        runs: Ids of the runs that have loaded, in order.
    """

    server: Server
    source: Source
    pilot: Pilot
    logins: dict[str, Login] = field(default_factory=dict)
    left: dict[str, Any] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    _day: date = AS_OF

    def as_user(self, kind: str) -> None:
        """Let the flows log in as one of the users."""
        self.pilot.log_in(self.logins[kind])

    def next_day(self) -> date:
        """Return the day after the last one."""
        self._day += timedelta(days=1)
        return self._day

    @property
    def now(self) -> datetime:
        """Noon of the last day: when changes by hand are made."""
        return datetime.combine(self._day, time(12))

    @property
    def last_run(self) -> str:
        """Id of the last run that has loaded."""
        return self.runs[-1]
