"""What differs between the supported DHIS2 versions; everything else is the same in all four."""

from dataclasses import dataclass

from transforms.core.errors import TargetError

Release = tuple[int, int]


@dataclass(frozen=True)
class Dialect:
    """One DHIS2 version.

    Attributes:
        release: Such as (2, 42).
        in_flight: Tracker requests at once that paid best.
        transfer_parameters: Names of person, program and org unit in
            `PUT /api/tracker/ownership/transfer`.
        page_key: Key of a tracker page's list; None where it is the collection's own name.
        enrollment_order: `order` in which pages of enrollments neither repeat nor lose any.
        names_deleted_enrollments: Enrollments that are requested by UID are shown though deleted.
        org_unit_mode: Name of the parameter that says which org units are read.
        list_separator: Between several UIDs in one parameter.
        plural_lists: A parameter of several UIDs is `trackedEntities`, not `trackedEntity`.
        superuser_needs_org_units: A superuser without capture org units is refused everything.
        needs_output_period_types: Analytics fails until
            `/api/configuration/dataOutputPeriodTypes` is set.
        analytics_job: `/api/jobConfigurations/{id}` tells how an analytics run ended.
        maps_can_be_put: `PUT /api/maps/{id}` works; else delete and post.
    """

    release: Release
    in_flight: int
    transfer_parameters: tuple[str, str, str]
    page_key: str | None = None
    enrollment_order: str = "enrolledAt"  # createdAt is 409 "ambiguous" on 2.41 and 2.42
    names_deleted_enrollments: bool = True
    org_unit_mode: str = "orgUnitMode"
    list_separator: str = ","
    plural_lists: bool = True
    superuser_needs_org_units: bool = True
    needs_output_period_types: bool = False
    analytics_job: bool = True
    maps_can_be_put: bool = True

    def list_parameter(self, name: str, plural: str, uids: list[str]) -> dict[str, str]:
        """Return the parameter that names several UIDs: `trackedEntities=a,b`."""
        return {plural if self.plural_lists else name: self.list_separator.join(uids)}


DIALECTS: dict[Release, Dialect] = {
    dialect.release: dialect
    for dialect in (
        Dialect(
            release=(2, 40),
            in_flight=4,
            transfer_parameters=("trackedEntityInstance", "program", "ou"),
            page_key="instances",
            enrollment_order="createdAt",  # 2.40 breaks ties of enrolledAt by chance
            names_deleted_enrollments=False,
            org_unit_mode="ouMode",
            list_separator=";",
            plural_lists=False,
            analytics_job=False,
            maps_can_be_put=False,
        ),
        Dialect(
            release=(2, 41),
            in_flight=4,
            transfer_parameters=("trackedEntity", "program", "ou"),
        ),
        Dialect(
            release=(2, 42),
            in_flight=4,
            transfer_parameters=("trackedEntity", "program", "orgUnit"),
        ),
        Dialect(
            release=(2, 43),
            in_flight=7,
            transfer_parameters=("trackedEntity", "program", "orgUnit"),
            superuser_needs_org_units=False,
            needs_output_period_types=True,
        ),
    )
}


def dialect_of(release: Release) -> Dialect:
    """Return the dialect of a DHIS2 version.

    Raises:
        TargetError: The version is not supported.
    """
    dialect = DIALECTS.get(release)
    if dialect is None:
        supported = ", ".join(_text(each) for each in DIALECTS)
        raise TargetError(
            f"DHIS2 is of version {_text(release)}; supported are {supported}. Upgrade DHIS2, or "
            f"use a release of this package that knows the version. Nothing was posted."
        )
    return dialect


def _text(release: Release) -> str:
    return ".".join(str(part) for part in release)
