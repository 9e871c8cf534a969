"""The story of a ministry's tree on a real, empty, disposable DHIS2.

    python -m tests.live.ministry http://127.0.0.1:8142 admin:district [facilities insurees]

It fills the server with a nation's org units, and a program of others with people; matches, sets
up, loads, loads again, compares figures, looks at what users see, changes decisions, lets the tree
drift, and withdraws. After each step all that is the ministry's is read as its owner, and compared
byte for byte with what it was.
"""

import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic

from flows.steps.reconcile.explanation import find_object
from staging.rejects import read_rejects
from tests.live.ministry import figures, truth, users
from tests.live.ministry.real import ALL, RealMinistry
from tests.support.ministry import CLAIMS, PEOPLE, SETTINGS
from tests.support.national_tree import ROOT, nation
from transforms.model.resources import CLAIM_ENROLLMENTS, TRACKED_ENTITIES


class Story:
    """What is told, and how long it took."""

    def __init__(self, ministry: RealMinistry, insurees: int) -> None:
        self.ministry = ministry
        self.insurees = insurees
        self.before = b""

    def step(self, name: str, do: Callable[[], object]) -> None:
        """Do something; say what came of it, and whether what is the ministry's is as before."""
        began = monotonic()
        said = do() or ""
        seconds = monotonic() - began
        same = f"; theirs as before: {self.ministry.theirs() == self.before}" if self.before else ""
        print(f"{name} ({seconds:.0f} s){same}; {said}", flush=True)

    def same(self, what: str) -> str:
        """Compare people or claims by org unit with SQL over the decisions."""
        sql, resource = {
            "people": (PEOPLE, TRACKED_ENTITIES), "claims": (CLAIMS, CLAIM_ENROLLMENTS)
        }[what]  # fmt: skip
        one, other = self.ministry.held(resource), self.ministry.counted(sql)
        return f"{what}: {sum(one.values())} in {len(one)} org units, equal: {one == other}"

    def both(self) -> str:
        """Compare both."""
        return f"{self.same('people')}; {self.same('claims')}"

    def tell(self) -> None:
        """Tell everything, one step after the other."""
        self._begin()
        self._changed_decisions()
        self._drift()
        self._made_and_withdrawn()

    def _begin(self) -> None:
        ministry = self.ministry
        self.step("the tree is imported", ministry.import_tree)
        self.step("openIMIS and another program", lambda: ministry.fill(self.insurees))
        self.step("matched", ministry.match)
        print(truth.judged(ministry), flush=True)
        self.left = ministry.decide_all()
        self.before = ministry.theirs()
        self.step("set-up", ministry.set_up)
        self.step("day one", lambda: ministry.bring("one"))
        self.step("counts", self.both)
        self.step("again", lambda: ministry.bring("again"))
        self.step("explain", self._explained)
        self.step("reconcile", lambda: f"{len(ministry.look('look-one'))} findings")
        self.step("analytics", partial(figures.build, ministry))
        self.step("figures", lambda: figures.equal(ministry, self.insurees))
        self.step("users", partial(users.seen, ministry))

    def _explained(self) -> str:
        rejects = read_rejects(self.ministry.run("one")).filter(resource=CLAIM_ENROLLMENTS.name)
        waiting = rejects.filter(reason="place_to_decide").collect()
        found = find_object(waiting["id"][0], self.ministry.target, "one")
        return ", ".join(f"{heading}: {len(rows)}" for heading, rows in found.items())

    def _changed_decisions(self) -> None:
        ministry = self.ministry
        for key in self.left:
            ministry.decide(key, decision="none", dhis2_uid=None, who="Asha")
        rows = ministry.rows()
        self.district = next(key for key, row in rows.items() if row["kind"] == "district")
        former = str(rows[self.district]["dhis2_uid"])
        ministry.decide(self.district, dhis2_uid=ROOT)
        self.step("a changed decision", lambda: ministry.bring("moved"))
        self.step("counts", self.both)
        self.step("groups", lambda: f"of the former district: {ministry.our_groups_of(former)}")
        self.step("population", ministry.write_population)

    def _drift(self) -> None:
        ministry = self.ministry
        key, closed = ministry.busy_facility()
        ministry.change_unit(closed, closedDate="2025-12-29T00:00:00.000")
        ministry.change_unit(str(ministry.rows()[self.district]["dhis2_uid"]), name="Renamed")
        ministry.decide(key, when="2025-12-01 10:00", who="Asha")
        ministry.enter_claim(key, date(2025, 12, 30))
        self.before = ministry.theirs()
        self.step("a drifted tree", lambda: ministry.bring("drifted"))
        print(ministry.reasons("drifted"), flush=True)
        ministry.decide(key, when="2026-01-02 10:00", who="Juma")
        self.step("decided again", lambda: ministry.bring("again-decided"))
        self.step("counts", self.both)

    def _made_and_withdrawn(self) -> None:
        ministry = self.ministry
        ministry.country = SETTINGS.replace(
            "[waiting]", '[match.unmatched]\nfacility = "create"\n[waiting]'
        )
        self.step("set-up with create", ministry.set_up)
        self.step("facilities are made", lambda: ministry.bring("made"))
        units = ministry.get("/api/organisationUnits", fields="id", paging="false")
        made = len(units["organisationUnits"]) - len(ministry.made.units)
        print(f"org units made: {made}; {ministry.reasons('made')}", flush=True)
        ministry.next_day()
        self.step("a day of changes", lambda: ministry.bring("two"))
        self.step("reconcile", lambda: f"{len(ministry.look('look'))} findings")
        self.step("withdraw", partial(ministry.withdraw, ALL))
        self.step("people left", lambda: sum(ministry.held(TRACKED_ENTITIES).values()))


def main(url: str, login: str, facilities: str = "1500", insurees: str = "2000") -> None:
    """Tell the story; print what was seen."""
    made = nation(int(facilities), seed=1)
    ministry = RealMinistry(Path(mkdtemp(prefix="ministry")), url, login, made)
    Story(ministry, int(insurees)).tell()


if __name__ == "__main__":
    main(*sys.argv[1:])
