"""Roles and groups: who may do what in DHIS2."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.set_up.plan_and_write import set_up
from flows.steps.set_up.users_and_server import give_access
from flows.steps.target.collections import GROUP_MISSING
from flows.steps.target.options import push_options
from flows.steps.target.org_units import push_org_units
from tests.support.sandbox import SUPPORTED, Sandbox
from tests.system.set_up.a_country import (
    DISTRICT,
    GENDERS,
    HOSPITAL,
    VILLAGE,
    a_country,
    changed_nothing,
    choices,
    frame,
    place,
    places,
)
from tests.system.set_up.conftest import PATIENCE
from transforms.core.errors import TargetError
from transforms.core.metadata_uids import metadata_uid
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.openimis.tables.field_reasons import hint_of
from transforms.package.tables.sharing import ADMINISTRATION, BOARD, DATA_CAPTURE, USER_GROUPS
from transforms.package.tables.user_roles import (
    ADMINISTRATOR,
    INSURANCE_BOARD,
    LOADER,
    USER_ROLES,
    UserRole,
)

RECORDINGS = Path(__file__).parents[2] / "recorded/contract/recordings"
OF_AN_APP = "M_dhis-web-"
LISTS_NO_CLASSES = ("2.40", "2.41")
SUPERUSER_ROLE = "yrB6vc5Ip3r"
INSTALLED = {SUPERUSER_ROLE, "xYerKDKCefk", "GLevLNI9wkl", "bjDvmb4bfuf"}
"""What every DHIS2 has from its first start: a role; the default option, category, combination."""
OF_EVENTS = metadata_uid("dashboard:most-frequent")
"""The dashboard that asks for events."""


def listed(version: str) -> set[str]:
    """The authorities that a real server of the version has listed."""
    [recording] = (RECORDINGS / version).glob("*-authorities.json")
    body = json.loads(recording.read_text())["response"]["body"]
    return {row["id"] for row in body["systemAuthorities"]}


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize("role", USER_ROLES, ids=lambda role: role.key)
def test_every_authority_of_a_role_is_known_to_every_version(role: UserRole, version: str) -> None:
    asked = {name for name in role.authorities if not name.startswith(OF_AN_APP)}

    known = listed(version)
    if version in LISTS_NO_CLASSES:
        assert not any(name.endswith("_PUBLIC_ADD") for name in known)
        known |= {name for name in listed("2.42") if name.endswith(("_ADD", "LEVEL_UPDATE"))}

    assert asked <= known
    assert "ALL" not in asked


def made(dhis2: Dhis2, **settings: Any) -> Any:
    return set_up(dhis2, a_country(), choices(tblGender=GENDERS), places(), **settings)


def test_set_up_makes_roles_and_groups_but_no_user_and_no_superuser(ready: Sandbox) -> None:
    roles = ready.metadata("userRoles")

    assert [user["username"] for user in ready.metadata("users").values()] == ["admin"]
    assert roles.keys() == {SUPERUSER_ROLE} | {role.uid for role in USER_ROLES}
    assert roles[SUPERUSER_ROLE]["lastUpdated"] == roles[SUPERUSER_ROLE]["created"]


def test_nothing_that_can_be_shared_is_public(ready: Sandbox) -> None:
    shared = {kind for kind, klass in METADATA_CLASSES.items() if klass.sharing != "none"}

    for kind in shared:
        for uid, thing in ready.metadata(kind).items():
            if uid not in INSTALLED:
                assert thing["sharing"]["public"] == "--------", kind
                groups = {row.uid for row in USER_GROUPS}
                groups -= {BOARD.uid} if uid == OF_EVENTS else set()
                assert thing["sharing"]["userGroups"].keys() == groups


def test_only_administrators_may_change_what_analysts_look_at(ready: Sandbox) -> None:
    for kind in ("indicators", "programIndicators", "visualizations", "dashboards", "userRoles"):
        for uid, thing in ready.metadata(kind).items():
            if uid != SUPERUSER_ROLE:
                groups = thing["sharing"]["userGroups"]
                access = {uid: row["access"] for uid, row in groups.items()}
                assert access.pop(ADMINISTRATION.uid) == "rw------"
                assert set(access.values()) == {"r-------"}


def test_the_board_reads_figures_of_programs_and_no_person_or_event(ready: Sandbox) -> None:
    metadata = ready.state.metadata
    access = {
        kind: {
            thing["sharing"]["userGroups"][BOARD.uid]["access"]
            for uid, thing in metadata[kind].items()
            if uid != OF_EVENTS
        }
        for kind in ("programs", "programStages", "trackedEntityTypes", "dashboards")
    }

    assert access == {
        "programs": {"r-r-----"},
        "programStages": {"r-------"},
        "trackedEntityTypes": {"r-------"},
        "dashboards": {"r-------"},
    }
    assert BOARD.uid not in metadata["dashboards"][OF_EVENTS]["sharing"]["userGroups"]
    assert INSURANCE_BOARD.group is BOARD


def test_an_authority_that_an_operator_added_to_a_role_stays(ready: Sandbox, dhis2: Dhis2) -> None:
    role = dict(dhis2.get(f"/api/userRoles/{LOADER.uid}", {"fields": ":owner"}))
    changed = role | {"authorities": ["F_EXPORT_DATA", *role["authorities"][1:]]}
    dhis2.post("/api/metadata", {"atomicMode": "ALL"}, {"userRoles": [changed]})

    done = made(dhis2)

    assert done.plan.changed == {LOADER.uid: ["authorities"]}
    now = ready.metadata("userRoles")[LOADER.uid]["authorities"]
    assert set(now) == {"F_EXPORT_DATA", *LOADER.authorities}
    assert changed_nothing(made(dhis2))


@pytest.fixture
def as_user(sandbox: Sandbox) -> Iterator[Any]:
    """Log in as a new user with a role of ours, as an administrator of DHIS2 makes one."""
    clients = []

    def logged_in(role: UserRole, *, leaving_out: str = "") -> Dhis2:
        number = len(clients)
        authorities = [name for name in role.authorities if name != leaving_out]
        held = {"id": f"RoleForTes{number}", "name": f"Role {number}", "authorities": authorities}
        with sandbox.state.lock:
            sandbox.state.metadata["userRoles"][held["id"]] = held
            sandbox.state.add_user(
                f"user{number}", "Secret-123", uid=f"Somebody00{number}", roles=[held["id"]]
            )
        server = Dhis2Server(base_url=sandbox.url, username=f"user{number}", password="Secret-123")
        clients.append(server.client(timeout_seconds=60, patience=PATIENCE))
        return clients[-1]

    yield logged_in
    for client in clients:
        client.close()


def test_an_administrator_who_is_no_superuser_can_set_up_an_empty_dhis2(as_user: Any) -> None:
    administrator = as_user(ADMINISTRATOR)

    made(administrator)

    assert changed_nothing(made(administrator))


def test_an_administrator_can_repair_what_a_superuser_set_up(
    ready: Sandbox, as_user: Any, dhis2: Dhis2
) -> None:
    administrator = as_user(ADMINISTRATOR)
    join(dhis2, ADMINISTRATION.uid)
    join(dhis2, DATA_CAPTURE.uid)
    program = dict(dhis2.get("/api/programs/IR5BiEXrBD7", {"fields": ":owner"}))
    dhis2.post("/api/metadata", {}, {"programs": [program | {"onlyEnrollOnce": False}]})

    done = made(administrator)

    assert done.plan.changed == {"IR5BiEXrBD7": ["onlyEnrollOnce"]}


def join(dhis2: Dhis2, group: str) -> None:
    assert dhis2.post(
        f"/api/userGroups/{group}/users", None, {"additions": [{"id": "Somebody000"}]}
    ).ok


def pushed(client: Dhis2, day: int) -> dict[str, list[str]]:
    """What is refused of a day's new places and options, and of a village that moves."""
    district, hospital = f"DistrictNe{day}", f"HospitalNe{day}"
    new_places = frame(
        place(district, "RegionOneAA", 3, DISTRICT),
        place(hospital, district, 4, HOSPITAL),
        place("VillageTwoA", district, 5, VILLAGE),
    )
    new_options = [{"Code": f"N{day}", "Gender": f"New {day}", "SortOrder": day + 3}]
    options = choices(tblGender=[*GENDERS, *new_options])
    return push_options(client, options).refused | push_org_units(client, new_places).refused


def test_the_loader_can_bring_new_places_and_options_every_day(
    ready: Sandbox, as_user: Any, dhis2: Dhis2
) -> None:
    loader = as_user(LOADER)
    give_access(dhis2, a_country(), "user0")

    refused = pushed(loader, 1)

    assert refused == {}
    assert "HospitalNe1" in ready.metadata("organisationUnits")


PUSHING = [name for name in LOADER.authorities if name.startswith("F_O") or "PRIVATE_ADD" in name]


def test_the_loader_has_no_authority_too_many_for_places_and_options(
    ready: Sandbox, as_user: Any, dhis2: Dhis2
) -> None:
    for number, name in enumerate(PUSHING):
        lacking = as_user(LOADER, leaving_out=name)
        give_access(dhis2, a_country(), f"user{number}")
        assert is_stopped(lacking, number), name


def is_stopped(client: Dhis2, day: int) -> bool:
    """Whether a day's push is refused, in part or as a whole."""
    try:
        return bool(pushed(client, day))
    except TargetError:
        return True


def test_a_dhis2_that_an_older_package_set_up_is_to_be_set_up_again(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    with ready.state.lock:
        ready.state.metadata["dataSets"].clear()

    refused = pushed(dhis2, 1)

    assert refused
    assert {reason for reasons in refused.values() for reason in reasons} == {GROUP_MISSING}
    assert "run set-up-dhis2" in str(hint_of(GROUP_MISSING))
