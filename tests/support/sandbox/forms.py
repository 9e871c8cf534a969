"""The form of a request: what of it is the client's way of asking, without the values it asks for.

`GET /api/maps?fields&filter=id:in&paging=false`: method, path with `*` for what names an object,
names of the parameters; the values of those that switch something; orders whole; filters without
operands.
What is asked for in `fields` is looked at name by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from .forms_of_the_source import FORMS_OF_THE_SOURCE
from .wordlist import names

KNOWN_FORMS = Path(__file__).parents[2] / "recorded/contract" / "known_forms.json"
Pairs = Sequence[tuple[str, str]]

_UID = re.compile(r"(?![a-z]{11}$)[A-Za-z][A-Za-z0-9]{10}")
_OWN = re.compile(r"(/api/dataStore)(/[^/]+)(/[^/]+)?(/metaData)?")
_SWITCHES = frozenset(
    names(
        "importStrategy atomicMode importMode reportMode importReportMode async orgUnitMode ouMode "
        "paging skipPaging totalPages includeDeleted skipSharing skipTranslation skipRuleEngine "
        "skipSideEffects rootJunction cacheClear ouPathsUpdate type order"
    )
)


def form_of(method: str, path: str, pairs: Pairs, *, is_empty: bool = False) -> str:
    """The form of a request, its `fields` aside."""
    parts = sorted({_part(name, value) for name, value in pairs})
    query = f"?{'&'.join(parts)}" if parts else ""
    empty = " {}" if path == "/api/tracker" and is_empty else ""
    return f"{method} {_template(path)}{query}{empty}"


def _template(path: str) -> str:
    own = _OWN.fullmatch(path)
    if own is not None:
        return own[1] + "/*" * (1 if own[3] is None else 2) + (own[4] or "")
    return "/".join("*" if _UID.fullmatch(part) else part for part in path.split("/"))


def _part(name: str, value: str) -> str:
    if name in _SWITCHES:
        return f"{name}={value}"
    if name == "filter":
        return f"{name}={_filter(value)}"
    return name


def _filter(text: str) -> str:
    """`id:in` of `id:in:[…]`."""
    path, operator = [*text.split(":", 2), ""][:2]
    return f"{_template(path)}:{_template(operator)}"


def fields_of(pairs: Pairs) -> set[str]:
    """What is asked for, name by name, each with what is asked of it in turn."""
    return {part for name, value in pairs if name == "fields" for part in _split(value)}


def _split(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for position, character in enumerate(text):
        depth += (character in "[(") - (character in "])")
        if character == "," and depth == 0:
            yield _in_order(text[start:position])
            start = position + 1
    yield _in_order(text[start:])


def _in_order(part: str) -> str:
    name, bracket, inner = part.strip().replace("(", "[").replace(")", "]").partition("[")
    return f"{name}[{','.join(sorted(_split(inner[:-1])))}]" if bracket else name


@lru_cache
def known_forms() -> dict[str, dict[str, set[str]]]:
    """Form → version → what of `fields` a real server of that version was asked."""
    return {
        form: {version: set(fields) for version, fields in versions.items()}
        for form, versions in json.loads(KNOWN_FORMS.read_text()).items()
    }


def unrecorded(version: str, form: str, fields: Iterable[str]) -> str | None:
    """What of a request no real server of this version was ever asked; None: nothing."""
    asked = known_forms().get(form, {}).get(version)
    read = FORMS_OF_THE_SOURCE.get(form, {}).get(version)
    if asked is None and read is None:
        return form
    new = sorted(set(fields) - (asked or set()) - (read or frozenset()))
    return f"{form} with fields={','.join(new)}" if new else None
