"""POST and GET /api/dataValueSets, as far as recorded: conflicts by row until 2.42, by data set
from 2.43.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
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
_IN_WORDS = {"value_not_numeric": "Data value is not numeric"}
"""As the message has it; of the others nobody has recorded the words."""
_PERIOD = re.compile(r"\d{4}((0[1-9]|1[0-2])(\d{2})?|Q[1-4]|S[12]|W\d{1,2}|April|July|Oct)?")


def import_values(state: State, account: Account, posted: Object, query: dict[str, str]) -> Answer:
    """Writes or deletes values; what conflicts is named."""
    rows = [_complete(posted, row) for row in posted.get("dataValues") or ()]
    conflicts = _conflicts(state, account, rows, is_delete=_is_delete(query))
    state.periods_of_others -= {row["period"] for row in rows}
    refused = {index for conflict in conflicts for index in conflict["indexes"]}
    counts: Counter[str] = Counter()
    absent: set[int] = set()
    for index, row in enumerate(rows):
        if index in refused:
            continue
        done = _delete(state, row) if _is_delete(query) else _write(state, account, row)
        counts[done] += 1
        if done == "ignored" and _is_delete(query):
            absent.add(index)
    del counts["skipped"]
    if not state.dialect.strict_data_values:
        counts["ignored"] += len(refused)
    return _answer(state, query, conflicts, counts, sorted(refused | absent))


def _is_delete(query: dict[str, str]) -> bool:
    return query.get("importStrategy") == "DELETE"


def _complete(posted: Object, row: Object) -> Object:
    header = {name: posted[name] for name in ("period", "orgUnit") if posted.get(name)}
    return header | row


def _conflicts(
    state: State, account: Account, rows: list[Object], *, is_delete: bool
) -> list[Object]:
    if state.dialect.strict_data_values:
        return _data_set_conflicts(state, account, rows)
    return _together(
        conflict
        for index, row in enumerate(rows)
        if (conflict := _row_conflict(state, account, index, row, is_delete=is_delete)) is not None
    )


def _together(conflicts: Iterable[Object]) -> list[Object]:
    """Conflicts of one code about the same things are one, which names all rows."""
    found: dict[tuple[str, ...], Object] = {}
    for conflict in conflicts:
        key = (conflict["errorCode"], *conflict["objects"].values())
        first = found.setdefault(key, conflict | {"indexes": []})
        first["indexes"].extend(conflict["indexes"])
    return list(found.values())


def _row_conflict(
    state: State, account: Account, index: int, row: Object, *, is_delete: bool
) -> Object | None:
    """The first thing that DHIS2 finds, in its order (2.42)."""
    element = state.find("dataElements", row["dataElement"])
    combo = row.get("categoryOptionCombo")
    unit = state.find("organisationUnits", row["orgUnit"])
    period = _period(state, row)
    missing = "not found or not accessible"
    checks = (
        (element is None, "E7610", "dataElement", f"Data element {missing}"),
        (period is None, "E7611", "period", "Period not valid"),
        (unit is None, "E7612", "orgUnit", f"Organisation unit {missing}"),
        (
            bool(combo) and state.find("categoryOptionCombos", str(combo)) is None,
            "E7613",
            "categoryOptionCombo",
            f"Category option combo {missing} for writing data",
        ),
    )
    for fails, code, name, message in checks:
        if fails:
            return _conflict(index, row, code, name, message)
    if not all(account.may("data write", each) for each in _options(state, combo)):
        message = "Category option combo option not accessible"
        return _conflict(index, row, "E7614", "categoryOptionCombo", message)
    if not account.captures_in(row["orgUnit"]):
        message = "Organisation unit not in hierarchy of current user"
        return _conflict(index, row, "E7617", "orgUnit", message)
    return _value_conflict(index, row, element or {}, is_delete=is_delete) or _time_conflict(
        state, account, index, row
    )


def _period(state: State, row: Object) -> str | None:
    """The period of a value; none while another request makes it (2.42.5.2 says E7611)."""
    name = str(row["period"])
    is_made = name not in state.periods_of_others and _PERIOD.fullmatch(name)
    return name if is_made else None


def _value_conflict(index: int, row: Object, element: Object, *, is_delete: bool) -> Object | None:
    uid, value = row["dataElement"], row.get("value")
    if value in (None, ""):
        if is_delete:
            return None
        message = "Data value or comment not specified for data element"
        return _conflict(index, row, "E7618", "value", message)
    value_type = element.get("valueType", "TEXT")
    if is_valid(value_type, str(value)):
        return None
    reason = _WRONG_VALUES.get(value_type, "value_not_valid")
    message = f"Value must match value type of data element `{uid}`"
    return {
        "object": uid,
        "objects": {"dataElement": uid, "value": reason},
        "value": f"{message}: `{_IN_WORDS.get(reason, reason)}`",
        "errorCode": "E7619",
        "property": "value",
        "indexes": [index],
    }


def _time_conflict(state: State, account: Account, index: int, row: Object) -> Object | None:
    """Locked, or not yet over: asked of each data set that has the element and the org unit."""
    for data_set in _data_sets_of(state, row):
        if is_locked(state, account, data_set, row["period"]):
            return _locked(index, row, data_set)
        if is_in_future(state, data_set, row["period"]):
            return _too_early(state, index, row, data_set)
    return None


def _locked(index: int, row: Object, data_set: Object) -> Object:
    """What `DataValueImportConflict` and `ErrorCode` of 2.40.12 and 2.42.5.2 make of it."""
    period, uid = row["period"], data_set["id"]
    message = f"Current date is past expiry days for period: `{period}`  and data set: `{uid}`"
    found = _conflict(index, row, "E7640", "period", message)
    return found | {"objects": found["objects"] | {"dataSet": uid}, "value": message}


def _too_early(state: State, index: int, row: Object, data_set: Object) -> Object:
    period, element, uid = row["period"], row["dataElement"], data_set["id"]
    latest = _ended_last(state, data_set)
    message = (
        f"Period: `{period}` is after latest open future period: `{latest}` for data element: "
        f"`{element}` and data set: `{uid}`"
    )
    found = _conflict(index, row, "E7641", "period", message)
    more = {"dataElement": element, "dataSet": uid}
    return found | {"objects": found["objects"] | more, "value": message}


def _ended_last(state: State, data_set: Object) -> str:
    """The month or quarter that ended last; of a quarter nobody has recorded it."""
    today, months = _today(state), 3 if data_set.get("periodType") == "Quarterly" else 1
    begins = today.replace(month=(today.month - 1) // months * months + 1, day=1)
    last = begins - timedelta(days=1)
    return f"{last:%Y%m}" if months == 1 else f"{last.year}Q{last.month // 3}"


def _data_sets_of(state: State, row: Object) -> list[Object]:
    return [
        data_set
        for data_set in state.metadata["dataSets"].values()
        if row["dataElement"]
        in {each["dataElement"]["id"] for each in data_set.get("dataSetElements") or ()}
        and row["orgUnit"] in {unit["id"] for unit in data_set.get("organisationUnits") or ()}
    ]


def is_locked(state: State, account: Account, data_set: Object, period: str) -> bool:
    """Whether so many days are over since the end of a period that the data set takes none."""
    days = float(data_set.get("expiryDays") or 0)
    if days <= 0 or account.has("F_EDIT_EXPIRED"):
        return False
    return _today(state) > _end_of(period) + timedelta(days=days)


def is_in_future(state: State, data_set: Object, period: str) -> bool:
    """Whether a period has not ended, and the data set is open for so few of these."""
    if int(data_set.get("openFuturePeriods") or 0) > 0:
        return False
    return _end_of(period) >= _today(state)


def _today(state: State) -> date:
    return datetime.fromtimestamp(state.now() / 1000, UTC).date()


def _end_of(period: str) -> date:
    year = int(period[:4])
    if len(period) == 4:
        return date(year, 12, 31)
    month = 3 * int(period[5]) if period[4] == "Q" else int(period[4:6])
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def _options(state: State, combo: Any) -> list[Object]:
    found = state.find("categoryOptionCombos", str(combo)) if combo else None
    uids = [each["id"] for each in (found or {}).get("categoryOptions") or ()]
    return [row for uid in uids if (row := state.find("categoryOptions", uid)) is not None]


def _conflict(index: int, row: Object, code: str, name: str, message: str) -> Object:
    value = row.get(name)
    names = {"orgUnit": "organisationUnit"}
    return {
        "object": value,
        "objects": {names.get(name, name): value},
        "value": f"{message}: `{value}`",
        "errorCode": code,
        "property": name,
        "indexes": [index],
    }


def _data_set_conflicts(state: State, account: Account, rows: list[Object]) -> list[Object]:
    conflicts = []
    for index, row in enumerate(rows):
        combo = row.get("categoryOptionCombo")
        if combo and state.find("categoryOptionCombos", combo) is None:
            value = f"Value #{index} category option combo not found: `{combo}`"
            conflicts.append(
                {
                    "objects": {"args": combo},
                    "value": value,
                    "errorCode": "E8108",
                    "indexes": [index],
                }
            )
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
        locked = [i for i in indexes if is_locked(state, account, data_set, rows[i]["period"])]
        if locked:
            conflicts.append(
                {
                    "objects": {"args": uid},
                    "value": f"Untimely data entry for data set {uid}",
                    "errorCode": "E8030",
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


def _key(row: Object) -> tuple[str, str, str, str]:
    combo = row.get("categoryOptionCombo") or DEFAULT_OPTION_COMBO
    return (row["dataElement"], row["period"], row["orgUnit"], combo)


def _write(state: State, account: Account, row: Object) -> str:
    key = _key(row)
    held = state.data_values.get(key)
    if _is_insignificant(state, row):
        if held is None:
            return "skipped"
        del state.data_values[key]
        return "deleted"
    if held is not None and held["value"] == row["value"]:
        return "updated" if state.dialect.strict_data_values else "ignored"
    moment = times.written(times.now()) + "+0000"
    state.data_values[key] = {
        "dataElement": row["dataElement"],
        "period": row["period"],
        "orgUnit": row["orgUnit"],
        "categoryOptionCombo": key[3],
        "attributeOptionCombo": DEFAULT_OPTION_COMBO,
        "value": str(row["value"]),
        "storedBy": account.user["username"],
        "created": held["created"] if held else moment,
        "lastUpdated": moment,
    }
    if state.dialect.strict_data_values:
        return "updated"
    return "updated" if held else "imported"


def _is_insignificant(state: State, row: Object) -> bool:
    """Whether DHIS2 keeps no such zero: of an element that does not say that zeros count (2.42)."""
    element = state.find("dataElements", row["dataElement"]) or {}
    is_averaged = str(element.get("aggregationType")).startswith("AVERAGE")
    counts = element.get("zeroIsSignificant") or is_averaged or state.dialect.strict_data_values
    return not counts and str(row["value"]) == "0"


def _delete(state: State, row: Object) -> str:
    return "ignored" if state.data_values.pop(_key(row), None) is None else "deleted"


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
    periods = {value for name, value in pairs if name == "period"}
    if not strict and len(periods) > 1:
        header = {}
    sets = [value for name, value in pairs if name == "dataSet"]
    elements = {
        each["dataElement"]["id"]
        for uid in sets
        for each in (state.find("dataSets", uid) or {}).get("dataSetElements") or ()
    }
    rows = [
        _shown(row, header if strict else {})
        for (element, period, unit, _), row in state.data_values.items()
        if period in periods
        and element in elements
        and (is_under(state, unit, units) if with_children else unit in units)
    ]
    body: Object = {**header, "dataValues": rows}
    return Answer(200, {**body, "completeDate": None} if header and not strict else body)


def _shown(row: Object, header: Object) -> Object:
    if header:
        return {name: value for name, value in row.items() if name not in header}
    return {**row, "comment": None, "followup": False}
