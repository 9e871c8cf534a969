"""The pages that people read: README, CONTRIBUTING and docs/, with their headings and links."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Link:
    """A link to a file of the project: where it leads, and to which heading ("" for the top)."""

    path: Path
    anchor: str


@dataclass(frozen=True)
class Page:
    """A page in Markdown."""

    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(PROJECT))

    @cached_property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The page without blocks of code."""
        return FENCED.sub("", self.text)

    @property
    def code(self) -> list[str]:
        """The blocks of code, and what stands between backticks."""
        return FENCED.findall(self.text) + SPAN.findall(self.prose)

    @property
    def links(self) -> list[Link]:
        """The links that do not leave the project."""
        targets = LINK.findall(SPAN.sub("", self.prose))
        return [self._link(each) for each in targets if "://" not in each]

    def _link(self, target: str) -> Link:
        path, _, anchor = target.partition("#")
        return Link((self.path.parent / path).resolve() if path else self.path, anchor)

    @property
    def anchors(self) -> set[str]:
        """The headings as GitHub writes them in an address."""
        return {_anchor(each) for each in re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)}


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


README = Page(PROJECT / "README.md")
PAGES = [
    README,
    Page(PROJECT / "CONTRIBUTING.md"),
    *(Page(path) for path in sorted((PROJECT / "docs").rglob("*.md"))),
]
