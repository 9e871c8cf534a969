"""`make catalogue`: bring the catalogues of translations up to date with code and tables.

What is new stands there with an empty translation, and has to be translated; what is no longer said
leaves. `tests/project/test_catalogues.py` finds both.
"""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from staging.languages import catalogue_path
from transforms.core.language import TRANSLATED
from transforms.reports.messages import table_messages

PROJECT = Path(__file__).parents[2]
FOLDERS = ("flows", "staging", "transforms")
SPEAKING = {"text": 0, "message": 0, "Phrase": 0, "shown_as": 1}
"""Functions that are given a text to translate, and which of their arguments it is."""
NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""The same file says the same whenever it is written."""

Messages = dict[str, list[str]]


def messages() -> Messages:
    """Each text in English, to what it is of: those of the code first, then those of the tables."""
    found: Messages = {}
    for text, what in [*code_messages(), *table_messages()]:
        found.setdefault(text, [])
        if what not in found[text]:
            found[text].append(what)
    return found


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
        project="openimis-to-dhis2",
        header_comment="# What people read, in another language: see docs/how-to/translate.md.",
        creation_date=NO_DAY,
        revision_date=NO_DAY,
        last_translator="",
        language_team="",
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
