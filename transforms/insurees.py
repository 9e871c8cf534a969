"""The people: who is wanted in DHIS2, with which attributes, and enrolled since when.

current insuree              tracked entity with all attributes, enrollment
deleted, but in a claim      tracked entity with its Insuree ID alone
deleted                      nothing
"""

import polars as pl

from transforms.country import Country
from transforms.errors import CountryError
from transforms.history import is_current, live_key, live_rows, resolved
from transforms.locations import Snapshot, placed_facilities, placed_locations
from transforms.options import coded
from transforms.places import CURRENT_VILLAGE, places
from transforms.resources import TRACKED_ENTITIES
from transforms.status_order import is_out_of_range
from transforms.tables.insuree import CHFID, FIRST_SERVICE_POINT, INSURANCE_NUMBER, INSUREE_ID
from transforms.tables.org_units import REGION
from transforms.values import LONGEST_ATTRIBUTE, is_set, rendered, with_faults, with_notes
from transforms.windows import Window, marked, touched

ACTIVE, DEAD, INACTIVE = "AC", "DE", "IN"
ISO_DAY = "%Y-%m-%d"
NUMBER = INSURANCE_NUMBER.uid


def people(snapshot: Snapshot, country: Country) -> pl.LazyFrame:
    """Return the people who are wanted: current insurees, and those whom a current claim names.

    Args:
        snapshot: The snapshot.
        country: May name the regions of a pilot.

    Returns:
        InsureeUUID, InsureeID and FamilyID (of live rows), is_current, `place`, `place_village`,
        `place_source` (see `transforms.places`).

    Raises:
        CountryError: The country file names a region that openIMIS does not have.
    """
    insurees = live_rows(snapshot["tblInsuree"], "InsureeID")
    wanted = insurees.select("InsureeUUID", "InsureeID", is_current=is_current()).join(
        _claimants(snapshot), on="InsureeID", how="left"
    )
    return _in_pilot(
        wanted.filter(pl.col("is_current") | pl.col("has_claim")).join(
            places(snapshot), on="InsureeID", how="left"
        ),
        snapshot,
        country,
    ).drop("has_claim", "regionId")


def heads(snapshot: Snapshot) -> pl.LazyFrame:
    """Return the head of each family that has one.

    The head is the family's InsureeID if a current member, else the only member with IsHead.

    Returns:
        FamilyID and InsureeID, of live rows.
    """
    families, insurees = snapshot["tblFamilies"], snapshot["tblInsuree"]
    members = resolved(insurees.filter(is_current()), "FamilyID", families, "FamilyID")
    appointed = (
        resolved(live_rows(families, "FamilyID"), "InsureeID", insurees, "InsureeID")
        .join(members, on=["FamilyID", "InsureeID"], how="semi")
        .select("FamilyID", "InsureeID")
    )
    marked_members = members.filter("IsHead", is_set("FamilyID"))
    only = (
        marked_members.group_by("FamilyID")
        .agg(pl.col("InsureeID").first(), count=pl.len())
        .filter(pl.col("count") == 1)
        .join(appointed, on="FamilyID", how="anti")
    )
    return pl.concat([appointed, only.select("FamilyID", "InsureeID")])


def tracked_entities(
    wanted: pl.LazyFrame, snapshot: Snapshot, window: Window | None
) -> pl.LazyFrame:
    """Return the desired tracked entities, with the values as text, not yet treated for privacy.

    Args:
        wanted: What `people` returned.
        snapshot: The snapshot.
        window: What `in_window` asks for.

    Returns:
        The columns of *desired*; see `transforms.resources`.
    """
    working = _with_families(_with_insurees(wanted, snapshot), snapshot)
    working = with_notes(working, {"current_village_unknown": _is_elsewhere()})
    fields = TRACKED_ENTITIES.fields
    working = _with_first_service_point(working, snapshot)
    working = coded(working, fields, snapshot, holds_back=False)
    texts = rendered(working, fields, longest=LONGEST_ATTRIBUTE, holds_back=False)
    traces = [
        ("InsureeID", touched(snapshot["tblInsuree"], "InsureeID", window)),
        ("FamilyID", touched(snapshot["tblFamilies"], "FamilyID", window)),
    ]
    return marked(_with_place_fault(texts), window, traces).select(
        "key",
        *_nothing("parent"),
        "person",
        "orgUnit",
        *_nothing("status", "occurredAt"),
        *(field.uid for field in TRACKED_ENTITIES.fields),
        "faults",
        "notes",
        "in_window",
    )


def insuree_enrollments(
    wanted: pl.LazyFrame, snapshot: Snapshot, window: Window | None
) -> pl.LazyFrame:
    """Return the desired enrollments in the insuree program: one a current insuree.

    Args:
        wanted: What `people` returned.
        snapshot: The snapshot.
        window: What `in_window` asks for.

    Returns:
        The columns of *desired*; `occurredAt` is the earliest day that openIMIS knows of the
        insuree. COMPLETED where the insuree is dead or inactive.
    """
    insurees = live_rows(snapshot["tblInsuree"], "InsureeID").select("InsureeID", "status")
    enrolled = (
        wanted.filter("is_current")
        .join(insurees, on="InsureeID", how="left")
        .join(_first_days(snapshot), on="InsureeID", how="left")
    )
    judged = with_faults(
        _with_place_fault(enrolled),
        {
            "insuree_without_date": pl.col("enrolled").is_null(),
            "insuree_status_unknown": _status_is_unknown(),
        },
    )
    return marked(judged, window, _enrollment_traces(snapshot, window)).select(
        "key",
        parent="key",
        person="person",
        orgUnit="orgUnit",
        status=pl.when(_has_left()).then(pl.lit("COMPLETED")).otherwise(pl.lit("ACTIVE")),
        occurredAt=pl.col("enrolled").dt.strftime(ISO_DAY),
        faults="faults",
        notes=pl.lit([], pl.List(pl.String)),
        in_window="in_window",
    )


def doubled_numbers(desired: pl.LazyFrame, acknowledged: pl.LazyFrame) -> pl.LazyFrame:
    """Return the keys of the people whose insurance number is held back.

    Two people want one number: neither gets it, unless DHIS2 holds it for one of them.

    Args:
        desired: Key and insurance number (column named by its UID) of all partitions.
        acknowledged: The same, and state, of all partitions.

    Returns:
        The column key.
    """
    holders = acknowledged.filter(pl.col("state") == "held").select("key", held=NUMBER)
    return (
        desired.filter(pl.col(NUMBER).is_not_null())
        .filter(pl.len().over(NUMBER) > 1)
        .join(holders, on="key", how="left")
        .filter(pl.col("held").ne_missing(pl.col(NUMBER)))
        .select("key")
    )


def settle_numbers(desired: pl.LazyFrame, doubled: pl.LazyFrame) -> pl.LazyFrame:
    """Return tracked entities without the numbers that are held back, and with a note of it.

    Args:
        desired: Desired tracked entities, of any partition.
        doubled: What `doubled_numbers` returned.
    """
    held_back = desired.join(
        doubled.select("key", is_double=pl.lit(value=True)),
        on="key",
        how="left",
        maintain_order="left",
    )
    is_double = pl.col("is_double").fill_null(value=False)
    noted = with_notes(held_back, {"insurance_number_double": is_double})
    return noted.with_columns(
        pl.when(~is_double).then(uid).alias(uid) for uid in (CHFID.uid, NUMBER)
    ).drop("is_double")


def _claimants(snapshot: Snapshot) -> pl.LazyFrame:
    claims = snapshot["tblClaim"].filter(is_current())
    named = resolved(claims, "InsureeID", snapshot["tblInsuree"], "InsureeID")
    return named.select("InsureeID", has_claim=pl.lit(value=True)).unique()


def _in_pilot(located: pl.LazyFrame, snapshot: Snapshot, country: Country) -> pl.LazyFrame:
    if not country.regions:
        return located
    regions = (
        placed_locations(snapshot)
        .filter(pl.col("LocationType") == REGION.code)
        .select(regionId="LocationId", code=pl.col("LocationCode").str.strip_chars())
        .filter(pl.col("code").is_in(country.regions))
        .collect()
    )
    if unknown := sorted(set(country.regions) - set(regions["code"])):
        raise CountryError(
            f"The country file names the regions {', '.join(unknown)}, which openIMIS does not "
            f"have. Expected are codes of locations of type R. Nothing was compared or sent."
        )
    return located.join(regions.lazy(), on="regionId", how="semi")


def _with_insurees(wanted: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
    """Add the columns of `tblInsuree` and is_head; those who are not current have neither."""
    insurees = snapshot["tblInsuree"].filter(is_current()).drop("InsureeUUID", "FamilyID")
    is_head = heads(snapshot).select("InsureeID", is_head=pl.lit(value=True))
    return (
        wanted.join(insurees, on="InsureeID", how="left")
        .join(is_head, on="InsureeID", how="left")
        .with_columns(is_head=pl.when("is_current").then(pl.col("is_head").fill_null(value=False)))
    )


def _with_families(working: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
    """Add the columns of `tblFamilies` for those who are current."""
    families = live_rows(snapshot["tblFamilies"], "FamilyID").drop(
        "InsureeID", "LocationId", "ValidityFrom", "ValidityTo", "LegacyID"
    )
    named = working.with_columns(_family=pl.when("is_current").then("FamilyID"))
    joined = named.join(
        families.rename({"FamilyID": "_family"}), on="_family", how="left", maintain_order="left"
    )
    missing = pl.col("_family").is_not_null() & pl.col("FamilyUUID").is_null()
    return with_notes(joined, {"family_missing": missing})


def _with_first_service_point(working: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
    """Put the facility's org unit in place of its key."""
    column = FIRST_SERVICE_POINT.column
    if column not in working.collect_schema():
        return working
    facilities = placed_facilities(snapshot).select(pl.col("HfID").alias(column), facility="uid")
    rows = snapshot["tblHF"].rename({"HfID": column})
    joined = resolved(working, column, rows, column).join(
        facilities, on=column, how="left", maintain_order="left"
    )
    unknown = is_set(column) & pl.col("facility").is_null()
    return (
        with_notes(joined, {"first_service_point_unknown": unknown})
        .with_columns(pl.col("facility").alias(column))
        .drop("facility")
    )


def _with_place_fault(working: pl.LazyFrame) -> pl.LazyFrame:
    named = working.with_columns(key=INSUREE_ID.column, person=INSUREE_ID.column, orgUnit="place")
    return with_faults(named, {"no_place": pl.col("orgUnit").is_null()})


def _is_elsewhere() -> pl.Expr:
    """True where a person has a current village, and is not there."""
    return is_set("CurrentVillage") & pl.col("place_source").ne_missing(pl.lit(CURRENT_VILLAGE))


def _status_is_unknown() -> pl.Expr:
    status = pl.col("status").str.strip_chars()
    return (~status.is_in(["", ACTIVE, INACTIVE, DEAD])).fill_null(value=False)


def _nothing(*columns: str) -> list[pl.Expr]:
    return [pl.lit(None, pl.String).alias(column) for column in columns]


def _first_days(snapshot: Snapshot) -> pl.LazyFrame:
    """Return InsureeID and `enrolled`: the earliest of its versions and its current policies.

    A mistyped year (0203) is no day; the events of such a policy are held back.
    """
    versions = snapshot["tblInsuree"].select(
        InsureeID=live_key("InsureeID"), enrolled=pl.col("ValidityFrom").cast(pl.Date)
    )
    return (
        pl.concat([versions, _enrollment_days(snapshot)])
        .filter(~is_out_of_range("enrolled"))
        .group_by("InsureeID")
        .agg(pl.col("enrolled").min())
    )


def _enrollment_days(snapshot: Snapshot) -> pl.LazyFrame:
    policies = live_rows(snapshot["tblPolicy"], "PolicyID").select(
        "EnrollDate", PolicyId="PolicyID"
    )
    covers = snapshot["tblInsureePolicy"].filter(is_current())
    covers = resolved(covers, "InsureeID", snapshot["tblInsuree"], "InsureeID")
    rows = snapshot["tblPolicy"].rename({"PolicyID": "PolicyId"})
    return (
        resolved(covers, "PolicyId", rows, "PolicyId")
        .join(policies, on="PolicyId", how="left")
        .select("InsureeID", enrolled=pl.coalesce("EnrollmentDate", "EnrollDate"))
    )


def _has_left() -> pl.Expr:
    return pl.col("status").str.strip_chars().is_in([DEAD, INACTIVE])


def _enrollment_traces(snapshot: Snapshot, window: Window | None) -> list[tuple[str, pl.LazyFrame]]:
    covers = snapshot["tblInsureePolicy"]
    changed = touched(covers, "InsureePolicyID", window)
    covered = resolved(
        covers.join(changed, on="InsureePolicyID", how="semi"),
        "InsureeID",
        snapshot["tblInsuree"],
        "InsureeID",
    )
    return [
        ("InsureeID", touched(snapshot["tblInsuree"], "InsureeID", window)),
        ("InsureeID", covered.select("InsureeID").unique()),
    ]
