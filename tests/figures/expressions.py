"""Reads DHIS2's expressions: of program indicators, their filters, and indicators.

    text ─► tokens ─► tree

DHIS2 stores an expression that does not parse, so this is also the check that ours do. From weak
to strong: `||`, `&&`, `== !=`, `< <= > >=`, `+ -`, `* / %`, `! -`, `^`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final, TypeVar


class ExpressionError(ValueError):
    """The text is no expression of DHIS2."""

    def __init__(self, text: str, place: int, found: str, expected: str) -> None:
        where = f"{text[:place]} >>> {text[place:]}"
        super().__init__(f"Found {found}, expected {expected}, at character {place + 1}: {where}")


@dataclass(frozen=True)
class Number:
    """`12.5`."""

    value: float


@dataclass(frozen=True)
class Text:
    """`'Active'`."""

    value: str


@dataclass(frozen=True)
class Element:
    """`#{stage.element}` of a program indicator."""

    stage: str
    uid: str


@dataclass(frozen=True)
class Attribute:
    """`A{attribute}`."""

    uid: str


@dataclass(frozen=True)
class Variable:
    """`V{event_date}`."""

    name: str


@dataclass(frozen=True)
class ProgramIndicator:
    """`I{program indicator}` of an indicator."""

    uid: str


@dataclass(frozen=True)
class DataElement:
    """`#{data element}` of an indicator."""

    uid: str


@dataclass(frozen=True)
class Call:
    """`d2:daysBetween(a, b)`."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class Unary:
    """`!a`, `-a`."""

    operator: str
    operand: "Node"


@dataclass(frozen=True)
class Binary:
    """`a && b`."""

    operator: str
    left: "Node"
    right: "Node"


Node = (
    Number | Text | Element | Attribute | Variable
    | ProgramIndicator | DataElement | Call | Unary | Binary
)  # fmt: skip

FUNCTIONS: Final[dict[str, range]] = {
    "if": range(3, 4),
    "isNull": range(1, 2),
    "isNotNull": range(1, 2),
    "firstNonNull": range(1, 100),
    "d2:hasValue": range(1, 2),
    "d2:condition": range(3, 4),
    "d2:zing": range(1, 2),
    "d2:oizp": range(1, 2),
    "d2:yearsBetween": range(2, 3),
    "d2:monthsBetween": range(2, 3),
    "d2:weeksBetween": range(2, 3),
    "d2:daysBetween": range(2, 3),
    "d2:count": range(1, 2),
    "d2:countIfValue": range(2, 3),
    "d2:countIfCondition": range(2, 3),
    "d2:maxValue": range(1, 2),
    "d2:minValue": range(1, 2),
    "sum": range(1, 2),
    "count": range(1, 2),
    "avg": range(1, 2),
}
"""Function to how many arguments it takes."""

VARIABLES: Final = frozenset(
    {
        "event_count", "enrollment_count", "tei_count", "org_unit_count", "value_count",
        "event_date", "enrollment_date", "incident_date", "enrollment_status", "event_status",
        "analytics_period_start", "analytics_period_end",
    }
)  # fmt: skip

_STRENGTH: Final[dict[str, int]] = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "^": 8,
}  # fmt: skip
_OF_A_SIGN: Final = 7

_TOKEN: Final = re.compile(
    r"\s*(?:"
    r"(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<text>'[^'\\]*'|\"[^\"\\]*\")"
    r"|(?P<item>[#AVI]\{[^{}]*\})"
    r"|(?P<name>(?:d2:)?[A-Za-z]+)"
    r"|(?P<sign>\|\||&&|==|!=|<=|>=|[<>+\-*/%^!(),])"
    r"|(?P<end>$))"
)
_UID: Final = r"[A-Za-z][A-Za-z0-9]{10}"
_IN_PROGRAM: Final = rf"#\{{(?P<stage>{_UID})\.(?P<element>{_UID})\}}"
_ITEM: Final = re.compile(
    rf"{_IN_PROGRAM}|#\{{(?P<data>{_UID})\}}|A\{{(?P<attribute>{_UID})\}}"
    rf"|I\{{(?P<indicator>{_UID})\}}|V\{{(?P<variable>[a-z_]+)\}}"
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


def parsed(text: str) -> Node:
    """Return the tree of an expression or filter.

    Raises:
        ExpressionError: It does not parse; the message shows where.
    """
    return _Parser(text).whole()


def nodes(tree: Node) -> Iterator[Node]:
    """Return every node of a tree; of a text that is a condition, also the nodes in it."""
    yield tree
    for part in _parts(tree):
        yield from nodes(part)


Kind = TypeVar("Kind")


def found(tree: Node, kind: type[Kind]) -> list[Kind]:
    """Return the nodes of a kind, without repetitions, in order."""
    return list(dict.fromkeys(each for each in nodes(tree) if isinstance(each, kind)))


def condition_of(call: Call) -> Node:
    """Return the tree of the condition that `d2:condition` or `d2:countIfCondition` has as text."""
    condition = call.arguments[0 if call.name == "d2:condition" else 1]
    if not isinstance(condition, Text):
        raise ExpressionError(str(condition), 0, "no text", f"the condition of {call.name} quoted")
    if call.name == "d2:condition":
        return parsed(condition.value)
    return _Parser(condition.value).after(call.arguments[0])


def _parts(tree: Node) -> Iterator[Node]:
    if isinstance(tree, Call) and tree.name in {"d2:condition", "d2:countIfCondition"}:
        yield condition_of(tree)
    for field in fields(tree):
        value = getattr(tree, field.name)
        if isinstance(value, tuple):
            yield from value
        elif isinstance(value, Node):
            yield value


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while True:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            rest = text[place:].lstrip()
            raise ExpressionError(
                text, len(text) - len(rest), repr(rest[:1]), "a value or operator"
            )
        kind = match.lastgroup
        yield _Token(kind, match[kind], match.start(kind))
        if kind == "end":
            return
        place = match.end()


class _Parser:
    """One text, read from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0

    def whole(self) -> Node:
        tree = self._operation(1)
        self._ended()
        return tree

    def after(self, left: Node) -> Node:
        tree = self._operators(left, 1)
        self._ended()
        return tree

    def _operation(self, strength: int) -> Node:
        return self._operators(self._operand(), strength)

    def _operators(self, left: Node, strength: int) -> Node:
        while _STRENGTH.get(self._token.text, 0) >= strength and self._token.kind == "sign":
            operator = self._take().text
            left = Binary(operator, left, self._operation(_STRENGTH[operator] + 1))
        return left

    def _operand(self) -> Node:
        token = self._take()
        if token.text in {"!", "-"}:
            return Unary(token.text, self._operation(_OF_A_SIGN))
        if token.text == "(":
            tree = self._operation(1)
            self._expect(")")
            return tree
        return self._value(token)

    def _value(self, token: _Token) -> Node:
        if token.kind == "number":
            return Number(float(token.text))
        if token.kind == "text":
            return Text(token.text[1:-1])
        if token.kind == "item":
            return self._item(token)
        if token.kind == "name":
            return self._call(token)
        raise self._error(token, "a value")

    def _item(self, token: _Token) -> Node:
        match = _ITEM.fullmatch(token.text)
        if match is None:
            raise self._error(token, "#{stage.element}, A{attribute}, V{variable} or I{indicator}")
        part = match.groupdict()
        if part["variable"]:
            return self._variable(token, part["variable"])
        if part["stage"]:
            return Element(part["stage"], part["element"])
        if part["data"]:
            return DataElement(part["data"])
        return (
            Attribute(part["attribute"])
            if part["attribute"]
            else ProgramIndicator(part["indicator"])
        )

    def _variable(self, token: _Token, name: str) -> Node:
        if name not in VARIABLES:
            raise self._error(token, f"one of {', '.join(sorted(VARIABLES))}")
        return Variable(name)

    def _call(self, token: _Token) -> Node:
        if token.text not in FUNCTIONS:
            raise self._error(token, f"one of {', '.join(FUNCTIONS)}")
        self._expect("(")
        arguments = [self._operation(1)]
        while self._token.text == ",":
            self._take()
            arguments.append(self._operation(1))
        self._expect(")")
        if len(arguments) not in FUNCTIONS[token.text]:
            raise self._error(token, f"{FUNCTIONS[token.text][0]} arguments, not {len(arguments)}")
        call = Call(token.text, tuple(arguments))
        if call.name in {"d2:condition", "d2:countIfCondition"}:
            condition_of(call)
        return call

    def _expect(self, text: str) -> None:
        if self._token.text != text:
            raise self._error(self._token, repr(text))
        self._take()

    def _ended(self) -> None:
        if self._token.kind != "end":
            raise self._error(self._token, "an operator or the end")

    def _take(self) -> _Token:
        token = self._token
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _error(self, token: _Token, expected: str) -> ExpressionError:
        found_ = "the end" if token.kind == "end" else repr(token.text)
        return ExpressionError(self._text, token.place, found_, expected)
