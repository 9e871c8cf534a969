"""A mapping that changed is known, and what it sends again is counted before it is sent."""

from dataclasses import replace

import pytest

from transforms import mapping
from transforms.country import Country, Guards, country_of
from transforms.errors import GuardError
from transforms.guards import refuse_mass_resending
from transforms.mapping import fingerprints, markdown, sent_again
from transforms.resources import RESOURCES, Resource, Scope
from transforms.selection import wholly_selected
from transforms.tables.fields import ValueType

GUARDS = Guards(resend_share=0.2, resend_count=1_000)
HELD = {"tracked_entities": 10_000, "policy_events": 3_000}
ROOT = {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"}


def country(**privacy: str) -> Country:
    return country_of({"root": ROOT, "privacy": privacy}, "country.toml")


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {name for name in one if one[name] != other[name]}


def test_a_mapping_that_did_not_change_is_the_same_in_another_run() -> None:
    assert fingerprints(country()) == fingerprints(country())


def test_every_resource_has_a_mapping_of_its_own() -> None:
    found = fingerprints(country())

    assert set(found) == {resource.name for resource in RESOURCES}
    assert len(set(found.values())) == len(found)


def test_another_privacy_changes_the_mapping_of_people_alone() -> None:
    changed = fingerprints(country(**{"Date of birth": "send"}))

    assert differing(fingerprints(country()), changed) == {"tracked_entities"}


def test_another_value_type_or_program_stage_changes_the_mapping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = fingerprints(country())

    monkeypatch.setattr(mapping, "RESOURCES", [_changed(each) for each in RESOURCES])

    assert differing(before, fingerprints(country())) == {"policy_events", "claim_items"}


def _changed(resource: Resource) -> Resource:
    if resource.name == "claim_items":
        return replace(resource, stage="AnotherStag")
    if resource.name == "policy_events":
        first, *others = resource.fields
        return replace(resource, fields=(replace(first, value_type=ValueType.LONG_TEXT), *others))
    return resource


def test_another_code_of_a_fixed_option_set_changes_the_mapping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = fingerprints(country())
    coded = next(
        field for each in RESOURCES for field in each.fields
        if field.option_set and field.option_set.codes
    )  # fmt: skip

    monkeypatch.setitem(coded.option_set.codes, "99", "New")  # type: ignore[union-attr, arg-type]

    assert differing(before, fingerprints(country()))


def test_updates_and_replaces_of_a_changed_mapping_are_counted() -> None:
    changes = {
        "tracked_entities": {"create": 7, "update": 30, "replace": 2, "delete": 5},
        "policy_events": {"update": 9},
    }

    again = sent_again(
        {"tracked_entities": "old", "policy_events": "same"},
        {"tracked_entities": "new", "policy_events": "same"},
        changes,
    )

    assert again == {"tracked_entities": 32}


def test_a_first_load_sends_nothing_again() -> None:
    assert sent_again({}, {"policy_events": "new"}, {"policy_events": {"update": 9}}) == {}


def test_what_is_sent_again_is_shown_beside_what_dhis2_holds() -> None:
    assert "| tracked_entities | 10000 | 32 |" in markdown({"tracked_entities": 32}, HELD)


def test_more_than_share_and_count_sent_again_is_refused_with_both_bounds_and_the_way_on() -> None:
    with pytest.raises(GuardError, match=r"Nothing was posted\.$") as told:
        refuse_mass_resending({"tracked_entities": 2_001}, HELD, GUARDS)

    assert "2001 of 10000 tracked_entities would be sent again" in str(told.value)
    assert "more than 20% and more than 1000" in str(told.value)
    assert "allow=changes" in str(told.value)


@pytest.mark.parametrize("again", [{"tracked_entities": 2_000}, {"policy_events": 1_000}])
def test_one_bound_alone_is_not_enough(again: dict[str, int]) -> None:
    refuse_mass_resending(again, HELD, GUARDS)


def test_a_mapping_counts_as_sent_only_where_everything_is_posted() -> None:
    everything = {resource.name for resource in RESOURCES}
    people = {"tracked_entities", "insuree_enrollments"}

    assert set(wholly_selected([Scope.ALL], windowed=False)) == everything
    assert set(wholly_selected([Scope.INSUREE], windowed=False)) == people
    assert wholly_selected([Scope.ALL], windowed=True) == []
