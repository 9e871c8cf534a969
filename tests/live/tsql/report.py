"""What `make test-tsql` tried, and the page that it writes."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "tested-databases.md"
OK, FAILED, NOT_TRIED = "ok", "FAILED", "not tried"

_MADE_BY = (
    "`WRITE=1 OPENIMIS_TSQL=… make test-tsql` writes this page, and nobody else does. It says what "
    "was tried on the engine named here; what a real SQL Server does is known only where its own "
    "name stands here."
)


@dataclass(frozen=True)
class Outcome:
    """What came of one step."""

    level: str
    driver: str
    step: str
    result: str
    seen: str


@dataclass
class Report:
    """All outcomes, printed as they come."""

    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, level: str, driver: str, step: str, *, ok: bool, seen: str) -> None:
        """Note a step that was tried."""
        self._add(Outcome(level, driver, step, OK if ok else FAILED, seen))

    def not_tried(self, level: str, driver: str, step: str, why: str) -> None:
        """Note a step that could not be tried here."""
        self._add(Outcome(level, driver, step, NOT_TRIED, why))

    def _add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        print(_line(outcome), flush=True)

    @property
    def failed(self) -> int:
        """How many steps failed."""
        return sum(outcome.result == FAILED for outcome in self.outcomes)

    def closing_line(self) -> str:
        """The sum of it."""
        counts = Counter(outcome.result for outcome in self.outcomes)
        return f"{counts[OK]} steps ok, {counts[FAILED]} failed, {counts[NOT_TRIED]} not tried"

    def page(self, engine: str, drivers: list[str]) -> str:
        """The page, in Markdown."""
        day = datetime.now(UTC).date().isoformat()
        lines = [
            "# Tested databases",
            "",
            _MADE_BY,
            "",
            f"- Engine: {engine}",
            f"- Drivers: {', '.join(drivers)}",
            f"- Day: {day}",
            f"- {self.closing_line()}",
            "",
            "| level | driver | step | result | seen |",
            "|---|---|---|---|---|",
            *map(_row, self.outcomes),
        ]
        return "\n".join(lines) + "\n"


def _line(outcome: Outcome) -> str:
    return (
        f"{outcome.result:9} {outcome.level:5} {outcome.driver:26} {outcome.step}: {outcome.seen}"
    )


def _row(outcome: Outcome) -> str:
    cells = (outcome.level, outcome.driver, outcome.step, outcome.result, outcome.seen)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
