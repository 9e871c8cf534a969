"""Whether DHIS2 accepts what is about to be posted, by what it shows to the user of the load."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from transforms.changes.guards.preflight import (
    faults_of,
    refuse_unreadable,
    refuse_unready,
    restored_sentences,
    warnings_of,
)
from transforms.changes.sending.lacks import PLACE_MISSING, Lacks, lacks_of
from transforms.changes.sending.leaving_out import by_field, find_left_out
from transforms.changes.sending.offer import (
    FIELDS,
    OPTIONAL,
    SEARCHES_EVERYWHERE,
    Needs,
    Offer,
    OptionCodes,
    ProgramAccess,
    User,
)
from transforms.core.errors import TargetError
from transforms.model.field_keys import KEY_OF_UID
from transforms.model.tables.claim import REFERRED_TO
from transforms.model.tables.option_sets import PRODUCT
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM, PROGRAMS, Program

VILLAGES = [f"village-{number}" for number in range(100)]
LOADER = User(frozenset(), capture=frozenset({"root"}), search=frozenset({"root"}))
NEEDS = Needs(
    org_units={INSUREE_PROGRAM.uid: VILLAGES, CLAIM_PROGRAM.uid: VILLAGES},
    places=VILLAGES,
    codes={PRODUCT.uid: ["A", "B"]},
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
    option_sets={PRODUCT.uid: OptionCodes("Product", frozenset({"A", "B"}))},
)


def without(*villages: str) -> Mapping[str, list[str]]:
    return {village: ["root", village] for village in VILLAGES if village not in villages}


def with_program(program: Program, access: ProgramAccess | None) -> Offer:
    return replace(READY, programs={**READY.programs, program.uid: access})


def warned(offer: Offer, needs: Needs = NEEDS) -> list[str]:
    """Return what is told of what DHIS2 lacks, where nothing is in the way of the rest."""
    assert list(faults_of(offer, needs)) == []
    return list(warnings_of(offer, needs, lacks_of(offer, needs)))


def test_what_is_ready_has_no_fault_and_lacks_nothing() -> None:
    assert warned(READY) == []
    assert lacks_of(READY, NEEDS) == Lacks()


def test_all_faults_are_numbered_in_one_sentence_each() -> None:
    offer = replace(READY, person_type=None, user=replace(LOADER, capture=frozenset()))

    with pytest.raises(TargetError) as refusal:
        refuse_unready(offer, NEEDS)

    text = str(refusal.value)
    assert text.startswith("DHIS2 would not take the data: (1) The user's capture org units are")
    assert "(2) The tracked entity type is not" in text
    assert text.endswith("Nothing was posted.")


@pytest.mark.parametrize("gone", [1, 4, 60, 100])
def test_places_that_are_not_there_hold_back_what_lies_there_whatever_the_share(gone: int) -> None:
    offer = replace(READY, lines=without(*VILLAGES[:gone]))

    [warning] = warned(offer)

    assert warning.startswith(f"{gone} org units of the data are not in DHIS2")
    assert lacks_of(offer, NEEDS).places == dict.fromkeys(VILLAGES[:gone], PLACE_MISSING)


@pytest.mark.parametrize(
    ("authorities", "says"),
    [
        ({"ALL"}, "The user is a superuser"),
        ({"F_TEI_CASCADE_DELETE"}, "The user has F_TEI_CASCADE_DELETE"),
    ],
)
def test_who_deletes_what_other_programs_have_is_refused_unless_it_only_reads(
    authorities: set[str], says: str
) -> None:
    offer = replace(READY, user=replace(LOADER, authorities=frozenset(authorities)))

    assert [str(fault)[: len(says)] for fault in faults_of(offer, NEEDS)] == [says]
    refuse_unreadable(offer, NEEDS)


def test_a_superuser_who_is_permitted_is_no_fault() -> None:
    offer = replace(READY, user=replace(LOADER, authorities=frozenset({"ALL"})))

    assert list(faults_of(offer, NEEDS, allow_superuser=True)) == []


def test_for_a_user_of_one_village_all_others_wait() -> None:
    own = frozenset(VILLAGES[:1])
    offer = replace(READY, user=User(frozenset(), capture=own, search=LOADER.search))

    [warning] = warned(offer)

    assert warning.startswith("The user's capture org units do not cover 99 of the data's 100")
    assert lacks_of(offer, NEEDS).places.keys() == set(VILLAGES[1:])


def test_a_user_of_another_region_is_refused() -> None:
    offer = replace(
        READY,
        user=User(frozenset(), capture=frozenset({"other"}), search=LOADER.search),
        lines={**READY.lines, "other": ["root", "other"]},
    )

    [fault] = map(str, faults_of(offer, NEEDS))

    assert fault.startswith("The user's capture org units do not cover 100 of the data's 100")


def test_a_user_who_searches_everywhere_needs_no_search_org_units() -> None:
    user = User(frozenset({SEARCHES_EVERYWHERE}), capture=LOADER.capture, search=frozenset())

    assert list(faults_of(replace(READY, user=user), NEEDS)) == []


def referring(search: str, *named: str) -> tuple[Offer, Needs]:
    """Return a user who may search in an org unit, and what names org units as values."""
    user = User(frozenset(), capture=LOADER.capture, search=frozenset({search}))
    lines = READY.lines | {"clinic": ["root", "clinic"], "region": ["root", "region"]}
    needs = Needs(named=frozenset(named), optional=frozenset({REFERRED_TO.uid}))
    fields = {kind: uids | OPTIONAL[kind] for kind, uids in READY.fields.items()}
    return replace(READY, user=user, lines=lines, fields=fields), needs


def test_values_may_name_org_units_where_the_user_may_not_search() -> None:
    """No DHIS2 of 2.40 to 2.43 refuses them."""
    offer, needs = referring("region", "clinic", "region")

    lacks = lacks_of(offer, needs)

    assert lacks.is_empty
    assert [each for each in warnings_of(offer, needs, lacks) if "search" in each] == []


def test_an_org_unit_that_a_value_names_and_dhis2_lacks_is_left_out() -> None:
    offer, needs = referring("region", "clinic", "nowhere")
    lacks = lacks_of(offer, needs)

    out = by_field(find_left_out(lacks))

    assert lacks.missing_named == {"nowhere"}
    for key in ("referred_from", "referred_to", "insuree_village", "first_service_point"):
        assert out[key] == frozenset({"nowhere"})


def test_a_user_without_org_units_is_refused_unless_they_do_not_matter() -> None:
    user = User(frozenset(), capture=frozenset(), search=frozenset())
    offer = replace(READY, user=user)

    assert ["org units are none" in fault.found for fault in faults_of(offer, NEEDS)] == [
        True,
        True,
    ]
    with pytest.raises(TargetError, match="capture org units are none"):
        refuse_unreadable(offer, NEEDS)
    assert list(faults_of(replace(offer, is_limited=False), NEEDS)) == []


def test_a_program_that_is_hidden_is_one_warning_and_its_stages_are_not_named() -> None:
    offer = with_program(INSUREE_PROGRAM, None)

    [warning] = warned(offer)

    assert warning.startswith("The program 'Family/Insuree' is not in DHIS2, or hidden")
    assert lacks_of(offer, NEEDS).closed == {INSUREE_PROGRAM.uid}


def test_a_program_that_may_only_be_read_is_one_warning() -> None:
    access = replace(opened(INSUREE_PROGRAM), is_open=False)

    [warning] = warned(with_program(INSUREE_PROGRAM, access))

    assert warning.startswith("The program 'Family/Insuree' does not let the user read and write")


def test_without_any_program_nothing_could_be_posted() -> None:
    offer = replace(READY, programs=dict.fromkeys(READY.programs))

    assert len(list(faults_of(offer, NEEDS))) == len(PROGRAMS)


def test_stages_that_are_hidden_or_closed_are_named() -> None:
    first, second = CLAIM_PROGRAM.stages[:2]
    others = {stage.uid: True for stage in CLAIM_PROGRAM.stages[2:]}
    access = replace(opened(CLAIM_PROGRAM), stages={second.uid: False, **others})
    offer = with_program(CLAIM_PROGRAM, access)

    warnings = warned(offer)

    assert len(warnings) == 2
    assert warnings[0].startswith(f"The program stage {first.name!r} is not in DHIS2, or hidden")
    assert warnings[1].startswith(f"The program stage {second.name!r} does not let the user")
    assert lacks_of(offer, NEEDS).closed == {first.uid, second.uid}


def test_where_a_program_is_assigned_nowhere_all_places_of_it_wait() -> None:
    access = replace(opened(CLAIM_PROGRAM), org_units=frozenset())
    offer = with_program(CLAIM_PROGRAM, access)

    [warning] = warned(offer)

    assert "is not assigned to 100 of the 100 org units" in warning
    assert lacks_of(offer, NEEDS).unassigned == {CLAIM_PROGRAM.uid: frozenset(VILLAGES)}


def test_fields_that_are_hidden_are_counted_and_three_are_named() -> None:
    kind, what, uids = FIELDS[1]
    hidden = sorted(uids)[:4]
    offer = replace(READY, fields={**READY.fields, kind: uids - set(hidden)})

    [warning] = warned(offer)

    assert warning.startswith(f"4 of the {len(uids)} {what} are not in DHIS2, or hidden")
    assert f"({', '.join(hidden[:3])})" in warning
    assert lacks_of(offer, NEEDS).hidden == {KEY_OF_UID[uid] for uid in hidden}
    with pytest.raises(TargetError, match=f"4 of the {len(uids)} {what}"):
        refuse_unreadable(offer, NEEDS)


def test_a_dhis2_that_shows_no_attribute_of_persons_is_refused() -> None:
    offer = replace(READY, fields={**READY.fields, FIELDS[0][0]: frozenset()})

    [fault] = map(str, faults_of(offer, NEEDS))

    assert "attributes of persons are not in DHIS2, or hidden" in fault


def test_codes_that_an_option_set_lacks_are_counted() -> None:
    offer = replace(READY, option_sets={PRODUCT.uid: OptionCodes("Product", frozenset({"A"}))})

    [warning] = warned(offer)

    assert warning.startswith("The option set 'Product' lacks 1 of the 2 codes that the data use")
    assert lacks_of(offer, NEEDS).values == {
        "policy_product": frozenset({"B"}),
        "claim_product": frozenset({"B"}),
    }


def test_what_the_load_has_made_again_is_counted_and_merges_are_left_to_openimis() -> None:
    before = lacks_of(
        replace(
            READY,
            lines=without(*VILLAGES[:3]),
            option_sets={PRODUCT.uid: OptionCodes("Product", frozenset())},
        ),
        NEEDS,
    )
    after = lacks_of(replace(READY, lines=without(*VILLAGES[:1])), NEEDS)

    places, options = restored_sentences(before, after)

    assert places.startswith("2 org units of the data were not in DHIS2, and were made again. ")
    assert "merge or split them in openIMIS" in places
    assert options == "2 options that the data use were not in DHIS2, and were made again."
    assert list(restored_sentences(after, after)) == []


OPTIONAL_ELEMENTS = frozenset(OPTIONAL["dataElements"])


def test_an_optional_field_that_is_not_sent_may_be_missing() -> None:
    """Whoever installs a newer release need not run set-up for fields that nobody has asked for."""
    assert len(OPTIONAL_ELEMENTS) > 0
    assert FIELDS[1][2].isdisjoint(OPTIONAL_ELEMENTS)
    assert list(faults_of(READY, NEEDS)) == []
    assert warned(READY) == []
    assert lacks_of(READY, NEEDS).is_empty


def test_an_optional_field_that_is_sent_and_missing_is_left_out_with_a_warning() -> None:
    sent = frozenset(sorted(OPTIONAL_ELEMENTS)[:2])
    kind, _, uids = FIELDS[1]
    needs = replace(NEEDS, optional=sent)
    whole = replace(READY, fields={**READY.fields, kind: uids | sent})

    [warning] = warnings_of(READY, needs, lacks_of(READY, needs))

    assert warning.startswith(f"2 of the {len(uids) + 2} data elements are not in DHIS2, or hidden")
    assert lacks_of(READY, needs).hidden == {KEY_OF_UID[uid] for uid in sent}
    assert lacks_of(whole, needs).is_empty
    with pytest.raises(TargetError, match="data elements are not in DHIS2"):
        refuse_unreadable(READY, needs)
    refuse_unreadable(whole, needs)
