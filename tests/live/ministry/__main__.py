"""The story of a ministry's own tree and people on a real, empty, disposable DHIS2.

    python -m tests.live.ministry http://127.0.0.1:8142 admin:district \
        [facilities insurees people insured] [--write]

It fills the server with a nation's org units, a program with a stage, and people, some of whom are
insured; matches, sets up, loads as the user of the load, loads again, compares figures, looks at
what users see, changes decisions, lets the tree drift, makes facilities, and withdraws. After each
step all that is the ministry's is read as its owner, and compared byte for byte with what it was
before anything was matched. A step that is not as it must be is named; the end is 1 then.
"""

import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from flows.steps.reconcile.explanation import find_object
from staging.links import read_links
from tests.live.ministry import figures, truth, users
from tests.live.ministry.real import ALL, COUNTRY, RealMinistry
from tests.live.outcomes import Counts, must, must_be_equal
from tests.live.proxy import Proxy, proxy_of
from tests.live.report import DOCS, NOBODY_WRITES, Page
from tests.live.telling import Telling, parser_of
from tests.support.ministry import CLAIMS
from tests.support.national_tree import ROOT, nation, with_points_and_attributes
from tests.support.their_people import PROGRAM, their_uids
from tests.support.whole_ministry import INSURED
from transforms.changes.guards.permissions import Allow
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    INSUREE_ENROLLMENTS,
    TRACKED_ENTITIES,
)

NUMBERS = {"facilities": 1500, "insurees": 300, "people": 500, "insured": 40}
PAGE = Page(
    DOCS / "tested-ministries.md",
    f"""# Tested in a ministry's DHIS2

What `python -m tests.live.ministry` has seen on real servers that had a tree, a program and people
of a ministry's before ([Try a real DHIS2](how-to/try-a-real-server.md)). {NOBODY_WRITES}
""",
)
WAITS_FOR_A_PERSON = {"place_to_decide", "place_without_org_unit"}
HOLDING_BACK = {CLAIM_ENROLLMENTS.name, INSUREE_ENROLLMENTS.name, TRACKED_ENTITIES.name}


class Story:
    """What is told."""

    def __init__(self, ministry: RealMinistry, proxy: Proxy, sizes: tuple[int, int, int]) -> None:
        self.ministry = ministry
        self.insurees, self.people, self.known = sizes
        self.telling = Telling(ministry.theirs, proxy)

    def tell(self) -> None:
        """Tell everything, one step after the other."""
        self._begin()
        self._look()
        self._change_decisions()
        self._drift()
        self._make_and_withdraw()

    def _begin(self) -> None:
        step = self.telling.step
        step("empty", self.empty)
        step("ministry", self.there_first)
        step("matched", partial(truth.judged, self.ministry), "ministry")
        step("decided", self.decided, "matched")
        step("set_up", self.set_up, "decided")
        step("loader", self.loader, "set_up")
        step("first", self.first, "loader")
        step("first_counted", self.counted, "first")
        step("linked", self.linked, "first")
        step("first_again", self.again, "first")
        step("first_compared", self.compared, "first")

    def _look(self) -> None:
        step, ministry = self.telling.step, self.ministry
        step("explained", self.explained, "first")
        step("analytics", partial(figures.build, ministry), "first")
        step("figures", partial(figures.equal, ministry, self.insurees), "analytics")
        step("users", partial(users.seen, ministry, in_analytics=self._passed("analytics")),
             "first")  # fmt: skip
        step("population", self.population, "first")

    def _change_decisions(self) -> None:
        step = self.telling.step
        step("changed_decision", self.changed_decision, "first")
        step("changed_counted", self.counted, "changed_decision")
        step("changed_compared", self.compared, "changed_decision")

    def _drift(self) -> None:
        step = self.telling.step
        step("tree_drifts", self.tree_drifts, "changed_decision")
        step("drifted", self.drifted, "tree_drifts")
        step("decided_again", self.decided_again, "drifted")
        step("again_counted", self.counted, "decided_again")
        step("again_compared", self.compared, "decided_again")

    def _make_and_withdraw(self) -> None:
        step = self.telling.step
        step("made", self.made, "first")
        step("made_compared", self.compared, "made")
        step("day", self.day, "first")
        step("day_compared", self.compared, "day")
        step("withdrawn", self.withdrawn, "first")
        step("withdrawn_compared", self.compared, "withdrawn")

    def _passed(self, name: str) -> bool:
        return self.telling.outcomes[name].passed

    # the steps

    def empty(self) -> Counts:
        """The server is empty."""
        found = self.ministry.strangers()
        must(not found, f"it holds {found} org units and programs. Name an empty, disposable one")
        return {"version": self.version}

    @property
    def version(self) -> str:
        """Of DHIS2, as it spells it."""
        with self.ministry.client() as client:
            return client.system_info().version

    def there_first(self) -> Counts:
        """The ministry has a tree, a program with a stage and events, and people."""
        self.ministry.import_tree()
        self.ministry.fill(self.insurees, self.people, self.known)
        self.telling.take_picture()
        return {"org units": len(self.ministry.made.units), "people": len(self.ministry.linked())}

    def decided(self) -> Counts:
        """What is left is decided by a person; a few facilities stay open."""
        self.left = self.ministry.decide_all()
        return {"left open": len(self.left)}

    def set_up(self) -> Counts:
        """Set-up makes what is ours, in the ministry's own tree."""
        self.ministry.set_up()
        return {}

    def loader(self) -> Counts:
        """The user of the load has the product's role, and is no superuser."""
        authorities = self.ministry.make_loader()
        must("ALL" not in authorities, "The loader is a superuser")
        return {"authorities": len(authorities)}

    def first(self) -> Counts:
        """The first load brings all but what waits for a decision."""
        self.ministry.bring("first")
        reasons = self._reasons("first")
        must(reasons.keys() <= WAITS_FOR_A_PERSON, f"Other reasons: {reasons}")
        return reasons

    def _reasons(self, run_id: str) -> dict[str, int | str]:
        """Count why people, enrollments and claims are held back."""
        by_resource = self.ministry.reasons(run_id)
        found = [
            reason
            for resource, rows in by_resource.items()
            if resource in HOLDING_BACK
            for reason in rows.values()
        ]
        return {reason: found.count(reason) for reason in sorted(set(found))}

    def counted(self) -> Counts:
        """Insured people and claims are where SQL over the decisions says."""
        ministry, counts = self.ministry, Counts()
        for what, sql, resource in (
            ("insured people", INSURED, INSUREE_ENROLLMENTS),
            ("claims", CLAIMS, CLAIM_ENROLLMENTS),
        ):
            held, expected = ministry.held(resource), ministry.counted(sql)
            otherwise = {
                uid for uid in held.keys() | expected if held.get(uid) != expected.get(uid)
            }
            must(
                not otherwise, f"{what}: otherwise in {len(otherwise)} of {len(expected)} org units"
            )
            counts |= {what: sum(held.values()), f"org units with {what}": len(held)}
        return counts

    def linked(self) -> Counts:
        """Who is there already is enrolled, and nobody else of theirs."""
        linked = self.ministry.linked()
        ours = sorted(uid for uid, programs in linked.items() if set(programs) - {PROGRAM})
        must_be_equal("Linked", ours, their_uids(linked)[: self.known])
        links = read_links(self.ministry.target, self.ministry.current)
        must_be_equal("Links", len(links), self.known)
        return {"people of theirs": len(linked), "linked": len(ours)}

    def again(self) -> Counts:
        """The same again writes nothing."""
        return self.telling.writing_nothing(lambda: self.ministry.bring("again"))

    def compared(self) -> Counts:
        """DHIS2 holds what it has confirmed, object by object and value by value."""
        number = len(self.telling.outcomes)
        found = self.ministry.look(f"look-{number}")
        by = found.group_by("resource", "kind", "detail").len().sort("resource", "kind", "detail")
        told = "; ".join(
            f"{count} {kind} {name} ({detail})" for name, kind, detail, count in by.rows()
        )
        must(found.is_empty(), f"DHIS2 holds otherwise: {told}")
        return {"findings": 0}

    def explained(self) -> Counts:
        """Explain says why a claim waits."""
        waiting = self.ministry.reasons("first").get(CLAIM_ENROLLMENTS.name, {})
        claims = [key for key, reason in waiting.items() if reason == "place_to_decide"]
        must(claims, "No claim waits for a decision")
        found = find_object(claims[0], self.ministry.target, "first")
        must("place_to_decide" in str(found), "The reason is not named")
        return {"claims that wait": len(claims)}

    def population(self) -> Counts:
        """Figures of the population are of the ministry's districts."""
        done = self.ministry.write_population()
        districts = {row["key"] for row in self.ministry.made.places if row["kind"] == "district"}
        must_be_equal("Districts without", len(done.rejects), 0)
        must_be_equal("Figures", done.written, len(districts))
        return {"figures": done.written}

    def changed_decision(self) -> Counts:
        """A changed decision moves people and claims; the former org unit leaves our groups."""
        ministry = self.ministry
        for key in self.left:
            ministry.decide(key, decision="none", dhis2_uid=None, who="Asha")
        counts = ministry.held(INSUREE_ENROLLMENTS)
        self.district = next(
            key for key, row in ministry.rows().items()
            if row["kind"] == "district" and row["dhis2_uid"] in counts
        )  # fmt: skip
        former = str(ministry.rows()[self.district]["dhis2_uid"])
        ministry.decide(self.district, dhis2_uid=ROOT)
        ministry.bring("moved")
        must_be_equal("People at the former district",
                      ministry.held(INSUREE_ENROLLMENTS).get(former, 0), 0)  # fmt: skip
        must_be_equal("Groups of the former district", ministry.our_groups_of(former), 0)
        return {"people moved": counts[former]}

    def day(self) -> Counts:
        """A day of changes arrives, in the nights that linked people need; then all is quiet."""
        self.ministry.next_day()
        for night in ("day", "day-2", "day-3", "day-4"):  # a number that moves between people
            self.ministry.bring(night)
        return self.telling.writing_nothing(lambda: self.ministry.bring("day-again"))

    def tree_drifts(self) -> Counts:
        """The ministry closes, renames, moves and deletes org units of its own."""
        ministry = self.ministry
        self.closed_at, self.closed = ministry.busy_facility()
        self.gone_at, self.gone = ministry.lonely_facility()
        rows = ministry.rows()
        self.renamed, self.moved = [
            str(row["dhis2_uid"]) for row in rows.values()
            if (row["kind"], row["decision"], row["how"]) == ("facility", "accepted", "code")
            and row["dhis2_uid"] not in (self.closed, self.gone)
        ][:2]  # fmt: skip
        [district, *_] = [row["id"] for row in ministry.made.units if row["path"].count("/") == 3
                          and f"/{row['id']}/" not in self._path(self.moved)]  # fmt: skip
        ministry.decide(self.closed_at, when="2025-12-01 10:00", who="Asha")
        ministry.change_unit(self.closed, closedDate="2025-12-29T00:00:00.000")
        ministry.change_unit(self.renamed, name="Renamed", shortName="Renamed")
        ministry.change_unit(self.moved, parent={"id": district})
        ministry.delete_unit(self.gone)
        self.telling.take_picture()
        return {"org units": 4}

    def _path(self, uid: str) -> str:
        return next(str(row["path"]) for row in self.ministry.made.units if row["id"] == uid)

    def drifted(self) -> Counts:
        """A load tells of each, and only what hangs on what is closed or gone waits."""
        ministry, day = self.ministry, date(2025, 12, 30)
        closed = ministry.enter_claim(self.closed_at, day)
        gone = ministry.enter_claim(self.gone_at, day)
        told = ministry.bring("drifted") or ""
        untold = {uid for uid in (self.closed, self.renamed, self.moved, self.gone)
                  if uid not in told}  # fmt: skip
        must(not untold, f"Not told: {', '.join(sorted(untold))}; told: {told}")
        waiting = ministry.reasons("drifted").get(CLAIM_ENROLLMENTS.name, {})
        must_be_equal("Closed", waiting.get(closed), "org_unit_closed")
        must_be_equal("Deleted", waiting.get(gone), "org_unit_not_in_dhis2")
        others = {key: reason for key, reason in waiting.items() if key not in (closed, gone)}
        must(set(others.values()) <= WAITS_FOR_A_PERSON, f"Others wait: {set(others.values())}")
        return self._reasons("drifted")

    def decided_again(self) -> Counts:
        """What is decided again comes: a closed org unit that is right, another for one gone."""
        ministry = self.ministry
        ministry.decide(self.closed_at, when="2026-01-02 10:00", who="Juma")
        ministry.decide(self.gone_at, dhis2_uid=ministry.free_unit(), who="Juma")
        ministry.bring("again-decided")
        waiting = self._reasons("again-decided")
        must(waiting.keys() <= WAITS_FOR_A_PERSON, f"Others wait: {waiting}")
        return waiting

    def made(self) -> Counts:
        """Facilities that a person has said there are none of are made, below the ministry's."""
        ministry = self.ministry
        ministry.country = COUNTRY.replace(
            "[waiting]", '[match.unmatched]\nfacility = "create"\n[waiting]'
        )
        said = [key for key, row in ministry.rows().items()
                if (row["kind"], row["decision"]) == ("facility", "none") and row["who"]
                and row["in_openimis"] == "yes"]  # fmt: skip
        ministry.set_up()
        ministry.bring("made")
        known = {row["id"] for row in ministry.made.units}
        units = ministry.get("/api/organisationUnits", fields="id,code", paging="false")
        ours = {row.get("code") for row in units["organisationUnits"] if row["id"] not in known}
        must_be_equal("Org units made", ours, set(said))
        return {"org units made": len(ours)}

    def withdrawn(self) -> Counts:
        """Withdraw takes all that is ours, and leaves theirs."""
        ministry = self.ministry
        ministry.withdraw([*ALL, Allow.BEGIN_AGAIN])
        linked = ministry.linked()
        ours = [uid for uid, programs in linked.items() if set(programs) - {PROGRAM}]
        must_be_equal("People of theirs still with us", len(ours), 0)
        left = sum(sum(ministry.held(each).values())
                   for each in (INSUREE_ENROLLMENTS, CLAIM_ENROLLMENTS))  # fmt: skip
        must_be_equal("Enrollments of ours left", left, 0)
        return {"people of theirs": len(linked), "left of ours": left}


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the story; 1 if a step is not as it must be."""
    asked = parser_of(__doc__, NUMBERS).parse_args(arguments)
    made = with_points_and_attributes(nation(asked.facilities, seed=1))
    folder = asked.folder or Path(mkdtemp(prefix="ministry"))
    source = (
        f"a nation of {asked.facilities} facilities; {asked.insurees} insurees; {asked.people} "
        f"people of the ministry's, {asked.insured} of them insured"
    )
    with proxy_of(asked.url) as proxy:
        ministry = RealMinistry(folder, proxy.url, asked.login, made)
        story = Story(ministry, proxy, (asked.insurees, asked.people, asked.insured))
        story.tell()
        return story.telling.end(story.version, source, PAGE if asked.write else None)


if __name__ == "__main__":
    sys.exit(main())
