"""How much processor time each test takes; one that takes much has to say so by a mark.

What a test takes is its own set-up and call, in this process and in those that it has waited for:
also what it prepares for its module, but not what it prepares for the session. Processor time and
not time: a test that waits costs nothing. Still the same test took from 14 to 25 s on one machine,
by what else ran there. So a test that takes more than the limit is listed, and one that takes twice
as much fails.
"""

import os
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest

LIMIT = 20.0
FAILS_AT = 2
MARKS = ("large", "other_cases", "exhaustive", "hours")
PROCESSOR_SECONDS = "processor seconds"


def processor_seconds() -> float:
    """Return the processor time of this process and of all those that it has waited for."""
    return sum(os.times()[:4])


@dataclass(eq=False)
class ProcessorTime:
    """Lists tests that take more than they may without a mark; fails them at twice that.

    Attributes:
        limit: Seconds of processor time that a test without a mark may take.
        is_enforced: Whether a test fails that takes twice as much.
        slow: Seconds of the tests without a mark that took more, by their name.
    """

    limit: float = LIMIT
    is_enforced: bool = False
    begun: float = field(default=0.0, init=False)
    slow: dict[str, float] = field(default_factory=dict, init=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Begin to count."""
        self.begun = processor_seconds()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object]
    ) -> Generator[None, object, object]:
        """Leave out what is prepared once for all tests."""
        before = processor_seconds()
        try:
            return (yield)
        finally:
            if fixturedef.scope == "session":
                self.begun += processor_seconds() - before

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what a test took; fail one that has passed and took far too much."""
        result = yield
        taken = processor_seconds() - self.begun
        if any(map(item.get_closest_marker, MARKS)):
            return result
        item.user_properties.append((PROCESSOR_SECONDS, taken))
        if self.is_enforced and taken > FAILS_AT * self.limit:
            pytest.fail(_too_much(taken, self.limit), pytrace=False)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the report of a test, from whichever process."""
        for name, value in report.user_properties:
            if name == PROCESSOR_SECONDS and isinstance(value, float) and value > self.limit:
                self.slow[report.nodeid] = value

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List the tests that took more than they may."""
        if self.slow:
            terminalreporter.section(f"more than {self.limit:g} s of processor time")
        for test, taken in sorted(self.slow.items(), key=lambda each: -each[1]):
            terminalreporter.write_line(f"{taken:.1f} s {test}")


def _too_much(taken: float, limit: float) -> str:
    return (
        f"This test took {taken:.1f} s of processor time; one without a mark may take {limit:g} s, "
        f"and fails at {FAILS_AT} times that. "
        f"Make it smaller, or mark it as large in its file (CONTRIBUTING.md, Marks)."
    )
