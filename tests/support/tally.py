"""What was tried and what came of it: counted by the tests, summed when they are through.

    a test ─► tried(kind, name, lost, double) ─► the report of the test ─► lists and a closing line

The closing line is made of what ran and nothing else, and tells tests that failed or were skipped.
What has one name is one fault, however often it is tried: at other times, with other ways to go on.
"""

from collections import Counter, defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest

CRASH_POINTS = "crash points"
FAULTS = "faults"
POISON_RECORDS = "poison records"
BAD_INPUTS = "bad inputs"
UNREADABLE_VALUES = "unreadable values"
DAMAGED_FILES = "damaged files"
WRONG_SETTINGS = "wrong settings"
WITHOUT_A_WAY = "objects without a way"
HELD_BACK = "changes held back"
IN_DOUBT = "requests in doubt"

TRIED = "tried"
Tried = tuple[str, str, int, int]

_of_this_test: list[Tried] = []


def tried(kind: str, name: str, *, lost: int, double: int) -> None:
    """Note that something was tried, and what was wrong afterwards.

    Args:
        kind: One of the kinds above.
        name: What it was.
        lost: Objects that should be in DHIS2 as they are not.
        double: Objects in DHIS2 that should not be.
    """
    _of_this_test.append((kind, name, lost, double))


def tried_within(item: pytest.Item) -> Generator[None, object, object]:
    """Attach what a test tries to its report, however it ends."""
    _of_this_test.clear()
    try:
        return (yield)
    finally:
        item.user_properties += [(TRIED, list(each)) for each in _of_this_test]


@dataclass(eq=False)
class Tally:
    """What all tests of a session tried."""

    names: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    lost: int = 0
    double: int = 0
    failed: int = 0
    skipped: int = 0
    known: int = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the report of a test, from whichever process."""
        self.failed += report.failed
        is_known = hasattr(report, "wasxfail")
        self.known += is_known
        self.skipped += report.skipped and not is_known
        if report.when != "teardown":
            return
        for name, value in report.user_properties:
            if name == TRIED:
                kind, what, lost, double = value  # type: ignore[misc]
                self.names[kind][what] += 1
                self.lost += lost
                self.double += double

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what was tried, a list a kind."""
        for kind, names in self.names.items():
            terminalreporter.section(kind)
            terminalreporter.write_line("; ".join(map(_listed, sorted(names.items()))))

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Print the closing line, after everything else."""
        terminal = config.pluginmanager.get_plugin("terminalreporter")
        if self.names and terminal is not None:
            terminal.write_line(self.closing_line)

    @property
    def closing_line(self) -> str:
        """Say how much was tried, and what was lost or doubled."""
        counts = ", ".join(_counted(kind, names) for kind, names in self.names.items())
        not_passed = {"failed": self.failed, "skipped": self.skipped, "known to fail": self.known}
        told = [f"; {number} tests {how}" for how, number in not_passed.items() if number]
        return f"{counts}: {self.lost} lost, {self.double} double{''.join(told)}"


def _counted(kind: str, names: Counter[str]) -> str:
    trials = names.total()
    return f"{len(names)} {kind}" + (f" ({trials} trials)" if trials > len(names) else "")


def _listed(counted: tuple[str, int]) -> str:
    name, times = counted
    return name if times == 1 else f"{name} ({times})"
