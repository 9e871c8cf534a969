"""What the options of a category combination make together: made when DHIS2 is told to, not before.

An import of categories makes nothing: as the source of 2.40 to 2.43 says.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from .answers import Answer, refusal, web_message
from .state import State
from .uids import new_uid

Object = dict[str, Any]


def add_and_prune(state: State, uid: str) -> Answer:
    """Makes what is missing; takes away what its options make no more, and no value is of."""
    combo = state.find("categoryCombos", uid)
    if combo is None:
        raise refusal(409, f"CategoryCombo does not exist: {uid}")
    wanted = {frozenset(each) for each in product(*_options(state, combo))}
    present = {
        frozenset(each["id"] for each in row.get("categoryOptions") or ()): row["id"]
        for row in state.metadata["categoryOptionCombos"].values()
        if (row.get("categoryCombo") or {}).get("id") == uid
    }
    missing = sorted(wanted - present.keys(), key=lambda each: _name(state, each))
    for options in missing:
        _make(state, uid, options)
    used = {key[3] for key in state.data_values}
    for options in present.keys() - wanted:
        if present[options] not in used:
            del state.metadata["categoryOptionCombos"][present[options]]
    state.metadata_changed()
    made = [_summary(_name(state, each), combo["name"]) for each in missing]
    return Answer(200, web_message(200, "Import was successful.") | {"response": _report(made)})


def _report(summaries: list[Object]) -> Object:
    counts = {"imported": len(summaries), "updated": 0, "deleted": 0, "ignored": 0}
    return {
        "responseType": "ImportSummaries",
        "status": "SUCCESS",
        **counts,
        "importSummaries": summaries,
        "total": len(summaries),
    }


def _summary(made: str, combo: str) -> Object:
    described = f"Added missing category option combo: `{made}` for category combo: `{combo}`"
    return {
        "responseType": "ImportSummary",
        "status": "SUCCESS",
        "description": described,
        "importCount": {"imported": 1, "updated": 0, "ignored": 0, "deleted": 0},
        "conflicts": [],
        "rejectedIndexes": [],
    }


def _options(state: State, combo: Object) -> list[list[str]]:
    categories = [state.metadata["categories"][each["id"]] for each in combo["categories"]]
    return [[each["id"] for each in row.get("categoryOptions") or ()] for row in categories]


def _name(state: State, options: frozenset[str]) -> str:
    names = sorted(str(state.metadata["categoryOptions"][uid]["name"]) for uid in options)
    return ", ".join(names)


def _make(state: State, combo: str, options: frozenset[str]) -> None:
    uid = new_uid()
    state.metadata["categoryOptionCombos"][uid] = {
        "id": uid,
        "name": _name(state, options),
        "categoryCombo": {"id": combo},
        "categoryOptions": [{"id": each} for each in sorted(options)],
    }
