"""Program indicators and indicators as DHIS2 takes them, made from the tables of truth.

measures ─┐
splits ───┼─► program indicators ──► indicators ──► indicator groups
options ──┘   (those whose option the country has)
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.core.fields import OptionSet
from transforms.core.json_texts import Json
from transforms.core.metadata_uids import metadata_uid
from transforms.model.tables.name_lengths import LONGEST_SHORT_NAME
from transforms.package.tables.indicators import (
    GROUP_UIDS,
    INDICATOR_TYPES,
    INDICATORS,
    POPULATION,
    Indicator,
    IndicatorGroup,
    IndicatorType,
)
from transforms.package.tables.population import POPULATION_ELEMENT
from transforms.package.tables.program_indicators import (
    BENEFICIARY_MEASURES,
    CLAIM_MEASURES,
    MEASURES,
    SEED_OPTION_UIDS,
    SEED_UIDS,
    Boundary,
    Measure,
    OptionSplit,
    Split,
)

Payload = dict[str, list[Json]]

WHOLE = ""
OPTION_COLUMNS = ("optionSet", "code", "name", "sortOrder")
PROGRAM_INDICATOR_GROUPS: tuple[tuple[str, str, tuple[Measure, ...]], ...] = (
    ("beneficiary", "Insuree program indicators", BENEFICIARY_MEASURES),
    ("claims", "Claims program indicators", CLAIM_MEASURES),
)
"""Key, name and measures."""


@dataclass(frozen=True)
class ProgramIndicator:
    """A measure, whole or a part of it.

    Attributes:
        key: `<measure>` or `<measure>.<split>`.
        uid: The seed's, or made from the key.
        name: Name in DHIS2.
        short_name: At most 50 characters.
        description: What is counted, in words.
        measure: The measure.
        split: The part; None for the whole.
        filter: DHIS2 filter; empty where all count.
    """

    key: str
    uid: str
    name: str
    short_name: str
    description: str
    measure: Measure
    split: Split | None
    filter: str


def program_indicators(options: pl.DataFrame) -> list[ProgramIndicator]:
    """Return all program indicators of a country.

    Args:
        options: The country's options: optionSet (UID), code, name, sortOrder (see
            `transforms.model.options.options`); a split is made for the options that are there.
    """
    known = _by_set(options)
    return [
        _program_indicator(measure, split)
        for measure in MEASURES
        for split in (None, *_splits(measure, known))
    ]


def indicator_objects(rows: Sequence[ProgramIndicator]) -> Payload:
    """Return program indicators, indicators, their types and groups as DHIS2 takes them.

    Args:
        rows: The country's program indicators.
    """
    uids = {row.key: row.uid for row in rows}
    made = [row for row in INDICATORS if _resolves(row, uids)]
    return {
        "programIndicators": [_program_indicator_object(row) for row in rows],
        "programIndicatorGroups": _program_indicator_groups(rows),
        "indicatorTypes": [_type_object(row) for row in INDICATOR_TYPES],
        "indicators": [_indicator_object(row, uids) for row in made],
        "indicatorGroups": [_group_object(group, made) for group in IndicatorGroup],
    }


def indicator_uid(row: Indicator) -> str:
    """Return the UID of an indicator: the seed's, or made from its key."""
    return row.uid or metadata_uid(f"indicator:{row.key}")


def resolved(expression: str, uids: Mapping[str, str]) -> str:
    """Return a numerator or denominator with UIDs for measures.

    Args:
        expression: With measures in square brackets.
        uids: Key of a program indicator to its UID.

    Raises:
        KeyError: A measure is not there.
    """
    named = re.sub(r"\[([^]]+)]", lambda found: f"I{{{uids[found[1]]}}}", expression)
    return named.replace(POPULATION, f"#{{{POPULATION_ELEMENT.uid}}}")


def _resolves(row: Indicator, uids: Mapping[str, str]) -> bool:
    """Whether all parts are there: a country may lack a gender."""
    named = re.findall(r"\[([^]]+)]", row.numerator + row.denominator)
    return all(key in uids for key in named)


def _by_set(options: pl.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """Return UID of an option set to code and name of its options, in order."""
    ordered = options.select(OPTION_COLUMNS).sort("optionSet", "sortOrder")
    known: dict[str, list[tuple[str, str]]] = {}
    for option_set, code, name, _ in ordered.iter_rows():
        known.setdefault(option_set, []).append((code, name))
    return known


def _splits(measure: Measure, known: Mapping[str, list[tuple[str, str]]]) -> Iterator[Split]:
    for split in measure.splits:
        if isinstance(split, OptionSplit):
            yield from _option_splits(split, known.get(split.option_set.uid, []))
        elif split.option_set is None or _has(split.option_set, split.code, known):
            yield split


def _has(
    option_set: OptionSet, code: str | None, known: Mapping[str, list[tuple[str, str]]]
) -> bool:
    return code in {there for there, _ in known.get(option_set.uid, [])}


def _option_splits(split: OptionSplit, options: list[tuple[str, str]]) -> Iterator[Split]:
    """Yield a split an option; a code with a quote cannot be written in a filter."""
    for code, name in options:
        if "'" not in code and "\\" not in code:
            yield Split(
                f"{split.key}:{code}",
                f"{split.label}: {name}",
                f"{split.operand} == '{code}'",
                split.option_set,
                code,
            )


def _program_indicator(measure: Measure, split: Split | None) -> ProgramIndicator:
    key = measure.key if split is None else f"{measure.key}.{split.key}"
    return ProgramIndicator(
        key=key,
        uid=_uid(measure, split) or metadata_uid(f"programIndicator:{key}"),
        name=measure.name if split is None else f"{measure.name} ({split.label})",
        short_name=_short_name(measure, split),
        description=measure.definition + (f" Only: {split.label}." if split else ""),
        measure=measure,
        split=split,
        filter=" && ".join((*measure.conditions, *([split.condition] if split else []))),
    )


def _uid(measure: Measure, split: Split | None) -> str | None:
    """Return the seed's UID, if it has the object."""
    if split is None:
        return SEED_UIDS.get((measure.key, WHOLE))
    kind, _, code = split.key.partition(":")
    return SEED_UIDS.get((measure.key, split.key)) or SEED_OPTION_UIDS.get(
        (measure.key, kind, code)
    )


def _short_name(measure: Measure, split: Split | None) -> str:
    """Return a unique short name: of an option its code, since names are long."""
    if split is None:
        return measure.short
    short = f"{measure.short} ({split.key.replace(':', ' ') if ':' in split.key else split.label})"
    if len(short) <= LONGEST_SHORT_NAME:
        return short
    mark = metadata_uid(f"{measure.key}.{split.key}")[:5]
    return f"{short[: LONGEST_SHORT_NAME - len(mark) - 1]} {mark}"


def _program_indicator_object(row: ProgramIndicator) -> Json:
    measure = row.measure
    shown_at = {"orgUnitField": measure.org_unit_field} if measure.org_unit_field else {}
    return shown_at | {
        "id": row.uid,
        "name": row.name,
        "shortName": row.short_name,
        "description": row.description,
        "program": {"id": measure.program.uid},
        "analyticsType": measure.analytics_type.value,
        "aggregationType": measure.aggregation.value,
        "expression": measure.expression,
        "filter": row.filter,
        "decimals": measure.decimals,
        "displayInForm": False,
        "analyticsPeriodBoundaries": [_boundary_object(row, each) for each in measure.boundaries],
    }


def _boundary_object(row: ProgramIndicator, boundary: Boundary) -> Json:
    return {
        "id": metadata_uid(f"boundary:{row.key}:{boundary.target}:{boundary.type}"),
        "boundaryTarget": boundary.target,
        "analyticsPeriodBoundaryType": boundary.type,
    }


def _program_indicator_groups(rows: Sequence[ProgramIndicator]) -> list[Json]:
    return [
        {
            "id": metadata_uid(f"programIndicatorGroup:{key}"),
            "name": name,
            "programIndicators": [{"id": row.uid} for row in rows if row.measure in measures],
        }
        for key, name, measures in PROGRAM_INDICATOR_GROUPS
    ]


def _type_object(row: IndicatorType) -> Json:
    return {"id": row.uid, "name": row.name, "factor": row.factor, "number": row.is_number}


def _indicator_object(row: Indicator, uids: Mapping[str, str]) -> Json:
    note = {"description": row.note} if row.note else {}
    return note | {
        "id": indicator_uid(row),
        "name": row.name,
        "shortName": row.name[:LONGEST_SHORT_NAME],
        "indicatorType": {"id": row.type.uid},
        "numerator": resolved(row.numerator, uids),
        "numeratorDescription": row.numerator_words,
        "denominator": resolved(row.denominator, uids),
        "denominatorDescription": row.denominator_words,
        "decimals": 2,
        "annualized": False,
    }


def _group_object(group: IndicatorGroup, rows: list[Indicator]) -> Json:
    return {
        "id": GROUP_UIDS[group],
        "name": group.value,
        "indicators": [{"id": indicator_uid(row)} for row in rows if row.group is group],
    }
