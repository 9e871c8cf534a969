"""The table of resources: parents first, each event in a stage, each value once in its stage."""

import polars as pl
import pytest

from transforms.core.fields import Field
from transforms.core.uids import hashed_uid
from transforms.model.resources import EVENT_RESOURCES, RESOURCES
from transforms.model.tables.programs import EVERY_PROGRAM

OURS = {
    "statusUntil", "activePoliciesOfPerson", "firstTimeInStatus",
    "claimNumber", "claimMainDiagnosis", "claimSecondaryDiagnosis1", "claimSecondaryDiagnosis2",
    "claimSecondaryDiagnosis3", "claimSecondaryDiagnosis4", "claimVisitType",
    "claimAdministrator", "claimProduct", "claimInsureeVillage",
    "adjustedAmountItem", "approvedAmountItem", "valuatedAmountItem", "remuneratedAmountItem",
}  # fmt: skip
STAGES = tuple(resource.fields for resource in EVENT_RESOURCES)
ELEMENTS = [field for stage in STAGES for field in stage]
NEW_ELEMENTS = [field for field in ELEMENTS if field.code in OURS]


def test_a_parent_stands_before_what_belongs_to_it():
    names = [resource.name for resource in RESOURCES]

    for resource in RESOURCES:
        assert resource.parent is None or resource.parent in names[: names.index(resource.name)]


def test_a_stage_of_a_program_is_of_one_resource_and_each_event_has_one():
    stages = [(program.uid, stage.uid) for program in EVERY_PROGRAM for stage in program.stages]

    found = [(resource.program, resource.stage) for resource in EVENT_RESOURCES]

    assert sorted(found) == sorted(stages)


def test_the_stages_of_a_program_have_an_order():
    for program in EVERY_PROGRAM:
        assert [stage.sort_order for stage in program.stages] == [
            *range(1, len(program.stages) + 1)
        ]


def test_no_two_resources_make_one_uid_of_one_number():
    salts = [resource.salt for resource in RESOURCES if resource.salt]

    assert len(set(salts)) == len(salts)


@pytest.mark.parametrize("element", NEW_ELEMENTS, ids=lambda element: element.code)
def test_a_data_element_that_the_seed_does_not_have_gets_the_uid_of_its_code(element: Field):
    code = pl.DataFrame({"code": [element.code]})

    uid = code.select(hashed_uid(pl.lit("DataElement") + pl.col("code"))).item()

    assert element.uid == uid


def test_every_code_of_ours_names_a_data_element():
    assert {field.code for field in NEW_ELEMENTS} == OURS


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_each_data_element_and_each_column_once(stage: tuple[Field, ...]):
    assert len({field.uid for field in stage}) == len(stage)
    assert len({(field.table, field.column) for field in stage}) == len(stage)


@pytest.mark.parametrize("attribute", ["uid", "name", "code"])
def test_two_data_elements_differ_in_uid_name_and_code(attribute: str):
    elements = {element.uid: element for element in ELEMENTS}.values()

    values = [getattr(element, attribute) for element in elements]
    known = [value for value in values if value is not None]

    assert len(set(known)) == len(known)


def test_an_element_of_two_stages_is_the_same_in_both():
    shared = [element for element in ELEMENTS if ELEMENTS.count(element) > 1]

    assert {element.name for element in shared} == {
        "Status until",
        "Product",
        "Policy ID",
        "Sequence ID",
        "Replacing claims",
    }


def test_names_fit_into_a_short_name_of_dhis2():
    assert all(len(element.short_name or element.name) <= 50 for element in ELEMENTS)
