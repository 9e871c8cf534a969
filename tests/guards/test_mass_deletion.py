"""A run that would delete very much stops before it posts anything."""

import pytest

from transforms.country import Guards
from transforms.errors import GuardError
from transforms.guards import refuse_mass_deletion

GUARDS = Guards(delete_share=0.05, delete_count=100)
HELD = {"tracked_entities": 10_000, "policy_events": 1_000}


def changes(people: int = 0, events: int = 0) -> dict[str, dict[str, int]]:
    return {"tracked_entities": {"delete": people}, "policy_events": {"delete": events}}


def test_more_than_share_and_count_is_refused_with_both_bounds_and_the_way_on() -> None:
    with pytest.raises(GuardError) as told:
        refuse_mass_deletion(changes(people=501), HELD, GUARDS)

    assert "delete 501 of 10000 tracked_entities" in str(told.value)
    assert "more than 5% and more than 100" in str(told.value)
    assert "allow=deletes" in str(told.value)
    assert str(told.value).endswith("Nothing was posted.")


def test_every_resource_is_looked_at_and_all_are_told_at_once() -> None:
    with pytest.raises(GuardError, match=r"501 of 10000 .*, 101 of 1000 policy_events"):
        refuse_mass_deletion(changes(people=501, events=101), HELD, GUARDS)


@pytest.mark.parametrize(
    "allowed",
    [
        pytest.param(changes(people=500), id="many, but a small share"),
        pytest.param(changes(events=100), id="a large share, but few"),
    ],
)
def test_one_bound_alone_is_not_enough(allowed: dict[str, dict[str, int]]) -> None:
    refuse_mass_deletion(allowed, HELD, GUARDS)


def test_what_is_replaced_is_not_deleted() -> None:
    replaced = {"tracked_entities": {"replace": 10_000, "update": 5}, "policy_events": {}}

    refuse_mass_deletion(replaced, HELD, GUARDS)


def test_all_of_a_small_pilot_is_not_deleted_without_a_word() -> None:
    held = {"tracked_entities": 60, "policy_events": 8}

    with pytest.raises(GuardError, match="delete 60 of 60 tracked_entities"):
        refuse_mass_deletion(changes(people=60, events=8), held, GUARDS)
    refuse_mass_deletion(changes(people=59, events=8), held, GUARDS)
