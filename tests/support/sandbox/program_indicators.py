"""Expressions of program indicators: whether they parse, and what they read in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .state import State
from .wordlist import names

_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<element>#\{(?P<stage>\w{11})\.(?P<data>\w{11})\})"
    r"|(?P<attribute>A\{(?P<attribute_uid>\w{11})\})"
    r"|(?P<constant>C\{(?P<constant_uid>\w{11})\})"
    r"|(?P<variable>V\{(?P<name>\w+)\})"
    r"|(?P<date>PS_EVENTDATE:\s*(?P<date_stage>\w{11}))"
    r"|(?P<function>d2:(?P<function_name>\w+)\s*\(|(?P<plain_function>if|isNull|isNotNull|"
    r"firstNonNull|greatest|least|log|log10|avg|count|max|median|min|sum|stddev|variance)\s*\()"
    r"|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<truth>true\b|false\b)"
    r"|(?P<operator>&&|\|\||==|!=|<=|>=|[<>+\-*/^%!(),])"
    r")"
)

VARIABLES = {
    "completed_date": "Completed date",
    "creation_date": "Creation date",
    "current_date": "Current date",
    "due_date": "Due date",
    "enrollment_count": "Enrollment count",
    "enrollment_date": "Enrollment date",
    "enrollment_status": "Enrollment status",
    "event_count": "Event count (ACTIVE or COMPLETED status only)",
    "event_date": "Event date",
    "event_status": "Event status",
    "execution_date": "Execution date",
    "incident_date": "Incident date",
    "org_unit_count": "Organisation unit count",
    "program_stage_id": "Program stage id",
    "program_stage_name": "Program stage name",
    "scheduled_date": "Scheduled date",
    "sync_date": "Sync date",
    "tei_count": "Tracked entity instance count",
    "value_count": "Value count",
    "zero_pos_value_count": "Zero or positive value count",
    "analytics_period_start": "analytics_period_start",
    "analytics_period_end": "analytics_period_end",
}
FUNCTIONS = frozenset(
    names(
        "addDays ceil concatenate condition count countIfCondition countIfValue daysBetween floor "
        "hasValue lastEventDate left length maxValue minValue minutesBetween modulus monthsBetween "
        "oizp relationshipCount right round split substring validatePattern weeksBetween "
        "yearsBetween zing zpvc zScoreHFA zScoreWFA zScoreWFH inOrgUnitGroup hasUserRole"
    )
)
_BINARY = frozenset({"&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "^", "%"})
_UNARY = frozenset({"-", "+", "!"})
_OPERANDS = ("element", "attribute", "constant", "variable", "date", "text", "number", "truth")


class MalformedError(ValueError):
    """An expression that does not parse."""


def describe(state: State, text: str) -> dict[str, Any]:
    """`status`, `message` and `description`, as the description endpoints answer."""
    try:
        return {
            "status": "OK",
            "message": "Valid",
            "description": _Description(state, text).write(),
        }
    except MalformedError as malformed:
        return {
            "status": "ERROR",
            "message": "Expression is not valid",
            "description": str(malformed),
        }


def describe_indicator(state: State, text: str) -> dict[str, Any]:
    """The same of an aggregate indicator, whose operands are I{…} and #{…}."""
    reads = re.compile(r"(?:(?:I|#|D)\{\w{11}(?:\.\w+)*\}|[\d.]+|[-+*/()\s])*")
    names = {uid: _operand_name(state, uid) for uid in re.findall(r"\{(\w{11})", text)}
    if reads.fullmatch(text) is None or None in names.values():
        return {"status": "ERROR", "message": "Expression is not well-formed"}
    described = re.sub(r"\w\{(\w{11})[.\w]*\}|#\{(\w{11})[.\w]*\}", _naming(names), text)
    return {"status": "OK", "message": "Valid", "description": described}


def _operand_name(state: State, uid: str) -> str | None:
    for kind in ("programIndicators", "dataElements", "indicators"):
        row = state.find(kind, uid)
        if row is not None:
            return str(row["name"])
    return None


def _naming(names: dict[str, str | None]) -> Callable[[re.Match[str]], str]:
    return lambda match: str(names[match[1] or match[2]])


class _Description:
    """Reads an expression from left to right and writes it in words."""

    def __init__(self, state: State, text: str) -> None:
        self.state = state
        self.text = text
        self.position = 0
        self.token: re.Match[str] | None = None
        self.written: list[str] = []
        self._advance()

    def write(self) -> str:
        """The whole expression; blank is valid and empty."""
        if not self.text.strip():
            return ""
        self._expression()
        if self.token is not None:
            raise self._malformed(self.token[0].strip())
        return "".join(self.written).strip()

    def _advance(self) -> None:
        if not self.text[self.position :].strip():
            self.token = None
            return
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            raise self._malformed(self.text[self.position :].strip()[:20])
        self.token = match
        self.position = match.end()

    def _malformed(self, found: str) -> MalformedError:
        return MalformedError(f"Invalid string token '{found}' at line:1 character:{self.position}")

    def _take(self, replacement: str | None = None) -> str:
        if self.token is None:
            raise self._malformed("<EOF>")
        token = self.token[0]
        leading = token[: len(token) - len(token.lstrip())]
        self.written.append(token if replacement is None else leading + replacement)
        taken = token.strip()
        self._advance()
        return taken

    def _expression(self) -> None:
        self._operand()
        while self.token is not None and self.token["operator"] in _BINARY:
            self._take()
            self._operand()

    def _operand(self) -> None:
        if self.token is None:
            raise self._malformed("<EOF>")
        operator = self.token["operator"]
        if operator in _UNARY:
            self._take()
            self._operand()
        elif operator == "(":
            self._take()
            self._expression()
            self._close()
        elif self.token["function"]:
            self._function()
        elif any(self.token[name] for name in _OPERANDS):
            self._take(self._named(self.token))
        else:
            raise self._malformed(self.token[0].strip())

    def _close(self) -> None:
        if self.token is None or self.token["operator"] != ")":
            raise self._malformed("<EOF>" if self.token is None else self.token[0].strip())
        self._take()

    def _function(self) -> None:
        token = self.token
        if token is None:
            return
        name = token["function_name"]
        if name is not None and name not in FUNCTIONS:
            raise self._malformed(f"d2:{name}")
        if name == "hasValue":
            self._only_argument()
            return
        self._take()
        self._arguments()
        self._close()

    def _only_argument(self) -> None:
        """d2:hasValue(x) is described by x alone."""
        self._take("")
        self._arguments()
        self._close()
        self.written.pop()

    def _arguments(self) -> None:
        if self.token is not None and self.token["operator"] == ")":
            return
        self._expression()
        while self.token is not None and self.token["operator"] == ",":
            self._take()
            self._expression()

    def _named(self, token: re.Match[str]) -> str | None:
        if token["element"]:
            stage = self._name("programStages", token["stage"])
            return f"{stage}\\.{self._name('dataElements', token['data'])}"
        if token["attribute"]:
            return self._name("trackedEntityAttributes", token["attribute_uid"])
        if token["constant"]:
            return self._name("constants", token["constant_uid"])
        if token["date"]:
            return f"PS_EVENTDATE:{self._name('programStages', token['date_stage'])}"
        if token["variable"]:
            if token["name"] not in VARIABLES:
                raise MalformedError(
                    f"Invalid string token '{token['name']}' at line:1 character:2"
                )
            return VARIABLES[token["name"]]
        return None

    def _name(self, kind: str, uid: str) -> str:
        row = self.state.find(kind, uid)
        if row is None:
            raise MalformedError(f"Item {uid} was not found")
        return str(row["name"])
