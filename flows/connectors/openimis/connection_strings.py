"""ODBC connection strings: `Keyword=value;` pairs, a value in braces if it holds a semicolon."""

import re
from collections.abc import Mapping

_SETTING = re.compile(r"\s*([^=;]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)")


def settings_of(connection_string: str) -> dict[str, str]:
    """Return keyword, in lower case, to value, without braces; the first one of a name counts."""
    settings: dict[str, str] = {}
    for match in _SETTING.finditer(connection_string):
        settings.setdefault(match[1].lower(), _bare(match[2].strip()))
    return settings


def complete(connection_string: str, settings: Mapping[str, str]) -> str:
    """Return `connection_string` with those of `settings` that it does not have itself."""
    present = settings_of(connection_string)
    added = [f"{key}={value}" for key, value in settings.items() if key.lower() not in present]
    return ";".join([connection_string.rstrip("; "), *added]) + ";"


def _bare(value: str) -> str:
    is_braced = value.startswith("{") and value.endswith("}")
    return value[1:-1].replace("}}", "}") if is_braced else value
