"""Whether DHIS2 takes what is about to be posted, by what it shows to the user of the load."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from transforms.changes.offer import (
    FIELDS,
    OPTIONAL,
    Needs,
    Offer,
    OptionCodes,
    ProgramAccess,
    User,
)
from transforms.changes.preflight import SEARCHES_EVERYWHERE, faults_of, refuse_unready
from transforms.core.errors import TargetError
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM, PROGRAMS, Program

VILLAGES = [f"village-{number}" for number in range(100)]
LOADER = User(frozenset(), capture=frozenset({"root"}), search=frozenset({"root"}))
NEEDS = Needs(
    org_units={INSUREE_PROGRAM.uid: VILLAGES, CLAIM_PROGRAM.uid: VILLAGES},
    places=VILLAGES,
    codes={"products": ["A", "B"]},
)


def opened(program: Program) -> ProgramAccess:
    stages = {stage.uid: True for stage in program.stages}
    return ProgramAccess(is_open=True, stages=stages, org_units=frozenset(VILLAGES))


READY = Offer(
    user=LOADER,
    lines={"root": ["root"]} | {village: ["root", village] for village in VILLAGES},
    person_type=True,
    programs={program.uid: opened(program) for program in PROGRAMS},
    fields={kind: uids for kind, _, uids in FIELDS},
    option_sets={"products": OptionCodes("Product", frozenset({"A", "B"}))},
)


def without(*villages: str) -> Mapping[str, list[str]]:
    return {village: ["root", village] for village in VILLAGES if village not in villages}


def with_program(program: Program, access: ProgramAccess | None) -> Offer:
    return replace(READY, programs={**READY.programs, program.uid: access})


def test_what_is_ready_has_no_fault() -> None:
    assert list(faults_of(READY, NEEDS)) == []


def test_all_faults_are_numbered_in_one_sentence_each() -> None:
    offer = replace(READY, person_type=None, option_sets={"products": None})

    with pytest.raises(TargetError) as refusal:
        refuse_unready(offer, NEEDS)

    text = str(refusal.value)
    assert text.startswith("DHIS2 would not take the data: (1) The tracked entity type is not")
    assert "(2) The option set products is not in DHIS2" in text
    assert text.endswith("Nothing was posted.")


@pytest.mark.parametrize(("gone", "faults"), [(4, 0), (5, 1)])
def test_places_that_are_not_there_stop_nobody_up_to_one_in_twenty(gone: int, faults: int) -> None:
    offer = replace(READY, lines=without(*VILLAGES[:gone]))

    found = list(faults_of(offer, NEEDS))

    assert len(found) == faults
    assert all(fault.startswith(f"{gone} org units of the data are not in") for fault in found)


@pytest.mark.parametrize(
    ("authorities", "says"),
    [
        ({"ALL"}, "The user is a superuser"),
        ({"F_TEI_CASCADE_DELETE"}, "The user has F_TEI_CASCADE_DELETE"),
    ],
)
def test_who_deletes_what_other_programs_have_is_refused_unless_nothing_is_posted(
    authorities: set[str], says: str
) -> None:
    offer = replace(READY, user=replace(LOADER, authorities=frozenset(authorities)))

    assert [fault[: len(says)] for fault in faults_of(offer, NEEDS)] == [says]
    assert list(faults_of(offer, replace(NEEDS, posts=False))) == []


def test_a_superuser_who_is_permitted_is_no_fault() -> None:
    offer = replace(READY, user=replace(LOADER, authorities=frozenset({"ALL"})))

    assert list(faults_of(offer, NEEDS, allow_superuser=True)) == []


def test_a_user_of_one_village_is_refused_for_all_others_in_both_scopes() -> None:
    own = frozenset(VILLAGES[:1])
    user = User(frozenset(), capture=own, search=own)

    capture, search = faults_of(replace(READY, user=user), NEEDS)

    assert capture.startswith("The user's capture org units do not cover 99 of the data's 100")
    assert search.startswith("The user's search org units do not cover 99 of the data's 100")


def test_a_user_who_searches_everywhere_needs_no_search_org_units() -> None:
    user = User(frozenset({SEARCHES_EVERYWHERE}), capture=LOADER.capture, search=frozenset())

    assert list(faults_of(replace(READY, user=user), NEEDS)) == []


def test_a_user_without_org_units_is_refused_unless_they_do_not_matter() -> None:
    user = User(frozenset(), capture=frozenset(), search=frozenset())
    offer = replace(READY, user=user)

    assert ["org units are none" in fault for fault in faults_of(offer, NEEDS)] == [True, True]
    assert list(faults_of(replace(offer, lines=None), NEEDS)) == []


def test_a_program_that_is_hidden_is_one_fault_and_its_stages_are_not_named() -> None:
    [fault] = faults_of(with_program(INSUREE_PROGRAM, None), NEEDS)

    assert fault.startswith("The program 'Family/Insuree' is not in DHIS2, or hidden")


def test_a_program_that_may_only_be_read_is_one_fault() -> None:
    access = replace(opened(INSUREE_PROGRAM), is_open=False)

    [fault] = faults_of(with_program(INSUREE_PROGRAM, access), NEEDS)

    assert fault.startswith("The program 'Family/Insuree' does not let the user read and write")


def test_stages_that_are_hidden_or_closed_are_named() -> None:
    first, second = CLAIM_PROGRAM.stages[:2]
    others = {stage.uid: True for stage in CLAIM_PROGRAM.stages[2:]}
    access = replace(opened(CLAIM_PROGRAM), stages={second.uid: False, **others})

    faults = list(faults_of(with_program(CLAIM_PROGRAM, access), NEEDS))

    assert len(faults) == 2
    assert faults[0].startswith(f"The program stage {first.name!r} is not in DHIS2, or hidden")
    assert faults[1].startswith(f"The program stage {second.name!r} does not let the user")


def test_a_program_that_is_assigned_nowhere_is_a_fault() -> None:
    access = replace(opened(CLAIM_PROGRAM), org_units=frozenset())

    [fault] = faults_of(with_program(CLAIM_PROGRAM, access), NEEDS)

    assert "is not assigned to 100 of the 100 org units" in fault


def test_fields_that_are_hidden_are_counted_and_three_are_named() -> None:
    kind, what, uids = FIELDS[1]
    offer = replace(READY, fields={**READY.fields, kind: frozenset(sorted(uids)[4:])})

    [fault] = faults_of(offer, NEEDS)

    assert fault.startswith(f"4 of the {len(uids)} {what} are not in DHIS2, or hidden")
    assert f"({', '.join(sorted(uids)[:3])})" in fault


def test_codes_that_an_option_set_lacks_are_counted() -> None:
    offer = replace(READY, option_sets={"products": OptionCodes("Product", frozenset({"A"}))})

    [fault] = faults_of(offer, NEEDS)

    assert fault.startswith("The option set 'Product' lacks 1 of the 2 codes that the data use")


OPTIONAL_ELEMENTS = sorted(OPTIONAL["dataElements"])


def test_an_optional_field_that_is_not_sent_may_be_missing() -> None:
    """Whoever installs a newer release need not run set-up for fields that nobody has asked for."""
    assert len(OPTIONAL_ELEMENTS) > 0
    assert FIELDS[1][2].isdisjoint(OPTIONAL_ELEMENTS)
    assert list(faults_of(READY, NEEDS)) == []


def test_an_optional_field_that_is_sent_must_be_there() -> None:
    sent = OPTIONAL_ELEMENTS[:2]
    kind, _, uids = FIELDS[1]
    needs = replace(NEEDS, optional=sent)

    [fault] = faults_of(READY, needs)

    assert fault.startswith(f"2 of the {len(uids) + 2} data elements are not in DHIS2, or hidden")
    whole = replace(READY, fields={**READY.fields, kind: uids.union(sent)})
    assert list(faults_of(whole, needs)) == []


def test_a_place_that_a_value_names_must_be_in_the_search_scope_and_need_not_be_captured() -> None:
    own = frozenset(VILLAGES[:1])
    needs = replace(NEEDS, org_units={}, places=VILLAGES[:1], values=VILLAGES[:3])
    user = User(frozenset(), capture=own, search=own)

    [fault] = faults_of(replace(READY, user=user), needs)

    assert fault.startswith("The user's search org units do not cover 2 of the data's 3")
    everywhere = replace(user, search=frozenset({"root"}))
    assert list(faults_of(replace(READY, user=everywhere), needs)) == []
