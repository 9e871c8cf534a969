"""All forms of requests that real servers were asked, from the recordings.

`python -m tests.recorded.contract.known_forms` writes them anew to known_forms.json, which the
stand-in reads.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.recorded.contract.replay import Exchange, recorded
from tests.recorded.contract.story import asked, forms, told
from tests.support.sandbox import SUPPORTED
from tests.support.sandbox.forms import KNOWN_FORMS, fields_of, form_of

Known = dict[str, dict[str, list[str]]]


def from_recordings() -> Known:
    """Form → version → what of `fields` was asked."""
    known: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for version in SUPPORTED:
        for exchange in _exchanges(version):
            form, fields = _asked(exchange.request)
            known[form][version] |= fields
    return {
        form: {version: sorted(fields) for version, fields in sorted(versions.items())}
        for form, versions in sorted(known.items())
    }


def _exchanges(version: str) -> Iterator[Exchange]:
    yield from recorded(version)
    yield from told(version)
    yield from forms(version)
    yield from asked(version)


def _asked(request: dict[str, Any]) -> tuple[str, set[str]]:
    pairs = _pairs(request.get("query") or {})
    is_empty = request.get("body") == {}
    return form_of(request["method"], request["path"], pairs, is_empty=is_empty), fields_of(pairs)


def _pairs(query: Any) -> list[tuple[str, str]]:
    pairs = list(query.items()) if isinstance(query, dict) else query
    return [
        (name, str(each))
        for name, value in pairs
        for each in (value if isinstance(value, list) else [value])
    ]


if __name__ == "__main__":
    lines = [
        f"{json.dumps(form)}: {json.dumps(asked)}" for form, asked in from_recordings().items()
    ]
    KNOWN_FORMS.write_text("{\n" + ",\n".join(lines) + "\n}\n")
