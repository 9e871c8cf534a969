"""Texts of the tables of truth that people read in their language.

Catalogues have them beside what the code itself says (`make catalogue`).
"""

from collections.abc import Iterator

from transforms.aggregates.figures.table import FIGURES
from transforms.changes.answers.reject_rows import COUNTED_ONLY, NOTE
from transforms.changes.guards.magnitude import (
    BY_DATE,
    BY_POLICY,
    FILLED,
    FIRST_DAY,
    FIRST_LOAD,
    permission_sentence,
)
from transforms.changes.guards.metadata_magnitude import KEPT, NEEDED
from transforms.changes.guards.permissions import Allow
from transforms.changes.reconciliation.findings import SIDES, Detail, FindingKind
from transforms.core.fields import Treatment
from transforms.core.language import THOUSANDS
from transforms.dhis2.tables.error_codes import ERROR_CODES
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.matching.places import KINDS
from transforms.matching.tables.objections import OBJECTIONS
from transforms.model.resources import ALL_FIELDS
from transforms.openimis.tables.field_reasons import FIELD_REASONS
from transforms.openimis.tables.reasons import REASONS
from transforms.reports.summaries import RunState
from transforms.reports.tables import page_texts
from transforms.requirements.tables.requirements import REQUIREMENTS, Side

OF_MUCH = (BY_DATE, BY_POLICY, FILLED, FIRST_DAY, FIRST_LOAD, KEPT, NEEDED)
STAGES = ("rule", "dhis2", NOTE, COUNTED_ONLY)
PAGES = (page_texts.LEAVING, page_texts.LEAVING_BESIDES, page_texts.MATCHING)


def table_messages() -> Iterator[tuple[str, str]]:
    """Yield each text, and what it is of."""
    yield THOUSANDS, "what stands between thousands"
    yield from ((text, code) for code, text in (REASONS | FIELD_REASONS).items())
    for code, found in ERROR_CODES.items():
        yield found.meaning, code
        yield found.hint, f"{code}, what to do"
    yield from _of_requirements()
    yield from ((text, f"note {code}") for code, text in OBJECTIONS.items())
    yield from ((text, "page") for text in PAGES)
    yield from ((each.made_of, each.key) for each in ALL_FIELDS if not each.table)
    yield from _words()


def _of_requirements() -> Iterator[tuple[str, str]]:
    yield from ((side.value, "what a requirement is about") for side in Side)
    for each in REQUIREMENTS:
        yield each.name, each.key
        yield each.mend, f"{each.key}, what to do: the end of a sentence"


def _words() -> Iterator[tuple[str, str]]:
    yield from ((text, "why something is much") for text in OF_MUCH)
    yield from ((permission_sentence(each), "why something is much") for each in Allow)
    yield from ((text, "stage of a reject") for text in STAGES)
    yield from ((each.value, "how far a run came") for each in RunState)
    yield from ((each.value, "how a value leaves") for each in Treatment)
    yield from ((kind, "kind of place") for kind in KINDS)
    yield from ((each.value, "what a reconciliation found") for each in (*FindingKind, *Detail))
    yield from ((text, "column of a reconciliation") for text in (*SIDES, "detail"))
    for klass in METADATA_CLASSES.values():
        yield klass.thing, "class of metadata"
        yield f"{klass.thing}s", "class of metadata"
    for figure in FIGURES:
        yield figure.name, f"figure {figure.key}"
        yield figure.words, f"figure {figure.key}"
