"""What `check` found: a table as Markdown for Prefect, and as lines for a terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from transforms.core.language import ENGLISH, Language, message
from transforms.core.markdown import table
from transforms.requirements.check_rows import CheckRow, Standing, full_name, unmet

TITLES = (
    "",
    message("about"),
    message("requirement"),
    message("what was found"),
    message("what to do"),
)


def check_page(findings: Sequence[CheckRow], language: Language = ENGLISH) -> str:
    """Return the whole page as Markdown."""
    rows = [
        (
            each.standing.value,
            language.of(each.requirement.side.value),
            language.of(each.requirement.name),
            found_in_words(each, language),
            each.mend(language),
        )
        for each in findings
    ]
    titles = [*map(language.of, TITLES)]
    sentence = check_sentence(findings, language)
    return "\n".join([language.text("# Check"), "", sentence, "", *table(titles, rows)])


def check_lines(findings: Sequence[CheckRow], language: Language = ENGLISH) -> Iterator[str]:
    """Yield the lines for a terminal."""
    for side, of_side in groupby(findings, key=lambda each: each.requirement.side):
        yield language.of(side.value)
        for each in of_side:
            name = language.of(each.requirement.name)
            yield f"  {each.standing} {name}: {found_in_words(each, language)}"
            if mend := each.mend(language):
                yield f"      → {mend}"
    yield check_sentence(findings, language)


def found_in_words(row: CheckRow, language: Language) -> str:
    """Return what was found."""
    return " ".join(map(language.of, row.found))


def check_sentence(findings: Sequence[CheckRow], language: Language = ENGLISH) -> str:
    """Return what it comes to, in one sentence."""
    faults = unmet(findings)
    of = len(findings)
    if not faults:
        return language.text("All {of} requirements are met. Nothing was written.", of=of)
    unseen = sum(each.standing is Standing.UNSEEN for each in findings)
    names = "; ".join(language.of(full_name(each.requirement)) for each in faults)
    rest = language.text(", and {count} could not be looked at", count=unseen) if unseen else ""
    return language.text(
        "{count} of {of} requirements are not met ({names}){rest}. Mend them from the top. "
        "Nothing was written.",
        count=len(faults),
        of=of,
        names=names,
        rest=rest,
    )
