"""A story of somebody else's DHIS2: each step is judged, and what is theirs must stay as it was.

step ─► as it must be? ─► theirs as before? ─► a line; at the end a table, the page, 0 or 1
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.live.outcomes import Counts, Ending, Outcome, carried_out, must
from tests.live.proxy import Proxy
from tests.live.report import Page, Told, commit, line, table, write_page

SHOWN = 3
"""So many differences of what is theirs are named."""


@dataclass
class Telling:
    """What was told so far.

    Attributes:
        read: Reads all that is theirs.
        proxy: Through which DHIS2 is asked.
        before: What was theirs at first, or after they themselves have changed it; empty: they
            have nothing yet.
        outcomes: Name of a step to what became of it.
    """

    read: Callable[[], bytes]
    proxy: Proxy
    before: bytes = b""
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def take_picture(self) -> None:
        """Remember what is theirs: they have changed it themselves, or it is there now."""
        self.before = self.read()

    def step(self, name: str, do: Callable[[], Counts], *needs: str) -> None:
        """Carry out a step; it fails also if what is theirs is not as before.

        Args:
            name: Unique; on the page.
            do: What is done; its docstring is the sentence that is told.
            needs: Steps without which it cannot be carried out. All need the first step.
        """
        self.proxy.step = name
        first = [next(iter(self.outcomes))] if self.outcomes else []
        begin = time.monotonic()
        lacking = [each for each in (*first, *needs) if not self.outcomes[each].passed]
        ending, counts, said = (
            (Ending.NOT_DONE, {}, f"it needs {lacking[0]}")
            if lacking
            else carried_out(lambda: self._judged(do))
        )
        title = (getattr(do, "func", do).__doc__ or "").strip().removesuffix(".")
        seconds = time.monotonic() - begin
        outcome = self.outcomes[name] = Outcome(name, title, ending, seconds, counts, said)
        print(line(outcome), flush=True)

    def _judged(self, do: Callable[[], Counts]) -> Counts:
        """Do something, whatever becomes of it look at what is theirs, and tell both."""
        before, fault, counts = self.before, None, Counts()
        try:
            counts = do()
        except Exception as error:
            fault = error
        is_compared = bool(before) and before is self.before  # else they have changed it themselves
        changed = self._changed() if is_compared else []
        if fault is not None:
            if changed:
                fault.add_note(_sentence(changed))
            raise fault
        must(not changed, _sentence(changed))
        return counts | ({"theirs": "as before"} if is_compared else {})

    def _changed(self) -> list[str]:
        """Name what is theirs and not as before; each step answers for itself alone."""
        now = self.read()
        found = differences(self.before, now) if now != self.before else []
        self.before = now
        return found

    def writing_nothing(self, do: Callable[[], object]) -> Counts:
        """Do something that must not ask DHIS2 to write."""
        with self.proxy.watched() as seen:
            do()
        asked = sorted({f"{each.method} {each.path}" for each in seen if each.writes})
        must(not asked, f"requests that write were made: {', '.join(asked[:5])}")
        return {"requests": len(seen), "that write": 0}

    def end(self, version: str, source: str, page: Page | None) -> int:
        """Print the table, write the page if one is named; 1 if a step is not as it must be."""
        day = datetime.now(UTC).date()
        told = Told(version, day, commit(), source, list(self.outcomes.values()))
        if page is not None:
            write_page(told, page)
        print(f"\n{table(told)}\n{told.closing}", flush=True)
        return 0 if told.passed else 1


def _sentence(changed: list[str]) -> str:
    return f"what is theirs is not as before: {'; '.join(changed[:SHOWN])}"


def differences(before: bytes, now: bytes) -> list[str]:
    """Name what differs between two pictures: class, object and property, never a value."""
    one, other = json.loads(before), json.loads(now)
    found = []
    for kind in sorted(one.keys() | other.keys()):
        old, new = _by_uid(one.get(kind) or []), _by_uid(other.get(kind) or [])
        for uid in sorted(old.keys() | new.keys()):
            if old.get(uid) != new.get(uid):
                names = ", ".join(_names(old.get(uid), new.get(uid)))
                found.append(f"{kind} {uid} ({names})")
    return found


def _by_uid(rows: list[Any]) -> dict[str, Any]:
    return {_uid_of(row): row for row in rows}


def _uid_of(row: Any) -> str:
    if isinstance(row, list):  # UID and object
        return str(row[0])
    return str(row.get("id") or row.get("trackedEntity") or json.dumps(row)) if row else "none"


def _names(old: Any, new: Any) -> Iterator[str]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        yield "gone" if not new else "new" if not old else "otherwise"
        return
    yield from (name for name in sorted(old | new) if old.get(name) != new.get(name))


def parser_of(description: str | None, numbers: dict[str, int]) -> argparse.ArgumentParser:
    """Return a parser of address, login, and numbers that may be left out."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("url", help="an empty, disposable DHIS2")
    parser.add_argument("login", help="its superuser, USER:PASSWORD")
    for name, default in numbers.items():
        parser.add_argument(name, nargs="?", type=int, default=default)
    parser.add_argument("--write", action="store_true", help="write the page of what was seen")
    parser.add_argument("--folder", type=Path, help="where staging lies; else a new one")
    return parser
