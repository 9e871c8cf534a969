"""What tells one DHIS2 version from another: one row of facts a version, and no branch on a
version elsewhere.

Each field is a fact seen in the recordings (tests/recorded/contract/recordings); the comment says
what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

SUPPORTED = ("2.40", "2.41", "2.42", "2.43")

Poison = Literal["report", "conflict", "server error"]
SameUid = Literal["created, then updated", "created twice", "fails"]
AttributeScope = Literal["all", "program"]
Tasks = tuple[str, ...]

_STAGES_OF_2_41: Tasks = (
    "Loading file resource",
    "Loading file content",
    "Running PreHeat",
    "Calculating Payload Size",
    "Running PreProcess",
    "Running Validation",
    "Commit Transaction",
    "PostCommit",
)


@dataclass(frozen=True)
class Dialect:
    """One version's ways; the defaults are 2.42's."""

    version: str = "2.42"
    release: str = "2.42.5.2"
    system_info_has_analytics_times: bool = True
    system_info_has_last_analytics: bool = True
    time_zone: str = "Etc/UTC"  # of dates without zone; any version may be in any
    calendar: str = "iso8601"  # the system setting keyCalendar; any version may have any
    system_info_extras: tuple[str, ...] = ()
    user_settings_are_complete: bool = False
    jetty: bool = False

    # who may do what
    bad_token_status: int = 400
    cold_token_fails: bool = True  # at /api/tracker, until another path was asked
    superuser_needs_org_units: bool = True
    remembers_refused_org_units: bool = False
    reads_ignore_sharing: bool = False
    cache_clear_status: int = 204

    blocks_completed_events: bool = False  # of a stage with blockEntryForm

    # metadata
    sharing_has_external: bool = True
    legacy_sharing_fields: bool = False
    option_set_orders_options: bool = True  # posting a set numbers its options from 0
    deleted_option_leaves_a_hole: bool = False
    checks_dashboard_items: bool = True
    metadata_takes_maps: bool = False
    map_update_status: int = 200
    output_period_types: bool = False
    types_have_short_names: bool = True
    order_ignores_case: bool = True
    views_are_named_by_data: bool = False  # views of maps
    hidden_inside: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of objects inside another
    collections_have_authors: bool = False  # who changes a list is who changed its owner
    dashboard_items_have_addresses: bool = False

    # tracker import
    unreadable_body_status: int = 400
    malformed_uid_fails_request: bool = True
    option_codes_ignore_case: bool = False
    option_values_are_type_checked: bool = True
    attribute_type_error: str = "E1007"
    errors_have_args: bool = True
    report_has_timings: bool = False
    null_for_nothing_is_kept: bool = True
    same_uid_twice: SameUid = "created twice"
    unique_twice_in_payload_is_refused: bool = True
    poison: Poison = "conflict"
    event_without_enrollment: str = "E1033"
    completed_at_is_checked: bool = True  # E1051, E1052
    completed_at_is_taken: bool = (
        True  # of an enrollment that is created, or completed by an update
    )
    job_location: str = "/tracker/jobs/"
    job_response_type: bool = True
    job_tasks: Tasks = _STAGES_OF_2_41
    job_has_parameters: bool = True
    job_names_user: bool = False

    # tracker export
    # Programs without registration: 2.42.5.2 is so, 2.40.12 is not; 2.41 and 2.43 by their source.
    shows_enrollment_of_nobody: bool = True
    people_of_nobodys_program_are_refused: bool = True
    lists_are_instances: bool = False
    pager: bool = True
    flat_paging: bool = False
    pager_links: bool = True
    org_unit_mode: tuple[str, ...] = ("orgUnitMode",)
    org_units: tuple[str, ...] = ("orgUnits",)
    uids_suffix: tuple[str, ...] = ("s",)  # trackedEntities=a,b
    uid_separator: str = ","
    no_paging: tuple[tuple[str, str], ...] = (("paging", "false"),)
    missing_tracked_entity_status: int = 404
    person_attributes: AttributeScope = "program"
    listed_person_attributes: AttributeScope = "program"
    listed_owners: AttributeScope = "program"
    judged_by_owner: bool = True  # who sees an event: not by the place of the event itself
    events_need_person_type: bool = False  # who may not read its data lists no events either
    owners_multiply_people: bool = False  # on pages that are asked for without a program
    enrollment_attributes: AttributeScope = "program"
    enrollment_list_has_attributes: bool = True
    ambiguous_orders: tuple[str, ...] = ("createdAt", "updatedAt")  # of enrollments: 409
    counts_enrollments: bool = True  # totalPages of more than one is a 409 where it does not
    newest_first: bool = True  # of people and enrollments; events always
    events_by_update: bool = False

    # the rest
    owner_parameters: tuple[tuple[str, ...], ...] = (("trackedEntity",), ("orgUnit",))
    owner_of_unknown_is_transferred: bool = False
    strict_data_values: bool = False
    analytics_job_is_scheduled: bool = True
    response_types_everywhere: bool = True
    skips_outliers: bool = True

    def reads_named_enrollments_singly(self, query: Mapping[str, str]) -> bool:
        """Whether enrollments that are named are read singly: no page, and no deleted one."""
        return self.lists_are_instances and bool(query.get("enrollment"))


_2_42 = Dialect()

_2_41 = replace(
    _2_42,
    version="2.41",
    release="2.41.9.1",
    system_info_has_analytics_times=False,
    system_info_has_last_analytics=False,
    user_settings_are_complete=True,
    cold_token_fails=False,
    jetty=True,
    remembers_refused_org_units=True,
    sharing_has_external=False,
    types_have_short_names=False,
    order_ignores_case=False,
    views_are_named_by_data=True,
    malformed_uid_fails_request=False,
    same_uid_twice="created, then updated",
    poison="server error",
    completed_at_is_checked=False,
    completed_at_is_taken=False,
    job_location="/api/tracker/jobs/",
    job_response_type=False,
    job_names_user=True,
    flat_paging=True,
    pager_links=False,
    org_unit_mode=("orgUnitMode", "ouMode"),
    org_units=("orgUnits", "orgUnit"),
    uids_suffix=("s", ""),
    no_paging=(("paging", "false"), ("skipPaging", "true")),
    listed_person_attributes="all",
    listed_owners="all",
    judged_by_owner=False,
    enrollment_attributes="all",
    owner_parameters=(("trackedEntity", "trackedEntityInstance"), ("ou", "orgUnit")),
    owner_of_unknown_is_transferred=True,
    response_types_everywhere=False,
)

_2_40 = replace(
    _2_41,
    version="2.40",
    release="2.40.12",
    collections_have_authors=True,
    system_info_has_last_analytics=True,
    bad_token_status=401,
    reads_ignore_sharing=True,
    sharing_has_external=True,
    legacy_sharing_fields=True,
    option_set_orders_options=False,
    shows_enrollment_of_nobody=False,
    people_of_nobodys_program_are_refused=False,
    deleted_option_leaves_a_hole=True,
    checks_dashboard_items=False,
    map_update_status=409,
    unreadable_body_status=500,
    option_codes_ignore_case=True,
    option_values_are_type_checked=False,
    attribute_type_error="E1085",
    errors_have_args=False,
    report_has_timings=True,
    poison="report",
    job_response_type=True,
    job_tasks=("preheat", "validation", "commit"),
    job_has_parameters=False,
    lists_are_instances=True,
    pager=False,
    org_unit_mode=("ouMode",),
    org_units=("orgUnit",),
    uids_suffix=("",),
    uid_separator=";",
    no_paging=(("skipPaging", "true"),),
    missing_tracked_entity_status=500,
    person_attributes="all",
    enrollment_attributes="program",
    owners_multiply_people=True,
    ambiguous_orders=(),
    counts_enrollments=False,
    enrollment_list_has_attributes=False,
    newest_first=False,
    events_by_update=True,
    owner_parameters=(("trackedEntityInstance",), ("ou",)),
    analytics_job_is_scheduled=False,
    skips_outliers=False,
)

_2_43 = replace(
    _2_42,
    version="2.43",
    blocks_completed_events=True,
    release="2.43.1",
    hidden_inside=(
        ("legendSets.legends", ("favorites", "favorite")),
        ("dashboards.dashboardItems", ("favorites", "favorite", "attributeValues", "sharing")),
    ),
    dashboard_items_have_addresses=True,
    events_need_person_type=True,
    system_info_extras=("sessionTimeout", "capability"),
    superuser_needs_org_units=False,
    cold_token_fails=False,
    cache_clear_status=200,
    sharing_has_external=False,
    metadata_takes_maps=True,
    output_period_types=True,
    null_for_nothing_is_kept=False,
    ambiguous_orders=(),
    same_uid_twice="fails",
    unique_twice_in_payload_is_refused=False,
    poison="server error",
    event_without_enrollment="E1123",
    job_tasks=(
        *_STAGES_OF_2_41[:3],
        "Running PreProcess",
        "Running Validation",
        "Calculating Payload Size",
        *_STAGES_OF_2_41[6:],
    ),
    strict_data_values=True,
)

DIALECTS = {dialect.version: dialect for dialect in (_2_40, _2_41, _2_42, _2_43)}


def dialect_of(version: str) -> Dialect:
    """The dialect of `2.42` or of a full release such as `2.42.5.2`."""
    for name, dialect in DIALECTS.items():
        if version == name or version.startswith(f"{name}."):
            return dialect
    raise ValueError(f"The stand-in knows DHIS2 {', '.join(SUPPORTED)}; {version} was asked for.")
