"""The table of resources: parents first, and each event in a stage that set-up makes."""

from transforms.model.resources import EVENT_RESOURCES, RESOURCES
from transforms.model.tables.programs import PROGRAMS


def test_a_parent_stands_before_what_belongs_to_it():
    names = [resource.name for resource in RESOURCES]

    for resource in RESOURCES:
        assert resource.parent is None or resource.parent in names[: names.index(resource.name)]


def test_a_stage_of_a_program_is_of_one_resource_and_each_event_has_one():
    stages = [(program.uid, stage.uid) for program in PROGRAMS for stage in program.stages]

    found = [(resource.program, resource.stage) for resource in EVENT_RESOURCES]

    assert sorted(found) == sorted(stages)


def test_the_stages_of_a_program_have_an_order():
    for program in PROGRAMS:
        assert [stage.sort_order for stage in program.stages] == [
            *range(1, len(program.stages) + 1)
        ]


def test_no_two_resources_make_one_uid_of_one_number():
    salts = [resource.salt for resource in RESOURCES if resource.salt]

    assert len(set(salts)) == len(salts)
