"""The data store: namespaces, keys, and who may write a key.

Whoever makes a key owns it, and till it is shared otherwise everybody may write it, remove it, and
share it. Shared with public read only, others get 403, also for the namespace that holds it, while
each may still add a key of another name. So 2.40.12, 2.41.9.1, 2.42.5.2 and 2.43.1 answered users
without any authority of their own, on fresh servers. A PUT of a key that is not there makes it, as
seen on 2.40.12 and 2.42.5.2.
"""

from __future__ import annotations

from typing import Any

from . import times
from .answers import Answer, ok, refusal, web_message
from .state import ADMIN, State
from .uids import new_uid
from .users import Account, author

Object = dict[str, Any]
SHARED_WITH_ALL = "rw------"


def keys(state: State, namespace: str) -> Answer:
    """The keys of a namespace."""
    entries = state.data_store.get(namespace)
    if not entries:
        raise refusal(404, f"Namespace not found: '{namespace}'", "E1005")
    return Answer(200, sorted(entries))


def entries_with(state: State, namespace: str, key: str) -> Object:
    """The entries of a namespace, this key among them."""
    entries = state.data_store.get(namespace, {})
    if key not in entries:
        raise refusal(404, f"Key '{key}' not found in namespace '{namespace}'", "E1005")
    return entries


def add(state: State, account: Account, namespace: str, key: str, value: Any) -> Answer:
    """A new key, of whoever makes it."""
    entries = state.data_store.setdefault(namespace, {})
    if key in entries:
        raise refusal(409, f"Key '{key}' already exists in namespace '{namespace}'", "E1004")
    entries[key] = value
    state.data_store_owners[namespace, key] = _made_by(account.uid)
    return Answer(201, web_message(201, f"Key created: '{key}'"))


def change(state: State, account: Account, namespace: str, key: str, value: Any) -> Answer:
    """Another value for a key; one that is not there is made."""
    if key not in state.data_store.get(namespace, {}):
        return add(state, account, namespace, key, value)
    entries = entries_with(state, namespace, key)
    _check_may_write(state, account, namespace, key)
    entries[key] = value
    return ok(f"Key updated: '{key}'")


def remove(state: State, account: Account, namespace: str, key: str) -> Answer:
    """A key less; a namespace without keys is none."""
    entries = entries_with(state, namespace, key)
    _check_may_write(state, account, namespace, key)
    del entries[key]
    state.data_store_owners.pop((namespace, key), None)
    if not entries:
        del state.data_store[namespace]
    return ok(f"Key '{key}' deleted from namespace '{namespace}'")


def meta_data(state: State, namespace: str, key: str) -> Answer:
    """Who made a key, and whom it is shared with."""
    entries_with(state, namespace, key)
    held = _held(state, namespace, key)
    maker = author(state.metadata["users"][held["sharing"]["owner"]])
    about = {"id": held["id"], "created": held["created"], "lastUpdated": held["created"]}
    return Answer(200, {**about, "createdBy": maker, "key": key, "namespace": namespace,
                        "sharing": held["sharing"]})  # fmt: skip


def set_sharing(state: State, account: Account, uid: str, posted: Object) -> Answer:
    """PUT /api/sharing?type=dataStore, in its old form."""
    held = next((row for row in state.data_store_owners.values() if row["id"] == uid), None)
    if held is None:
        raise refusal(404, f"Object of type dataStore with ID {uid} was not found.")
    if not account.may("write", held):
        raise refusal(403, "You do not have manage access to this object.", "E1006")
    held["sharing"] |= {
        "public": posted.get("publicAccess") or "--------",
        "users": {item["id"]: item for item in posted.get("userAccesses") or ()},
        "userGroups": {item["id"]: item for item in posted.get("userGroupAccesses") or ()},
    }
    return Answer(200, web_message(200, "Access control set"))


def _check_may_write(state: State, account: Account, namespace: str, key: str) -> None:
    if not account.may("write", _held(state, namespace, key)):
        raise refusal(403, f"Access denied for key '{key}' in namespace '{namespace}'")


def _held(state: State, namespace: str, key: str) -> Object:
    """What is known of a key; one that a test has put there is the administrator's."""
    return state.data_store_owners.setdefault((namespace, key), _made_by(ADMIN))


def _made_by(uid: str) -> Object:
    sharing = {"owner": uid, "external": False, "public": SHARED_WITH_ALL}
    return {
        "id": new_uid(),
        "created": times.written(times.now()),
        "sharing": sharing | {"users": {}, "userGroups": {}},
    }
