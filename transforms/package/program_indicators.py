"""Program indicators as DHIS2 accepts them, made from the tables of truth.

measures ─┐
splits ───┼─► program indicators
options ──┘   (those whose option the country has)
service groups of the country file ─► parts of the figures of services
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.core.fields import OptionSet, Treatment
from transforms.core.json_texts import Json, Payload
from transforms.core.language import Phrase
from transforms.core.metadata_uids import metadata_uid
from transforms.model.chosen_resources import is_asked
from transforms.model.privacy import policy_of
from transforms.model.tables.claim import REPLACING_CLAIMS
from transforms.model.tables.name_lengths import LONGEST_SHORT_NAME
from transforms.openimis.country import Country
from transforms.package.service_groups import service_group_splits
from transforms.package.tables.claim_measures import SERVICE_GROUP_MEASURES, counted_once
from transforms.package.tables.measures import Boundary, Measure, OptionSplit, Split
from transforms.package.tables.program_indicators import MEASURES, PROGRAM_INDICATOR_GROUPS
from transforms.package.tables.seed_program_indicators import SEED_OPTION_UIDS, SEED_UIDS

WHOLE = ""
OPTION_COLUMNS = ("optionSet", "code", "name", "sortOrder")

Options = Mapping[str, Sequence[tuple[str, str]]]
"""UID of an option set to code and name of its options, in order."""


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


def program_indicators(
    options: pl.DataFrame,
    *,
    service_groups: Sequence[Split] = (),
    restored_once: bool = False,
    settings: Container[str] = (),
) -> list[ProgramIndicator]:
    """Return all program indicators.

    Args:
        options: The country's options: optionSet (UID), code, name, sortOrder (see
            `transforms.model.options.options`); a split is made for the options that are there.
        service_groups: See `transforms.package.service_groups`.
        restored_once: See `counts_restored_once`.
        settings: Those of the country file that ask for measures.
    """
    by_set = _by_set(options)
    parts = [
        (measure, split)
        for measure in MEASURES
        if measure.asked_by is None or measure.asked_by in settings
        for split in (None, *_splits(measure, by_set))
    ]
    parts += [(measure, split) for measure in SERVICE_GROUP_MEASURES for split in service_groups]
    return [
        _program_indicator(counted_once(measure) if restored_once else measure, split)
        for measure, split in parts
    ]


def program_indicators_of(country: Country, options: pl.DataFrame) -> list[ProgramIndicator]:
    """Return all program indicators of a country; see `program_indicators`."""
    groups = service_group_splits(country)
    once = counts_restored_once(country)
    settings = {each.asked_by for each in MEASURES if each.asked_by}
    chosen = {name for name in settings if is_asked(name, country)}
    return program_indicators(options, service_groups=groups, restored_once=once, settings=chosen)


def counts_restored_once(country: Country) -> bool:
    """Return whether a claim and those that restore it count as one: DHIS2 has to know of them."""
    return policy_of(country)[REPLACING_CLAIMS.key] is not Treatment.DROP


def program_indicator_objects(rows: Sequence[ProgramIndicator]) -> Payload:
    """Return program indicators and their groups as DHIS2 accepts them."""
    return {
        "programIndicators": [_object(row) for row in rows],
        "programIndicatorGroups": _groups(rows),
    }


def _by_set(options: pl.DataFrame) -> Options:
    ordered = options.select(OPTION_COLUMNS).sort("optionSet", "sortOrder")
    by_set: dict[str, list[tuple[str, str]]] = {}
    for option_set, code, name, _ in ordered.iter_rows():
        by_set.setdefault(option_set, []).append((code, name))
    return by_set


def _splits(measure: Measure, options: Options) -> Iterator[Split]:
    for split in measure.splits:
        if isinstance(split, OptionSplit):
            yield from _option_splits(split, options.get(split.option_set.uid, []))
        elif split.option_set is None or _has(split.option_set, split.code, options):
            yield split


def _has(option_set: OptionSet, code: str | None, options: Options) -> bool:
    return code in {each for each, _ in options.get(option_set.uid, [])}


def _option_splits(split: OptionSplit, options: Sequence[tuple[str, str]]) -> Iterator[Split]:
    """Yield a split an option; a code with a quote cannot be written in a filter."""
    for code, name in options:
        if "'" not in code and "\\" not in code:
            yield Split(
                f"{split.key}:{code}",
                Phrase("{list}: {option}", list=Phrase(split.label), option=_in_words(split, name)),
                f"{split.operand} == '{code}'",
                split.option_set,
                code,
            )


def _in_words(split: OptionSplit, name: str) -> str:
    """Return the name of an option: words of the package are translated, those of openIMIS not."""
    return name if split.option_set.codes is None else Phrase(name)


def _program_indicator(measure: Measure, split: Split | None) -> ProgramIndicator:
    key = measure.key if split is None else f"{measure.key}.{split.key}"
    return ProgramIndicator(
        key=key,
        uid=_uid(measure, split) or metadata_uid(f"programIndicator:{key}"),
        name=measure.name if split is None else _part(measure.name, split.label),
        short_name=_short_name(measure, split),
        description=measure.definition if split is None else _description(measure, split),
        measure=measure,
        split=split,
        filter=" && ".join((*measure.conditions, *([split.condition] if split else []))),
    )


def _part(measure: str, part: str) -> Phrase:
    return Phrase("{measure} ({part})", measure=Phrase(measure), part=part)


def _description(measure: Measure, split: Split) -> Phrase:
    definition = Phrase(measure.definition)
    return Phrase("{definition} Only: {part}.", definition=definition, part=split.label)


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
    short = _part(measure.short, _short_part(split) if ":" in split.key else split.label)
    if len(short) <= LONGEST_SHORT_NAME:
        return short
    mark = metadata_uid(f"{measure.key}.{split.key}")[:5]
    cut = f"{short[: LONGEST_SHORT_NAME - len(mark) - 1]} {mark}"
    return Phrase.shown_as(cut, short.message, **short.values)


def _short_part(split: Split) -> Phrase:
    kind, _, code = split.key.partition(":")
    is_ours = split.option_set is not None and split.option_set.codes is not None
    return Phrase("{kind} {code}", kind=Phrase(kind), code=Phrase(code) if is_ours else code)


def _object(row: ProgramIndicator) -> Json:
    measure = row.measure
    place = {"orgUnitField": measure.org_unit_field} if measure.org_unit_field else {}
    return place | {
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


def _groups(rows: Sequence[ProgramIndicator]) -> list[Json]:
    """Return the groups; one of which the country has no figure is not made."""
    groups = [
        {
            "id": metadata_uid(f"programIndicatorGroup:{key}"),
            "name": name,
            "programIndicators": [{"id": row.uid} for row in rows if row.measure.key in keys],
        }
        for key, name, measures in PROGRAM_INDICATOR_GROUPS
        for keys in [{measure.key for measure in measures}]
    ]
    return [group for group in groups if group["programIndicators"]]
