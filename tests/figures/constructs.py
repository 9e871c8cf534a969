"""Names what an indicator is built of, so that each can be looked up among what servers answered.

A construct is a short text such as `ENROLLMENT filter: firstNonNull(element, number)`.
"""

from collections.abc import Collection, Iterator, Mapping

from tests.figures.evaluator import ProgramIndicator
from tests.figures.expressions import (
    Attribute,
    Binary,
    Call,
    DataElement,
    Element,
    Node,
    Number,
    Text,
    Unary,
    Variable,
    nodes,
    parsed,
)
from tests.figures.tracker import Type

Types = Mapping[str, Type]

_OF_A_VARIABLE = {"enrollment_status": Type.TEXT, "value_count": Type.NUMBER}
_KINDS = {Number: "a number", Text: "a text", Binary: "a sum", Unary: "a sum", Call: "a function"}
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}


def constructs(
    indicator: ProgramIndicator, types: Types, missing: Collection[str] = ()
) -> set[str]:
    """Return what a program indicator is built of.

    Args:
        indicator: In the shape of DHIS2's `programIndicators`.
        types: UID of attribute or data element to the type of its values.
        missing: UIDs of the attributes that some people do not have.
    """
    kind = indicator["analyticsType"]
    places = {"expression": indicator["expression"], "filter": indicator.get("filter")}
    of_trees = {
        f"{kind} {place}: {each}"
        for place, text in places.items()
        if text
        for node in nodes(parsed(text))
        for each in (*_of_node(node, types), *_of_missing(node, types, missing))
    }
    return of_trees | {f"{kind} {each}" for each in _around(indicator, types)}


def _around(indicator: ProgramIndicator, types: Types) -> Iterator[str]:
    counted = parsed(indicator["expression"])
    what = f"V{{{counted.name}}}" if isinstance(counted, Variable) else "values"
    yield f"{indicator['aggregationType']} of {what}"
    boundaries = indicator.get("analyticsPeriodBoundaries", [])
    for each in boundaries:
        target = _target(each["boundaryTarget"], types)
        yield f"boundary {target} {each['analyticsPeriodBoundaryType']}"
        unusual = {"offsetPeriods", "offsetPeriodType"} & set(each)
        yield from (f"boundary with {name}" for name in unusual)
    if not boundaries:
        yield "without boundaries"
    yield f"org unit field {_field(indicator.get('orgUnitField'), indicator)}"


def _target(target: str, types: Types) -> str:
    if target.startswith(("#", "A")):
        return _kind(parsed(target), types)
    return target.partition(":")[0]


def _field(field: str | None, indicator: ProgramIndicator) -> str:
    if field is None or field.isupper():
        return field or "of its own"
    return "ORGANISATION_UNIT value"


def _of_node(node: Node, types: Types) -> Iterator[str]:
    match node:
        case Element() | Attribute():
            yield _kind(node, types)
        case Variable(name):
            yield f"V{{{name}}}"
        case Call(name, arguments):
            yield f"{name}({', '.join(_argument(each, types) for each in arguments)})"
        case Unary(operator):
            yield f"{operator}"
        case Binary(operator, left, right) if operator in _COMPARISONS:
            yield f"{_type(left, types)} {operator} {_type(right, types)}"
        case Binary(operator):
            yield operator
        case DataElement(uid):
            yield f"data element {uid}"


def _of_missing(node: Node, types: Types, missing: Collection[str]) -> Iterator[str]:
    if isinstance(node, Attribute) and node.uid in missing:
        yield f"{_kind(node, types)} that is missing"


def _kind(node: Node, types: Types) -> str:
    match node:
        case Element(_, uid):
            return f"{types[uid].value} element"
        case Attribute(uid):
            return f"{types[uid].value} attribute"
        case Variable(name):
            return f"V{{{name}}}"
    return _KINDS[type(node)]


def _argument(node: Node, types: Types) -> str:
    """What a function is given; of a choice's outcome the type is enough."""
    if isinstance(node, Binary) and node.operator in {*_COMPARISONS, "&&", "||"}:
        return "a condition"
    return _kind(node, types)


def _type(node: Node, types: Types) -> str:
    match node:
        case Element(_, uid) | Attribute(uid):
            return types[uid].value
        case Text():
            return "text"
        case Variable(name):
            return _OF_A_VARIABLE.get(name, Type.DATE).value
        case Call("firstNonNull" | "d2:maxValue" | "d2:minValue", arguments):
            return _type(arguments[0], types)
    return "number"
