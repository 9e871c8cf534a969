"""POST and GET /api/dataValueSets, as far as recorded: conflicts by row until 2.42, by data set
from 2.43.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from . import times
from .answers import Answer, web_message
from .org_units import is_under
from .state import DEFAULT_OPTION_COMBO, State
from .users import Account
from .value_types import is_valid
from .wordlist import names

Object = dict[str, Any]

_SWITCHES_OFF = names(
    "dryRun async skipExistingCheck sharing skipNotifications skipAudit datasetAllowsPeriods "
    "strictPeriods strictDataElements strictCategoryOptionCombos strictAttributeOptionCombos "
    "strictOrganisationUnits strictDataSetApproval strictDataSetLocking strictDataSetInputPeriods "
    "requireCategoryOptionCombo requireAttributeOptionCombo skipPatternValidation "
    "ignoreEmptyCollection force skipLastUpdated mergeDataValues skipCache"
)
_WRONG_VALUES = {
    "INTEGER_ZERO_OR_POSITIVE": "value_not_zero_or_positive_integer",
    "INTEGER_POSITIVE": "value_not_positive_integer",
    "INTEGER": "value_not_integer",
    "NUMBER": "value_not_numeric",
}
_PERIOD = re.compile(r"\d{4}(\d{2}(\d{2})?|Q[1-4]|S[12]|W\d{1,2}|April|July|Oct)?")


def import_values(state: State, account: Account, posted: Object, query: dict[str, str]) -> Answer:
    """Writes values; what conflicts is named."""
    rows = [_complete(posted, row) for row in posted.get("dataValues") or ()]
    conflicts = _conflicts(state, rows)
    refused = {index for conflict in conflicts for index in conflict["indexes"]}
    counts: Counter[str] = Counter()
    for index, row in enumerate(rows):
        if index not in refused:
            counts[_write(state, account, row)] += 1
    if not state.dialect.strict_data_values:
        counts["ignored"] += len(refused)
    return _answer(state, query, conflicts, counts, sorted(refused))


def _complete(posted: Object, row: Object) -> Object:
    header = {name: posted[name] for name in ("period", "orgUnit") if posted.get(name)}
    return header | row


def _conflicts(state: State, rows: list[Object]) -> list[Object]:
    if state.dialect.strict_data_values:
        return _data_set_conflicts(state, rows)
    return [
        conflict
        for index, row in enumerate(rows)
        if (conflict := _row_conflict(state, index, row)) is not None
    ]


def _row_conflict(state: State, index: int, row: Object) -> Object | None:
    element = state.find("dataElements", row["dataElement"])
    checks = (
        (element is None, "E7610", "dataElement", "Data element not found or not accessible"),
        (
            _PERIOD.fullmatch(row["period"]) is None,
            "E7611",
            "period",
            "Period not valid",
        ),
        (
            state.find("organisationUnits", row["orgUnit"]) is None,
            "E7612",
            "orgUnit",
            "Organisation unit not found or not accessible",
        ),
    )
    names = {"orgUnit": "organisationUnit"}
    for fails, code, name, message in checks:
        if fails:
            value = row[name]
            return {
                "object": value,
                "objects": {names.get(name, name): value},
                "value": f"{message}: `{value}`",
                "errorCode": code,
                "property": name,
                "indexes": [index],
            }
    value_type = (element or {}).get("valueType", "TEXT")
    if is_valid(value_type, str(row.get("value"))):
        return None
    reason = _WRONG_VALUES.get(value_type, "value_not_valid")
    uid = row["dataElement"]
    return {
        "object": uid,
        "objects": {"dataElement": uid, "value": reason},
        "value": f"Value must match value type of data element `{uid}`: `{reason}`",
        "errorCode": "E7619",
        "property": "value",
        "indexes": [index],
    }


def _data_set_conflicts(state: State, rows: list[Object]) -> list[Object]:
    conflicts = []
    for uid, indexes in _by_data_set(state, rows).items():
        data_set = state.metadata["dataSets"][uid]
        allowed = {unit["id"] for unit in data_set.get("organisationUnits") or ()}
        outside = [rows[i]["orgUnit"] for i in indexes if rows[i]["orgUnit"] not in allowed]
        if outside:
            units = ", ".join(dict.fromkeys(outside))
            conflicts.append(
                {
                    "objects": {"args": f"{uid}-[{units}]"},
                    "value": f"Data set {uid} not usable with org unit(s): `[{units}]`",
                    "errorCode": "E8022",
                    "indexes": indexes,
                }
            )
    return conflicts


def _by_data_set(state: State, rows: list[Object]) -> dict[str, list[int]]:
    owners = {
        element["dataElement"]["id"]: uid
        for uid, data_set in state.metadata["dataSets"].items()
        for element in data_set.get("dataSetElements") or ()
    }
    groups: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        if row["dataElement"] in owners:
            groups.setdefault(owners[row["dataElement"]], []).append(index)
    return groups


def _write(state: State, account: Account, row: Object) -> str:
    key = (row["dataElement"], row["period"], row["orgUnit"])
    held = state.data_values.get(key)
    if held is not None and held["value"] == row["value"]:
        return "updated" if state.dialect.strict_data_values else "ignored"
    moment = times.written(times.now()) + "+0000"
    state.data_values[key] = {
        "dataElement": row["dataElement"],
        "period": row["period"],
        "orgUnit": row["orgUnit"],
        "categoryOptionCombo": DEFAULT_OPTION_COMBO,
        "attributeOptionCombo": DEFAULT_OPTION_COMBO,
        "value": str(row["value"]),
        "storedBy": account.user["username"],
        "created": held["created"] if held else moment,
        "lastUpdated": moment,
    }
    if state.dialect.strict_data_values:
        return "updated"
    return "updated" if held else "imported"


def _answer(
    state: State,
    query: dict[str, str],
    conflicts: list[Object],
    counts: Counter[str],
    refused: list[int],
) -> Answer:
    strict = state.dialect.strict_data_values
    summary_status = "SUCCESS" if not conflicts else "ERROR" if strict else "WARNING"
    response: Object = {
        "responseType": "ImportSummary",
        "status": summary_status,
        "importOptions": _import_options(state, query),
        "importCount": {
            name: counts[name] for name in ("imported", "updated", "ignored", "deleted")
        },
        "conflicts": conflicts,
        "rejectedIndexes": refused,
        "dataSetComplete": "false",
    }
    if not strict:
        response["description"] = "Import process completed successfully"
    if not conflicts:
        return Answer(200, web_message(200, "Import was successful.", response=response))
    message = (
        "An error occurred, please check import summary."
        if strict
        else "One more conflicts encountered, please check import summary."
    )
    return Answer(409, web_message(409, message, outer=summary_status, response=response))


def _import_options(state: State, query: dict[str, str]) -> Object:
    options: Object = dict.fromkeys(_SWITCHES_OFF, False) | {
        "idSchemes": {},
        "importStrategy": query.get("importStrategy", "CREATE_AND_UPDATE"),
        "mergeMode": "REPLACE",
        "reportMode": "FULL",
        "firstRowIsHeader": True,
    }
    return options | ({"atomic": False} if state.dialect.strict_data_values else {})


def read_values(state: State, pairs: Sequence[tuple[str, str]]) -> Answer:
    """The values of one data set and period, of an org unit or of all below it.

    2.43 leaves out of a row what the header says: with `children` not the org unit.
    """
    query = dict(pairs)
    strict = state.dialect.strict_data_values
    header = {name: query.get(name) for name in ("dataSet", "period", "orgUnit")}
    with_children = query.get("children") == "true"
    if strict and with_children:
        del header["orgUnit"]
    units = {str(query.get("orgUnit"))}
    rows = [
        _shown(row, header if strict else {})
        for (_, period, unit), row in state.data_values.items()
        if period == header["period"]
        and (is_under(state, unit, units) if with_children else unit in units)
    ]
    body: Object = {**header, "dataValues": rows}
    return Answer(200, body if strict else {**body, "completeDate": None})


def _shown(row: Object, header: Object) -> Object:
    if header:
        return {name: value for name, value in row.items() if name not in header}
    return {**row, "comment": None, "followup": False}
