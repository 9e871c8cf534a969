"""A country file for a country that has none yet, written of what the two systems hold.

It says what was found, and leaves to a person what only a person knows: that stands behind a `#`.
"""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from transforms.core.json_texts import Json
from transforms.model.tables.calendars import ISO
from transforms.openimis.country import Levels
from transforms.openimis.tables.coded_values import CODED_VALUES, CodedValue
from transforms.openimis.tables.places import FACILITY_LEVEL, FACILITY_OWNERSHIP, GroupSet

WIDTH = 98
LEVELS = tuple(Levels.model_fields)
NO_ROOT = {"id": "ImspTQPwCqd", "name": "Country", "shortName": "Country"}


@dataclass(frozen=True)
class FoundCountry:
    """What was found.

    Attributes:
        source: Name of the block of openIMIS.
        target: Name of the block of DHIS2.
        day: When that was.
        calendar: In which DHIS2 counts.
        roots: DHIS2's org units of level 1: id, name, shortName, code.
        levels: Number of a level of DHIS2 to its name.
        org_units: How many org units DHIS2 has.
        regions: Codes of openIMIS's regions, and names.
        codes: `section`, `value` and `rows` of all codes in openIMIS; see `count_codes`.
    """

    source: str
    target: str
    day: date
    calendar: str
    roots: Sequence[Json]
    levels: Mapping[int, str]
    org_units: int
    regions: Sequence[tuple[str, str]]
    codes: Sequence[Json]

    def rows_by_code(self, section: str) -> dict[str, int]:
        """Return each code of a section of the country file, and how many rows have it."""
        return {str(e["value"]): int(e["rows"]) for e in self.codes if e["section"] == section}


def new_country_page(found: FoundCountry) -> str:
    """Return the country file."""
    parts = (
        _introduction(found),
        _regions(found),
        _org_units(found),
        _root(found),
        _calendar(found),
        _levels(found),
        *(_groups(found, each) for each in (FACILITY_LEVEL, FACILITY_OWNERSHIP)),
        *(_values(found, each) for each in CODED_VALUES),
        _privacy(),
    )
    return "\n".join(line for part in parts for line in [*part, ""])


def _text(text: object) -> str:
    """Return a text as TOML has it: JSON's strings are TOML's, but for what is below a space."""
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def _introduction(found: FoundCountry) -> Iterator[str]:
    yield from _remark(
        f"A country file, made on {found.day} of what openimis-dhis2 new-country found in openIMIS "
        f"(block {found.source}) and DHIS2 (block {found.target}). Read each line, and change what "
        f"is not so. What is left out here has its usual value: country.example.toml explains each "
        f"setting."
    )


def _regions(found: FoundCountry) -> Iterator[str]:
    regions = len(found.regions)
    yield f"# Of openIMIS's {regions} regions, those of a pilot; empty: the whole country."
    for code, name in found.regions:
        yield f"#   {_text(code)}  {_plain(name)}"
    yield "regions = []"


def _org_units(found: FoundCountry) -> Iterator[str]:
    if found.org_units > 1:
        yield from _remark(
            f"DHIS2 has {found.org_units:,} org units already. If they are the same places, use "
            f"them, and name their levels in [match.levels] (docs/how-to/match-org-units.md):"
        )
    else:
        yield "# DHIS2 has no org units yet, so they are made of openIMIS's places."
    yield '# org_units = "match"'


def _root(found: FoundCountry) -> Iterator[str]:
    yield "# The org unit above all regions."
    if len(found.roots) > 1:
        names = ", ".join(f"{each['id']} {_plain(each['name'])}" for each in found.roots)
        yield f"# DHIS2 has several of level 1 ({names}): choose."
    elif not found.roots:
        yield "# DHIS2 has none: set-up makes it. Give it the country's name."
    root = found.roots[0] if found.roots else NO_ROOT
    yield "[root]"
    yield f"uid = {_text(root['id'])}"
    yield f"name = {_text(root['name'])}"
    yield f"short_name = {_text(root.get('shortName') or root['name'][:50])}"
    if root.get("code"):
        yield f"code = {_text(root['code'])}"


def _calendar(found: FoundCountry) -> Iterator[str]:
    yield "# DHIS2's system setting Calendar."
    yield "[dhis2]"
    yield f"calendar = {_text(found.calendar or ISO)}"


def _levels(found: FoundCountry) -> Iterator[str]:
    yield "# Names of the org unit levels. One that DHIS2 has keeps its name."
    yield "[levels]"
    usual = Levels()
    for number, key in enumerate(LEVELS, 1):
        there = found.levels.get(number)
        remark = "" if there else "   # DHIS2 has no such level yet"
        yield f"{key} = {_text(there or getattr(usual, key))}{remark}"


def _groups(found: FoundCountry, group_set: GroupSet) -> Iterator[str]:
    """Yield which values put a facility into a group, with how many have each."""
    rows = found.rows_by_code(group_set.key)
    named = {code for group in group_set.groups for code in group.codes}
    yield f"# Which values of {group_set.table}.{group_set.column} put a facility into which group."
    yield f"[{group_set.key}]"
    for group in group_set.groups:
        counts = ", ".join(f"{code}: {rows.get(code, 0):,} facilities" for code in group.codes)
        yield f"{group.key} = [{', '.join(map(_text, group.codes))}]   # {counts}"
    for code in sorted(rows.keys() - named):
        number = f"{rows[code]:,} facilities"
        yield f"# Nothing says what {_text(code)} means ({number}): add it to a group."


def _values(found: FoundCountry, coded: CodedValue) -> Iterator[str]:
    """Yield which values openIMIS's own code does not know, each to be mapped."""
    section = f"values.{coded.key}"
    rows = found.rows_by_code(section)
    words = ", ".join(f"{value} {word}" for value, word in coded.words.items())
    yield f"# {coded.table.name}.{coded.column_name}: openIMIS itself has {words}."
    unknown = sorted(rows.keys() - coded.words.keys(), key=lambda code: -rows[code])
    if not unknown:
        yield "# This one has no others."
        return
    yield "# This one has others. Say what each of them means, in one of these words:"
    yield f"# [{section}]"
    for code in unknown:
        yield f"# {_text(code)} = {_text(next(iter(coded.words.values())))}   # {rows[code]:,} rows"


def _privacy() -> Iterator[str]:
    yield from _remark(
        'What may leave, field by field: "send", "pseudonym", "generalise" or "drop". Names, phone '
        "and identification numbers do not leave unless they are named here. The flow what-leaves "
        "shows all."
    )
    yield "[privacy]"


def _remark(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ")


def _plain(text: object) -> str:
    """Return a text that ends no comment."""
    return " ".join(str(text).split())
