"""The attributes of a person: one line each, in the order of the insuree program.

All are values of the tracked entity, none of an enrollment: DHIS2 keeps one value a person and
attribute, and deleting an enrollment would leave its values behind. So a person who is kept only
for claims can lose them.

A field whose openIMIS column is a foreign key or a code of a list is named by that column; the
working frame holds in it what the key stands for.
"""

from transforms.tables.fields import Field, Privacy, ValueType
from transforms.tables.option_sets import (
    EDUCATION,
    FAMILY_TYPE,
    GENDER,
    IDENTIFICATION_TYPE,
    MARITAL_STATUS,
    PROFESSION,
    YES_NO,
)

T, D, Q = ValueType, Privacy.DIRECT, Privacy.QUASI

# fmt: off
FAMILY_ID = Field("DvT0LSMDW2f", "Family ID", T.TEXT, "FamilyUUID", "tblFamilies")
CHFID = Field("HaVpe5WsCRl", "CHFID", T.TEXT, "CHFID", "tblInsuree", code="identifier_SB", privacy=D)
POVERTY = Field("WeLouCfrfoF", "Poverty status", T.TEXT, "Poverty", "tblFamilies", option_set=YES_NO)
GROUP_TYPE = Field("QnAQO4Kd4I3", "Family/Group type", T.TEXT, "FamilyType", "tblFamilies", option_set=FAMILY_TYPE)
HOUSEHOLD_HEAD = Field("siOTMqr9kw6", "Household head", T.TEXT, "is_head", option_set=YES_NO, code="isHead",
                       made_of="The family's InsureeID if a current member, else the only member with IsHead.")
FIRST_NAME = Field("vYdz8EjQJe0", "First name", T.TEXT, "OtherNames", "tblInsuree", privacy=D)
LAST_NAME = Field("BRGgPOilUtC", "Last name", T.TEXT, "LastName", "tblInsuree", code="name", privacy=D)
DATE_OF_BIRTH = Field("woZmnhwGvu6", "Date of birth", T.AGE, "DOB", "tblInsuree", code="birthDate", privacy=Q)
SEX = Field("QtkHTKL4EsU", "Gender", T.TEXT, "Gender", "tblInsuree", option_set=GENDER, code="gender")
MARITAL = Field("vncvDog0YwP", "Marital status", T.TEXT, "Marital", "tblInsuree", option_set=MARITAL_STATUS, code="maritalStatus")
INSURANCE_NUMBER = Field("g54R38QNwEi", "Insurance number", T.TEXT, "CHFID", "tblInsuree", privacy=D, unique=True)
PHONE_NUMBER = Field("r9hJ7SJbVvx", "Phone number", T.PHONE_NUMBER, "Phone", "tblInsuree", privacy=D)
FIRST_SERVICE_POINT = Field("GZ6zgXS25VH", "First service point", T.ORGANISATION_UNIT, "HFID", "tblInsuree")
SCHOOLING = Field("pWV8uthRZVY", "Education", T.TEXT, "Education", "tblInsuree", option_set=EDUCATION)
OCCUPATION = Field("zy5Br9ZEDLY", "Profession", T.TEXT, "Profession", "tblInsuree", option_set=PROFESSION)
IDENTIFICATION_NUMBER = Field("MFPEijajdy7", "Identification number", T.TEXT, "passport", "tblInsuree", privacy=D)
IDENTIFICATION = Field("jOnARr3GARW", "Identification type", T.TEXT, "TypeOfId", "tblInsuree", option_set=IDENTIFICATION_TYPE)
INSUREE_ID = Field("e9fOa40sDwR", "Insuree ID", T.TEXT, "InsureeUUID", "tblInsuree", code="identifier_ACSN", unique=True)
# fmt: on

INSUREE_FIELDS: tuple[Field, ...] = (
    FAMILY_ID, CHFID, POVERTY, GROUP_TYPE, HOUSEHOLD_HEAD, FIRST_NAME, LAST_NAME, DATE_OF_BIRTH,
    SEX, MARITAL, INSURANCE_NUMBER, PHONE_NUMBER, FIRST_SERVICE_POINT, SCHOOLING, OCCUPATION,
    IDENTIFICATION_NUMBER, IDENTIFICATION, INSUREE_ID,
)  # fmt: skip
