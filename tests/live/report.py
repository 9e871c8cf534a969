"""What is told of a story: a line a step, a closing table, the page of what was proved where."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.live.outcomes import Counts, Ending, Outcome

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
PAGE = DOCS / "tested-servers.md"
HEAD = """# Tested servers

What `make test-live` has seen on real servers, version by version. Each run writes its own part
(`--write`); nobody writes here by hand. A step that is *not done* was not proved.
"""
NOBODY_WRITES = (
    "Each run writes its own part (`--write`); nobody writes here by hand. A step that is *not "
    "done* was not proved."
)
SECTION = re.compile(r"^## DHIS2 (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page of what was seen.

    Attributes:
        path: Its file.
        head: How it begins.
    """

    path: Path = PAGE
    head: str = HEAD


SERVERS = Page()


@dataclass(frozen=True)
class Told:
    """One run of the story.

    Attributes:
        version: Of DHIS2, as it spells it.
        day: On which it ran.
        commit: Of the project.
        source: What was brought in, in words.
        outcomes: Of the steps, in order.
    """

    version: str
    day: date
    commit: str
    source: str
    outcomes: Sequence[Outcome]

    @property
    def passed(self) -> bool:
        """Whether every step is as it must be."""
        return all(each.passed for each in self.outcomes)

    @property
    def closing(self) -> str:
        """How many steps ended how, in words."""
        counts = {ending: sum(each.ending is ending for each in self.outcomes) for ending in Ending}
        told = ", ".join(f"{count} {ending.value}" for ending, count in counts.items() if count)
        seconds = sum(each.seconds for each in self.outcomes)
        return f"DHIS2 {self.version}: {len(self.outcomes)} steps: {told}; {seconds:.0f} s"


def line(outcome: Outcome) -> str:
    """Return what is told when a step has ended."""
    begin = f"{outcome.ending.value:>8} {outcome.seconds:6.1f} s  {outcome.title}"
    counts = in_words(outcome.counts)
    return (
        begin + (f": {counts}" if counts else "") + (f" — {outcome.said}" if outcome.said else "")
    )


def in_words(counts: Counts) -> str:
    """Return counts as `12 people, 3 requests`."""
    return ", ".join(
        f"{value:,} {name}" if isinstance(value, int) else f"{name} {value}"
        for name, value in counts.items()
    )


def table(told: Told) -> str:
    """Return the closing table."""
    head = f"{told.closing} ({told.source}, commit {told.commit})"
    return "\n".join([head, "", *(_of_the_table(each) for each in told.outcomes)])


def _of_the_table(outcome: Outcome) -> str:
    begin = f"  {outcome.ending.value:>8} {outcome.seconds:7.1f} s  {outcome.name:20}"
    return f"{begin} {outcome.said or in_words(outcome.counts)}"


def commit() -> str:
    """Return the commit that is checked out, and whether something was changed since."""
    named = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return f"{named} with changes" if changed else named


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def written(told: Told, page: str, head: str = HEAD) -> str:
    """Return the page with what was told of this version in place of what was told before."""
    parts = sections(page) | {told.version: _section(told)}
    return "\n".join([head, *(parts[version] for version in sorted(parts, key=_numbers))])


def sections(page: str) -> dict[str, str]:
    """Return version to its part of the page."""
    found = list(SECTION.finditer(page))
    ends = [*(each.start() for each in found[1:]), len(page)]
    return {
        each[1]: page[each.start() : end].rstrip() + "\n"
        for each, end in zip(found, ends, strict=False)
    }


def named_steps(page: str) -> set[str]:
    """Return the names of all steps that the page tells of."""
    return set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))


def write_page(told: Told, page: Page = SERVERS) -> None:
    """Write what was seen into a page."""
    before = page.path.read_text(encoding="utf-8") if page.path.exists() else ""
    page.path.write_text(written(told, before, page.head), encoding="utf-8")


def _section(told: Told) -> str:
    head = [
        f"## DHIS2 {told.version}",
        "",
        f"{told.day}, commit {told.commit}, {told.source}. {told.closing}.",
        "",
        "| step | what | how it ended | counts |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *(_row(each) for each in told.outcomes)]) + "\n"


def _row(outcome: Outcome) -> str:
    counts = "; ".join(each for each in (in_words(outcome.counts), outcome.said) if each)
    cells = (f"`{outcome.name}`", outcome.title, outcome.ending.value, counts)
    return f"| {' | '.join(each.replace('|', '/') for each in cells)} |"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version))
