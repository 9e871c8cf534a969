"""Faults on cue: which request goes wrong, and how."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any, Literal

Drop = Literal["before", "after"]


@dataclass
class Cue:
    """One fault.

    It meets requests whose method is `method` (None: any) and whose path, with query, `path` is
    found in
    (a regular expression). Of those, `occurrences` counts from 1; None: each of them.

    With `larger` it meets only bodies of more bytes, with `holds` only those that hold the text.

    - `delay`: seconds to wait first
    - `until`: wait first until it is set
    - `drop`: the connection is closed before the request is handled, or after (handled, answer
      lost)
    - `status`, `body`, `headers`: answered instead; with `commit` the request is handled all the
      same
    - `omit`: so many objects are left out of the import report (they are written all the same)
    - `cut`: the answer breaks off after so many bytes
    - `trickle`: the answer comes in ten parts, so many seconds between two
    """

    path: str = ""
    method: str | None = None
    occurrences: list[int] | None = None
    larger: int | None = None
    holds: str | None = None
    delay: float = 0.0
    until: threading.Event | None = None
    drop: Drop | None = None
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    commit: bool = False
    omit: int = 0
    cut: int | None = None
    trickle: float = 0.0
    met: int = 0

    @property
    def has_come(self) -> bool:
        """Whether the first of its requests has arrived."""
        return self.met >= min(self.occurrences or [1])

    def meets(self, method: str, path: str, sent: bytes = b"") -> bool:
        """Counts a request; whether this cue is for it."""
        if self.method not in (None, method) or not re.search(self.path, path):
            return False
        if self.larger is not None and len(sent) <= self.larger:
            return False
        if self.holds is not None and self.holds.encode() not in sent:
            return False
        self.met += 1
        return self.occurrences is None or self.met in self.occurrences


@dataclass
class AnalyticsCue:
    """What becomes of the next runs of the analytics tables.

    - `fails`: they end as failed
    - `looks`: so many looks at their progress find them under way (looks at its end do not count)
    - `leaves_old`: they end as completed, and the tables stay as they were
    """

    fails: bool = False
    leaves_old: bool = False
    looks: int = 0


NOTHING = Cue()


class Cues:
    """The faults that are set."""

    def __init__(self) -> None:
        self._cues: list[Cue] = []

    def add(self, cue: Cue | None = None, **settings: Any) -> Cue:
        """Sets a fault."""
        cue = cue or Cue(**settings)
        self._cues.append(cue)
        return cue

    def clear(self) -> None:
        """Forgets all faults."""
        self._cues.clear()

    def for_request(self, method: str, path: str, body: bytes = b"") -> Cue:
        """The first fault that is for this request; all that match count it."""
        met = [cue for cue in list(self._cues) if cue.meets(method, path, body)]
        return met[0] if met else NOTHING


def without_some(report: Any, number: int) -> Any:
    """An import report that lacks objects, in both lists, as a broken answer would."""
    if not isinstance(report, dict) or not number:
        return report
    types = (report.get("bundleReport") or {}).get("typeReportMap") or {}
    for part in types.values():
        while number and part["objectReports"]:
            part["objectReports"].pop()
            number -= 1
    return report
