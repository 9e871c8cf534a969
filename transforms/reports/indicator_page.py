"""The indicator page: each figure in words and as DHIS2 computes it; made from the tables."""

from collections.abc import Iterator

from transforms.core.markdown import code, table
from transforms.core.metadata_uids import metadata_uid
from transforms.package.tables.beneficiary_measures import BENEFICIARY_MEASURES
from transforms.package.tables.claim_measures import CLAIM_MEASURES
from transforms.package.tables.funding_measures import FUNDING_MEASURES
from transforms.package.tables.indicator_kinds import GROUP_UIDS, Indicator, IndicatorGroup
from transforms.package.tables.indicators import INDICATORS, NOT_COMPUTED
from transforms.package.tables.measures import Measure, OptionSplit, Split
from transforms.package.tables.seed_program_indicators import SEED_OPTION_UIDS, SEED_UIDS
from transforms.reports.tables import page_texts


def indicator_page() -> str:
    """Return the whole page as Markdown."""
    parts = ([page_texts.INDICATORS], _to_know(), _indicators(), _measures(), _not_computed())
    return "\n".join(line for part in parts for line in part)


def _to_know() -> Iterator[str]:
    yield from ("## What to know before reading a figure", "")
    yield from (f"- **{subject}.** {text}" for subject, text in page_texts.TO_KNOW)
    yield ""


def _indicators() -> Iterator[str]:
    yield from ("## Indicators", "", "Measures stand in square brackets; their keys are below.", "")
    titles = ("indicator", "UID", "numerator", "denominator", "shown as", "note")
    for group in IndicatorGroup:
        yield from (f"### {group.value} {code(GROUP_UIDS[group])}", "")
        rows = [_indicator_row(row) for row in INDICATORS if row.group is group]
        yield from table(titles, rows)


def _indicator_row(row: Indicator) -> tuple[str, ...]:
    return (
        row.name,
        code(row.uid),
        f"{row.numerator_words}: {code(row.numerator)}",
        f"{row.denominator_words}: {code(row.denominator)}",
        row.type.name.removeprefix("openIMIS "),
        row.note,
    )


def _measures() -> Iterator[str]:
    yield page_texts.MEASURES
    programs = (
        ("Family/Insuree", BENEFICIARY_MEASURES),
        ("Claims management", CLAIM_MEASURES),
        ("Funding", FUNDING_MEASURES),
    )
    for program, measures in programs:
        yield from (f"### Program {program}", "")
        for measure in measures:
            yield from _measure(measure)


def _measure(measure: Measure) -> Iterator[str]:
    kind = f"{measure.analytics_type.value}, {measure.aggregation.value}"
    yield from (
        f"#### {measure.name} {code(_uid(measure))}",
        "",
        f"Key {code(measure.key)}. {measure.definition}",
        *([f"Made only with {code(f'{measure.asked_by} = true')}."] if measure.asked_by else []),
        "",
        f"- {kind} of {code(measure.expression)}",
        f"- filter: {code(' && '.join(measure.conditions)) or 'none'}",
        f"- time: {', '.join(_boundaries(measure))}",
    )
    if measure.org_unit_field:
        yield f"- org unit: {code(measure.org_unit_field)}"
    if measure.splits:
        yield f"- parts: {'; '.join(_part(measure, split) for split in measure.splits)}"
    yield ""


def _boundaries(measure: Measure) -> Iterator[str]:
    for boundary in measure.boundaries:
        yield f"{boundary.target} {boundary.type.removesuffix('_OF_REPORTING_PERIOD')}"


def _uid(measure: Measure, split: Split | None = None) -> str:
    part = split.key if split else ""
    key = f"{measure.key}.{part}" if part else measure.key
    return SEED_UIDS.get((measure.key, part)) or metadata_uid(f"programIndicator:{key}")


def _part(measure: Measure, split: Split | OptionSplit) -> str:
    if isinstance(split, Split):
        return f"{split.label} {code(_uid(measure, split))} {code(split.condition)}"
    seed_options = [
        f"{option} {code(uid)}"
        for (key, kind, option), uid in SEED_OPTION_UIDS.items()
        if (key, kind) == (measure.key, split.key)
    ]
    seeds = f", of which the seed has {', '.join(seed_options)}" if seed_options else ""
    rule = code(f"{split.operand} == '<code>'")
    return f"{split.label}: one for each option of {split.option_set.name!r}, {rule}{seeds}"


def _not_computed() -> Iterator[str]:
    yield from ("## Not computed of persons, and why", "")
    yield from (page_texts.NOT_COMPUTED, "")
    yield from table(("openIMIS's code", "figure", "why"), NOT_COMPUTED)
