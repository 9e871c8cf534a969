"""The catalogues of translations: gettext's .po files beside this module, read once a process.

The name of a text is the text in English, as it stands in the code and in the tables of truth.
`make catalogue` brings them up to date.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from staging.damage import DamagedError
from staging.layout import Run
from staging.runs import recall
from transforms.core.language import ENGLISH, Language

FOLDER = Path(__file__).parent / "catalogues"


@cache
def language_named(code: str) -> Language:
    """Return one of `transforms.core.language.LANGUAGES`; English if it has no catalogue."""
    path = catalogue_path(code)
    return Language(code, _texts(path)) if path.exists() else ENGLISH


def language_of(run: Run) -> Language:
    """Return the language of a run's reports; English where nothing tells it."""
    try:
        return language_named(recall(run).language)
    except DamagedError:
        return ENGLISH


def catalogue_path(code: str) -> Path:
    """Return the file of a catalogue."""
    return FOLDER / f"{code}.po"


def _texts(path: Path) -> Mapping[str, str]:
    """Return what is translated in a file; what is marked as fuzzy is not."""
    # Babel takes longer to import than a catalogue to read, and most runs are English.
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        entries = read_po(file)
    return {
        entry.id: entry.string
        for entry in entries
        if isinstance(entry.id, str) and isinstance(entry.string, str)
        if entry.id and entry.string and not entry.fuzzy
    }
