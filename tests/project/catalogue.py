"""`make catalogue`: bring the catalogues of translations up to date with code and tables.

What is new stands there with an empty translation, and has to be translated; what is no longer said
leaves. `tests/project/test_catalogues.py` finds both.
"""

import ast
import string
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import polars as pl
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from staging.languages import catalogue_path
from tests.project.package import sample_options
from transforms import VERSION
from transforms.aggregates.category_options import OF_NO_PRODUCT
from transforms.aggregates.figures.categories import CATEGORIES
from transforms.aggregates.metadata import aggregate_objects
from transforms.core.json_texts import Payload
from transforms.core.language import LANGUAGES, TRANSLATED, Phrase
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.dhis2.tables.translation_keys import (
    NAMED_BY_THE_COUNTRY,
    ONLY_THE_NAME,
    TRANSLATION_KEYS,
)
from transforms.model.resources import ALL_FIELDS
from transforms.model.tables.option_sets import FIXED_SETS
from transforms.openimis.country import Country, country_of
from transforms.package.metadata import maps, package
from transforms.package.org_units_and_options import option_objects
from transforms.reports.messages import table_messages

PROJECT = Path(__file__).parents[2]
FOLDERS = ("flows", "staging", "transforms")
SPEAKING = {"text": 0, "message": 0, "Phrase": 0, "shown_as": 1}
"""Functions that are given a text to translate, and which of their arguments it is."""
PROJECT_NAME = "openimis-to-dhis2"
"""Where a catalogue has to name somebody: Babel would make up an address."""
NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""The same file says the same whenever it is written."""

BLANK = defaultdict(str)
FIXED_CATEGORIES = {key: list(each.options or [OF_NO_PRODUCT]) for key, each in CATEGORIES.items()}
"""Without what openIMIS names."""

Messages = dict[str, list[str]]


def messages() -> Messages:
    """Each text in English, to what it is of: those of the code first, then those of the tables."""
    found: Messages = {}
    for text, what in [*code_messages(), *table_messages(), *name_messages()]:
        found.setdefault(text, [])
        if what not in found[text]:
            found[text].append(what)
    return found


def name_messages() -> Iterator[tuple[str, str]]:
    """The names of what set-up makes where a country asks for everything."""
    for kind, things in everything().items():
        if kind in NAMED_BY_THE_COUNTRY:
            continue
        names = ("name",) if kind in ONLY_THE_NAME else TRANSLATION_KEYS
        for thing in things:
            for name in names:
                what = f"{METADATA_CLASSES[kind].thing}, {name}"
                yield from ((text, what) for text in _texts_in(thing.get(name)))


def _texts_in(text: object) -> Iterator[str]:
    """A text, or the parts of a phrase that are translated."""
    if isinstance(text, Phrase):
        if any(each.isalpha() for each in string.Formatter().vformat(text.message, (), BLANK)):
            yield text.message
        for value in text.values.values():
            yield from _texts_in(value) if isinstance(value, Phrase) else ()
    elif isinstance(text, str) and text:
        yield text


def everything() -> Payload:
    """The package of a country that asks for all there is, with every fixed option."""
    whole: Payload = {}
    for frequency in ("monthly", "quarterly"):
        country = everything_country(frequency)
        choices = sample_options()
        figures = aggregate_objects(FIXED_CATEGORIES, country)
        fixed = choices.filter(pl.col("optionSet").is_in([each.uid for each in FIXED_SETS]))
        parts = (package(choices, country), figures, {"maps": maps(1)},
                 {"options": option_objects(fixed)})  # fmt: skip
        for part in parts:
            for kind, things in part.items():
                whole.setdefault(kind, []).extend(things)
    return whole


def everything_country(frequency: str) -> Country:
    optional = {each.name: "send" for each in ALL_FIELDS if each.optional and not each.follows}
    return country_of(
        {
            "root": {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"},
            "mode": "both",
            "aggregates": {
                "frequency": frequency,
                "item_groups": {"x": {"name": "0", "codes": ["x"]}},
            },
            "contributions": True,
            "funding": True,
            "smallest_cell": 1,
            "privacy": optional,
        },
        "a country that asks for everything",
    )


def code_messages() -> Iterator[tuple[str, str]]:
    paths = (path for folder in FOLDERS for path in sorted((PROJECT / folder).rglob("*.py")))
    for path in paths:
        where = path.relative_to(PROJECT).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and (text := _text_of(node)):
                yield text, where


def _text_of(call: ast.Call) -> str | None:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name not in SPEAKING or len(call.args) <= SPEAKING[name]:
        return None
    argument = call.args[SPEAKING[name]]
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return argument.value if is_text else None


def catalogue(code: str) -> Catalog:
    """What a language has."""
    with catalogue_path(code).open("rb") as file:
        return read_po(file, locale=code)


def updated(code: str) -> bytes:
    """The file of a language with what is said now, and the translations that there are."""
    path = catalogue_path(code)
    before = {each.id: each.string for each in catalogue(code)} if path.exists() else {}
    whole = Catalog(
        locale=code,
        project=PROJECT_NAME,
        header_comment="# What people read, in another language: see docs/how-to/translate.md.",
        creation_date=NO_DAY,
        revision_date=NO_DAY,
        version=VERSION,
        copyright_holder=PROJECT_NAME,
        msgid_bugs_address=PROJECT_NAME,
        last_translator=PROJECT_NAME,
        language_team=LANGUAGES[code],
        fuzzy=False,
    )
    for text, whats in messages().items():
        whole.add(text, before.get(text, ""), auto_comments=whats[:3])
    file = BytesIO()
    write_po(file, whole, width=100)
    return file.getvalue()


def main() -> None:
    for code in TRANSLATED:
        catalogue_path(code).parent.mkdir(exist_ok=True)
        catalogue_path(code).write_bytes(updated(code))
        print(catalogue_path(code).relative_to(PROJECT))


if __name__ == "__main__":
    main()
