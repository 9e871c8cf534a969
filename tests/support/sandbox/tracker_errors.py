"""The tracker's error codes with DHIS2's wording; `{0}` is the first argument."""

from __future__ import annotations

from dataclasses import dataclass, field

MESSAGES = {
    "E1000": "User: `{0}` has no write access to OrganisationUnit: `{1}`.",
    "E1001": "User: `{0}` has no data write access to TrackedEntityType: `{1}`.",
    "E1002": "TrackedEntity: `{0}`, already exists.",
    "E1005": "Could not find TrackedEntityType: `{0}`.",
    "E1006": "Attribute: `{0}` does not exist.",
    "E1007": "Error validating attribute value type: `{0}`; Error: `{1}`.",
    "E1010": "Could not find Program: `{0}`, linked to Event.",
    "E1011": "Could not find OrganisationUnit: `{0}`, linked to Event.",
    "E1013": "Could not find ProgramStage: `{0}`, linked to Event.",
    "E1014": "Provided Program: `{0}`, is a Program without registration. "
    "An Enrollment cannot be created into Program without registration.",
    "E1015": "TrackedEntity: `{0}` already has an active Enrollment in Program `{1}`.",
    "E1016": "TrackedEntity: `{0}` already has an Enrollment in Program: `{1}`, "
    "and this Program only allows enrolling once.",
    "E1018": "Attribute: `{0}` is mandatory in Program `{1}` but not declared in Enrollment `{2}`.",
    "E1019": "Only ProgramAttributes are allowed for Enrollment, invalid Attribute: `{0}`.",
    "E1020": "Enrollment date: `{0}` cannot be a future date.",
    "E1021": "Incident date: `{0}` cannot be a future date.",
    "E1022": "TrackedEntity: `{0}` must have same TrackedEntityType as Program `{1}`.",
    "E1023": "Property occurredAt is null.",
    "E1025": "Property enrolledAt is null.",
    "E1029": "Event OrganisationUnit: `{0}` and Program: `{1}`, do not match.",
    "E1030": "Event: `{0}` already exists.",
    "E1031": "Event occurredAt date is missing.",
    "E1032": "Event: `{0}` do not exist.",
    "E1033": "Event: `{0}` enrollment value is null.",
    "E1039": "ProgramStage: `{0}` is not repeatable and an Event already exists.",
    "E1041": "Enrollment OrganisationUnit: `{0}` and Program: `{1}` do not match.",
    "E1047": "Event: `{0}` date belongs to an expired period, not possible to create Event.",
    "E1048": "Object: `{0}`, uid: `{1}`, has an invalid uid format.",
    "E1049": "Could not find OrganisationUnit: `{0}` linked to TrackedEntity.",
    "E1050": "Event scheduledAt date is missing.",
    "E1051": "Event: `{0}` completedAt must be null for status `{1}`.",
    "E1052": "Enrollment: `{0}` completedAt must be null for status `{1}`.",
    "E1063": "TrackedEntity: `{0}`, does not exist.",
    "E1064": "Non-unique attribute value `{0}` for attribute `{1}`.",
    "E1068": "Could not find TrackedEntity: `{0}` linked to Enrollment.",
    "E1069": "Could not find Program: `{0}` linked to Enrollment.",
    "E1070": "Could not find OrganisationUnit: `{0}` linked to Enrollment.",
    "E1076": "`{0}` `{1}` is mandatory and cannot be null",
    "E1077": "Attribute: `{0}`, text value exceed the maximum allowed length: `{1}`.",
    "E1079": "Event: `{0}`, program: `{1}` is different from program defined in enrollment `{2}`.",
    "E1080": "Enrollment: `{0}`, already exists.",
    "E1081": "Enrollment: `{0}`, do not exist.",
    "E1082": "Event: `{0}`, is already deleted and cannot be modified.",
    "E1083": "User: `{0}` is not authorized to modify completed events.",
    "E1085": "Attribute: `{0}`, value does not match value type: `{1}`.",
    "E1089": "Event: `{0}` references a ProgramStage `{1}` that does not belong to Program `{2}`.",
    "E1090": "Attribute: `{0}`, is mandatory in TrackedEntityType `{1}` but not declared in "
    "TrackedEntity `{2}`.",
    "E1091": "User: `{0}`, has no data write access to Program: `{1}`.",
    "E1095": "User: `{0}`, has no data write access to ProgramStage: `{1}`.",
    "E1096": "User: `{0}`, has no data read access to Program: `{1}`.",
    "E1100": "User: `{0}`, is lacking F_TEI_CASCADE_DELETE authority, TrackedEntity: `{1}`.",
    "E1102": "User: `{0}`, does not have access to the TrackedEntity: `{1}`, Program: `{2}`.",
    "E1103": "User: `{0}`, is lacking F_ENROLLMENT_CASCADE_DELETE authority, Enrollment: `{1}`.",
    "E1113": "Enrollment: `{0}` is already deleted and cannot be modified.",
    "E1114": "TrackedEntity: `{0}` is already deleted and cannot be modified.",
    "E1121": "Missing required TrackedEntity property: `{0}`.",
    "E1122": "Missing required Enrollment property: `{0}`.",
    "E1123": "Missing required Event property: `{0}`.",
    "E1125": "Value `{0}` is not a valid option code in OptionSet `{1}`.",
    "E1126": "Not allowed to update TrackedEntity property: {0}.",
    "E1127": "Not allowed to update enrollment property: {0}.",
    "E1128": "Not allowed to update event property: {0}.",
    "E1302": "DataElement `{0}` is not valid: `{1}`.",
    "E1303": "Mandatory DataElement `{0}` is not present.",
    "E1304": "DataElement `{0}` is not a valid DataElement.",
    "E1305": "DataElement `{0}` is not part of ProgramStage `{1}`.",
    "E1313": "Event `{0}` of an Enrollment does not reference a TrackedEntity.",
    "E1315": "Status `{0}` does not allow defining data values.",
    "E1326": "Event `{0}` is completed and its ProgramStage blocks the entry form after "
    "completion. Reopen the Event before updating.",
    "E1316": "No event can transition from status `{0}` to status `{1}`.",
    "E5000": "{0} `{1}` cannot be created because {2} `{3}` referenced by it could not be created.",
}


@dataclass(frozen=True, slots=True)
class TrackerError:
    """One error about one object; `args` are what the wording is filled with."""

    code: str
    tracker_type: str
    uid: str
    args: tuple[str, ...] = field(default=())

    def report(self, *, with_args: bool) -> dict[str, object]:
        """As `errorReports` shows it."""
        body: dict[str, object] = {
            "message": MESSAGES[self.code].format(*self.args),
            "errorCode": self.code,
            "trackerType": self.tracker_type,
            "uid": self.uid,
        }
        return body | {"args": list(self.args)} if with_args else body
