"""What `check` found: a table as Markdown for Prefect, and as lines for a terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from transforms.core.markdown import table
from transforms.requirements.check_rows import CheckRow, Standing, unmet

TITLES = ("", "about", "requirement", "what was found", "what to do")


def check_page(findings: Sequence[CheckRow]) -> str:
    """Return the whole page as Markdown."""
    rows = [
        (
            each.standing.value,
            each.requirement.side.value,
            each.requirement.name,
            " ".join(each.found),
            each.mend,
        )
        for each in findings
    ]
    return "\n".join(["# Check", "", check_sentence(findings), "", *table(TITLES, rows)])


def check_lines(findings: Sequence[CheckRow]) -> Iterator[str]:
    """Yield the lines for a terminal."""
    for side, of_side in groupby(findings, key=lambda each: each.requirement.side):
        yield side.value
        for each in of_side:
            yield f"  {each.standing} {each.requirement.name}: {' '.join(each.found)}"
            if each.mend:
                yield f"      → {each.mend}"
    yield check_sentence(findings)


def check_sentence(findings: Sequence[CheckRow]) -> str:
    """Return what it comes to, in one sentence."""
    faults = unmet(findings)
    if not faults:
        return f"All {len(findings)} requirements are met. Nothing was written."
    unseen = sum(each.standing is Standing.UNSEEN for each in findings)
    names = "; ".join(f"{each.requirement.side}: {each.requirement.name}" for each in faults)
    rest = f", and {unseen} could not be looked at" if unseen else ""
    return (
        f"{len(faults)} of {len(findings)} requirements are not met ({names}){rest}. "
        f"Mend them from the top. Nothing was written."
    )
