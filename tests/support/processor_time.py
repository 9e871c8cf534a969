"""How much processor time each test takes; one that takes much has to say so by a mark.

What a test takes is its own set-up and call, in this process and in those that it has waited for:
also what it prepares for its module, but not what it prepares for the session. Processor time and
not time: a test that waits costs nothing, and a machine with other work changes little.
"""

import os
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest

LIMIT = 20.0
MARKS = ("large", "exhaustive", "hours")


def processor_seconds() -> float:
    """Return the processor time of this process and of all those that it has waited for."""
    return sum(os.times()[:4])


@dataclass(eq=False)
class ProcessorTime:
    """Fails a test that takes more than it may without a mark, where that is enforced.

    Attributes:
        limit: Seconds of processor time that a test without a mark may take.
        is_enforced: Whether a test fails that takes more; if not, it is only listed.
    """

    limit: float = LIMIT
    is_enforced: bool = False
    begun: float = field(default=0.0, init=False)

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
        """Fail a test that has passed and took too much."""
        result = yield
        taken = processor_seconds() - self.begun
        if self.is_enforced and taken > self.limit and not any(map(item.get_closest_marker, MARKS)):
            pytest.fail(_too_much(taken, self.limit), pytrace=False)
        return result


def _too_much(taken: float, limit: float) -> str:
    return (
        f"This test took {taken:.1f} s of processor time; one without a mark may take {limit:g} s. "
        f"Make it smaller, or mark it as large in its file (CONTRIBUTING.md, Marks)."
    )
