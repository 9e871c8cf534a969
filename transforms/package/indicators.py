"""Indicators as DHIS2 accepts them: rates and ratios over program indicators."""

import re
from collections.abc import Mapping, Sequence

from transforms.core.json_texts import Json, Payload
from transforms.core.language import shortened
from transforms.model.tables.name_lengths import LONGEST_SHORT_NAME
from transforms.package.program_indicators import ProgramIndicator
from transforms.package.tables.indicator_kinds import (
    GROUP_UIDS,
    INDICATOR_TYPES,
    POPULATION,
    Indicator,
    IndicatorGroup,
    IndicatorType,
)
from transforms.package.tables.indicators import INDICATORS
from transforms.package.tables.population import POPULATION_ELEMENT


def indicator_objects(rows: Sequence[ProgramIndicator]) -> Payload:
    """Return indicators, their types and groups as DHIS2 accepts them.

    Args:
        rows: The country's program indicators; an indicator of others is left out.
    """
    uids = {row.key: row.uid for row in rows}
    indicators = [row for row in INDICATORS if _has_all_parts(row, uids)]
    return {
        "indicatorTypes": [_type_object(row) for row in INDICATOR_TYPES],
        "indicators": [_indicator_object(row, uids) for row in indicators],
        "indicatorGroups": [_group_object(group, indicators) for group in IndicatorGroup],
    }


def resolve(expression: str, uids: Mapping[str, str]) -> str:
    """Return a numerator or denominator with UIDs for measures.

    Args:
        expression: With measures in square brackets.
        uids: Key of a program indicator to its UID.

    Raises:
        KeyError: A measure is not there.
    """
    named = re.sub(r"\[([^]]+)]", lambda match: f"I{{{uids[match[1]]}}}", expression)
    return named.replace(POPULATION, f"#{{{POPULATION_ELEMENT.uid}}}")


def _has_all_parts(row: Indicator, uids: Mapping[str, str]) -> bool:
    """Whether the country has all program indicators in it: it may lack a gender."""
    named = re.findall(r"\[([^]]+)]", row.numerator + row.denominator)
    return all(key in uids for key in named) and (not row.less or bool(_known_parts(row, uids)))


def _known_parts(row: Indicator, uids: Mapping[str, str]) -> list[str]:
    """Return those that are taken from the numerator, of the measures that the country has."""
    return [
        key
        for name in row.less
        for key in uids
        if key == name or (name.endswith(":*") and key.startswith(name[:-1]))
    ]


def _numerator(row: Indicator, uids: Mapping[str, str]) -> str:
    parts = (f" - [{key}]" for key in _known_parts(row, uids))
    return resolve("".join((row.numerator, *parts)), uids)


def _type_object(row: IndicatorType) -> Json:
    return {"id": row.uid, "name": row.name, "factor": row.factor, "number": row.is_number}


def _indicator_object(row: Indicator, uids: Mapping[str, str]) -> Json:
    note = {"description": row.note} if row.note else {}
    return note | {
        "id": row.uid,
        "name": row.name,
        "shortName": shortened(row.name, LONGEST_SHORT_NAME),
        "indicatorType": {"id": row.type.uid},
        "numerator": _numerator(row, uids),
        "numeratorDescription": row.numerator_words,
        "denominator": resolve(row.denominator, uids),
        "denominatorDescription": row.denominator_words,
        "decimals": row.type.decimals if row.decimals is None else row.decimals,
        "annualized": False,
    }


def _group_object(group: IndicatorGroup, rows: list[Indicator]) -> Json:
    return {
        "id": GROUP_UIDS[group],
        "name": group.value,
        "indicators": [{"id": row.uid} for row in rows if row.group is group],
    }
