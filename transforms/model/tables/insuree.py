"""The attributes of a person: one line each, in the order of the insuree program.

All are values of the tracked entity, none of an enrollment: DHIS2 keeps one value a person and
attribute, and deleting an enrollment would leave its values behind. So a person who is kept only
for claims can lose them.

A field whose openIMIS column is a foreign key or a code of a list is named by that column; the
working frame holds in it what the key stands for.
"""

from transforms.core.fields import Field, Privacy, RetiredField, ValueType
from transforms.model.tables.option_sets import (
    EDUCATION,
    FAMILY_TYPE,
    GENDER,
    IDENTIFICATION_TYPE,
    MARITAL_STATUS,
    PROFESSION,
    YES_NO,
)

# fmt: off
FAMILY_ID = Field("family_uuid", "DvT0LSMDW2f", "Family ID", ValueType.TEXT, "FamilyUUID", "tblFamilies")
CHFID = Field("chf_id", "HaVpe5WsCRl", "CHFID", ValueType.TEXT, "CHFID", "tblInsuree", code="identifier_SB", privacy=Privacy.DIRECT)
POVERTY = Field("poverty_status", "WeLouCfrfoF", "Poverty status", ValueType.TEXT, "Poverty", "tblFamilies", option_set=YES_NO, privacy=Privacy.SENSITIVE)
GROUP_TYPE = Field("family_type", "QnAQO4Kd4I3", "Family/Group type", ValueType.TEXT, "FamilyType", "tblFamilies", option_set=FAMILY_TYPE)
HOUSEHOLD_HEAD = Field("is_household_head", "siOTMqr9kw6", "Household head", ValueType.TEXT, "is_head", option_set=YES_NO, code="isHead",
                       made_of="The family's InsureeID if a current member, else the only member with IsHead.")
FIRST_NAME = Field("first_name", "vYdz8EjQJe0", "First name", ValueType.TEXT, "OtherNames", "tblInsuree", privacy=Privacy.DIRECT)
LAST_NAME = Field("last_name", "BRGgPOilUtC", "Last name", ValueType.TEXT, "LastName", "tblInsuree", code="name", privacy=Privacy.DIRECT)
DATE_OF_BIRTH = Field("date_of_birth", "woZmnhwGvu6", "Date of birth", ValueType.AGE, "DOB", "tblInsuree", code="birthDate", privacy=Privacy.QUASI)
SEX = Field("gender", "QtkHTKL4EsU", "Gender", ValueType.TEXT, "Gender", "tblInsuree", option_set=GENDER, code="gender")
MARITAL = Field("marital_status", "vncvDog0YwP", "Marital status", ValueType.TEXT, "Marital", "tblInsuree", option_set=MARITAL_STATUS, code="maritalStatus")
INSURANCE_NUMBER = Field("insurance_number", "g54R38QNwEi", "Insurance number", ValueType.TEXT, "CHFID", "tblInsuree", privacy=Privacy.DIRECT, unique=True)
PHONE_NUMBER = Field("phone_number", "r9hJ7SJbVvx", "Phone number", ValueType.PHONE_NUMBER, "Phone", "tblInsuree", privacy=Privacy.DIRECT)
FIRST_SERVICE_POINT = Field("first_service_point", "GZ6zgXS25VH", "First service point", ValueType.ORGANISATION_UNIT, "HFID", "tblInsuree")
SCHOOLING = Field("education", "pWV8uthRZVY", "Education", ValueType.TEXT, "Education", "tblInsuree", option_set=EDUCATION)
OCCUPATION = Field("profession", "zy5Br9ZEDLY", "Profession", ValueType.TEXT, "Profession", "tblInsuree", option_set=PROFESSION)
IDENTIFICATION_NUMBER = Field("identification_number", "MFPEijajdy7", "Identification number", ValueType.TEXT, "passport", "tblInsuree", privacy=Privacy.DIRECT)
IDENTIFICATION = Field("identification_type", "jOnARr3GARW", "Identification type", ValueType.TEXT, "TypeOfId", "tblInsuree", option_set=IDENTIFICATION_TYPE)
PLACE = Field(
    "openimis_place", "oPkEJnCnQcQ", "Place in openIMIS", ValueType.TEXT, "openimis_place", code="openimisPlace", privacy=Privacy.QUASI, optional=True,
    made_of="Code and name of the village (or facility) where the person is, if DHIS2's own org units are used (org_units = \"match\"): they may have no level for it.",
)
INSUREE_ID = Field("insuree_uuid", "e9fOa40sDwR", "Insuree ID", ValueType.TEXT, "InsureeUUID", "tblInsuree", code="identifier_ACSN", unique=True)
# fmt: on

INSUREE_FIELDS: tuple[Field, ...] = (
    FAMILY_ID, CHFID, POVERTY, GROUP_TYPE, HOUSEHOLD_HEAD, FIRST_NAME, LAST_NAME, DATE_OF_BIRTH,
    SEX, MARITAL, INSURANCE_NUMBER, PHONE_NUMBER, FIRST_SERVICE_POINT, SCHOOLING, OCCUPATION,
    IDENTIFICATION_NUMBER, IDENTIFICATION, INSUREE_ID, PLACE,
)  # fmt: skip

SEED_CLAIM_ATTRIBUTES: tuple[RetiredField, ...] = (
    RetiredField("seed_claim_administrator", "wDBF7RjuEyp"),
    RetiredField("seed_claim_number", "Z4yrjMuGkeY"),
    RetiredField("seed_main_diagnosis", "AAjWdVvBwtE"),
    RetiredField("seed_secondary_diagnosis_1", "aEWuz6qyTs6"),
    RetiredField("seed_secondary_diagnosis_2", "yoULFOTtmoP"),
    RetiredField("seed_secondary_diagnosis_3", "gRLd9ezU69M"),
    RetiredField("seed_secondary_diagnosis_4", "cPbpCJnkrci"),
    RetiredField("seed_visit_type", "Hxyr4f36WHF"),
)
"""What the seed keeps of a person's last claim, on the person: claim administrator and number, five
diagnoses, visit type. Ours are values of the claim's events; these are emptied on adoption."""
