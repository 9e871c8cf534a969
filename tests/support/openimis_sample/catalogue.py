"""What an administrator enters: lookups, products, items, services, diagnoses, staff, batch runs.

The codes are openIMIS's own, the labels are ours.
"""

# ruff: noqa: E501 - tables of weights and labels are read by their rows
from datetime import datetime, time, timedelta
from typing import Any, Final

import polars as pl

from tests.support.openimis_sample.names import person_names, place_names
from tests.support.openimis_sample.plan import AUDIT_USER, Plan, Table, money, numbered

# fmt: off
LOOKUPS: Final[dict[str, tuple[tuple[Any, str, str], ...]]] = {
    "tblGender": (("M", "Male", "Homme"), ("F", "Female", "Femme"), ("O", "Other", "Autre")),
    "tblProfessions": ((1, "Keeps house", "Au foyer"), (2, "Employed", "Salarié"), (3, "Works for himself", "Indépendant"), (4, "Something else", "Autre")),
    "tblEducations": ((1, "Kindergarten", "Maternelle"), (2, "Primary", "Primaire"), (3, "Secondary", "Secondaire"), (4, "University", "Université"), (7, "Something else", "Autre")),
    "tblFamilyTypes": (("H", "Household", "Ménage"), ("C", "Council", "Conseil"), ("S", "Students", "Étudiants"), ("T", "Teachers", "Enseignants")),
    "tblIdentificationTypes": (("D", "Driving licence", "Permis"), ("N", "National card", "Carte nationale"), ("P", "Passport", "Passeport"), ("V", "Voter's card", "Carte d'électeur")),
    "tblRelations": ((1, "Sibling", "Fratrie"), (2, "Parent", "Parent"), (4, "Child", "Enfant"), (5, "Grandparent", "Aïeul"), (7, "Someone else", "Autre"), (8, "Spouse", "Conjoint")),
    "tblConfirmationTypes": (("A", "Local council", "Conseil local"), ("B", "Municipality", "Municipalité"), ("C", "State", "État"), ("D", "Something else", "Autre")),
    "tblLegalForms": (("C", "Charity", "Charité"), ("D", "District", "District"), ("G", "Government", "Gouvernement"), ("P", "Private", "Privé")),
    "tblHFSublevel": (("I", "Integrated", "Intégré"), ("N", "None", "Aucun"), ("R", "Reference", "Référence")),
}
# fmt: on

_LABELS: Final = {
    "tblGender": ("Code", "Gender"),
    "tblProfessions": ("ProfessionId", "Profession"),
    "tblEducations": ("EducationId", "Education"),
    "tblFamilyTypes": ("FamilyTypeCode", "FamilyType"),
    "tblIdentificationTypes": ("IdentificationCode", "IdentificationTypes"),
    "tblRelations": ("RelationId", "Relation"),
    "tblConfirmationTypes": ("ConfirmationTypeCode", "ConfirmationType"),
    "tblLegalForms": ("LegalFormCode", "LegalForms"),
    "tblHFSublevel": ("HFSublevel", "HFSublevelDesc"),
}

ITEMS: Final = 120
SERVICES: Final = 60
DIAGNOSES: Final = 90


def lookups() -> dict[str, pl.DataFrame]:
    """The lookup tables: code, label, French label and place in the list."""
    return {table: _lookup(table) for table in LOOKUPS}


def products(plan: Plan, locations: pl.DataFrame) -> Table:
    """tblProduct: two national ones, one a region, one of a district; two have a history."""
    regions = locations.filter(LocationType="R")["LocationId"].to_list()
    district = locations.filter(LocationType="D")["LocationId"][0]
    places = [None, None, *regions, district]
    live = numbered(pl.DataFrame({"LocationId": places}, schema={"LocationId": pl.Int64}), "ProdID")
    live = live.with_columns(
        ProductCode=pl.format("PR{}", pl.col("ProdID").cast(pl.String).str.zfill(4)),
        ProductName=pl.format("Cover {}", pl.lit(place_names(len(places)))),
        DateFrom=pl.lit(datetime.combine(plan.first_day, time())),
        DateTo=pl.lit(datetime.combine(plan.as_of + timedelta(days=2000), time())),
        LumpSum=money(100_000 + pl.col("ProdID") * 25_050),
        MemberCount=pl.lit(10),
        GracePeriod=pl.lit(0),
        MaxInstallments=pl.lit(1),
        WaitingPeriod=pl.lit(0),
        AdministrationPeriod=pl.lit(0),
        InsurancePeriod=pl.lit(12),
        CeilingInterpretation=pl.lit("I"),
        **_entered(plan),
    )
    table = Table("tblProduct", live)
    before = live[:2].with_columns(ProductName=pl.format("{} (pilot)", "ProductName"))
    at = pl.Series([plan.founded + timedelta(days=60)] * before.height, dtype=pl.Datetime("us"))
    table.keep_versions(before, at)
    return table


def items(plan: Plan) -> Table:
    """tblItems: drugs and consumables; one in forty deleted, one in twelve with an old price."""
    live = numbered(_priced(plan, "item", ITEMS), "ItemID").with_columns(
        ItemCode=pl.format("I{}", pl.col("ItemID").cast(pl.String).str.zfill(4)),
        ItemName=pl.format("Medicine {} tabs {} mg", pl.lit(place_names(ITEMS)), "ItemID"),
        ItemType=plan.chance.choices("item type", ITEMS, {"D": 8, "M": 2}),
        ItemPackage=pl.when(pl.col("ItemID") % 5 == 0)
        .then(pl.lit("10 x 10 "))
        .otherwise(pl.lit("100 tablets")),
        ItemPrice=money(pl.col("cents")),
        ItemCareType=pl.lit("B"),
        ItemFrequency=pl.lit(0),
        ItemPatCat=pl.lit(15),
        **_entered(plan),
    )
    return _catalogue(plan, "tblItems", live.drop("cents"), "ItemPrice")


def services(plan: Plan) -> Table:
    """tblServices: as the items."""
    live = numbered(_priced(plan, "service", SERVICES), "ServiceID").with_columns(
        ServCode=pl.format("S{}", pl.col("ServiceID").cast(pl.String).str.zfill(3)),
        ServName=pl.format("Treatment {} \N{EN DASH} {}", pl.lit(place_names(SERVICES)), "ServiceID"),
        ServCategory=plan.chance.choices("serv category", SERVICES, {"O": 4, "C": 3, "V": 1, "S": 1, "H": 1, "D": 1, "A": 1, None: 1}),
        ServType=plan.chance.choices("serv type", SERVICES, {"C": 7, "P": 3}),
        ServLevel=plan.chance.choices("serv level", SERVICES, {"S": 5, "V": 3, "D": 1, "H": 1}),
        ServPrice=money(pl.col("cents") * 12),
        ServCareType=pl.lit("B"),
        ServFrequency=pl.lit(0),
        ServPatCat=pl.lit(15),
        manualPrice=pl.lit(False),
        ServPackageType=pl.lit("S"),
        **_entered(plan),
    )  # fmt: skip
    return _catalogue(plan, "tblServices", live.drop("cents"), "ServPrice")


def diagnoses(plan: Plan) -> Table:
    """tblICDCodes: codes without a dot, names that may be long."""
    number = pl.col("ICDID")
    live = numbered(pl.select(index=pl.int_range(DIAGNOSES)), "ICDID").with_columns(
        ICDCode=pl.concat_str(
            pl.lit(pl.Series(list("ABCDEFGHJK"))).gather(number % 10),
            (number // 3).cast(pl.String).str.zfill(2),
            (number % 9).cast(pl.String),
        ),
        ICDName=pl.format("Illness of {}{}", pl.lit(place_names(DIAGNOSES)), _long_tail(number)),
        **_entered(plan),
    )
    return Table("tblICDCodes", live.drop("index"))


def officers(plan: Plan, locations: pl.DataFrame) -> Table:
    """tblOfficer: two enrolment officers a district."""
    districts = locations.filter(LocationType="D")["LocationId"]
    count = 2 * len(districts)
    live = numbered(
        pl.select(LocationId=pl.lit(districts).repeat_by(2).explode()), "OfficerID"
    ).with_columns(
        Code=pl.format("E{}", pl.col("OfficerID").cast(pl.String).str.zfill(4)),
        LastName=person_names(plan.chance, "officer", count),
        OtherNames=person_names(plan.chance, "officer other", count),
        HasLogin=pl.lit(False),
        **_entered(plan),
    )
    return Table("tblOfficer", live)


def claim_administrators(plan: Plan, facilities: pl.DataFrame) -> Table:
    """tblClaimAdmin: one a facility; the keys are the facilities'."""
    count = facilities.height
    live = facilities.select(ClaimAdminId="HfID", HFId="HfID").with_columns(
        ClaimAdminCode=pl.format("CA{}", pl.col("HFId").cast(pl.String).str.zfill(4)),
        LastName=person_names(plan.chance, "administrator", count),
        OtherNames=person_names(plan.chance, "administrator other", count),
        EmailId=pl.lit(""),
        Phone=pl.lit(""),
        HasLogin=pl.lit(False),
        AuditUserId=pl.lit(AUDIT_USER),
        **_entered(plan),
    )
    return Table("tblClaimAdmin", live)


def batch_runs(plan: Plan, locations: pl.DataFrame) -> Table:
    """tblBatchRun: every region's claims of a month are valued on the fifth of the next one."""
    regions = locations.filter(LocationType="R")["LocationId"]
    months = pl.date_range(plan.first_day.replace(day=1), plan.as_of, "1mo", eager=True)
    runs = pl.DataFrame({"month": months}).join(pl.DataFrame({"LocationId": regions}), how="cross")
    run_date = pl.col("month").dt.offset_by("1mo").dt.offset_by("4d").cast(pl.Datetime("us"))
    late = pl.duration(hours=9, minutes=pl.col("LocationId"), milliseconds=123)
    runs = runs.with_columns(RunDate=(run_date + late).cast(pl.Datetime("us")))
    live = numbered(runs.filter(pl.col("RunDate") < plan.end), "RunID").with_columns(
        RunYear=pl.col("month").dt.year(),
        RunMonth=pl.col("month").dt.month(),
        ValidityFrom=pl.col("RunDate"),
        ValidityTo=pl.lit(None, pl.Datetime("us")),
        AuditUserID=pl.lit(AUDIT_USER),
    )
    return Table("tblBatchRun", live)


def status_reasons(plan: Plan) -> pl.DataFrame:
    """tblInsureeStatusReason (1.11 only)."""
    return pl.DataFrame(
        {
            "StatusReasonId": [1, 2],
            "StatusReason": ["Left the country", "Died"],
            "Code": ["LEFT", "DIED"],
            "status_type": ["IN", "DE"],
        }
    ).with_columns(ValidityFrom=pl.lit(plan.founded))


def _lookup(table: str) -> pl.DataFrame:
    code, label = _LABELS[table]
    rows = pl.DataFrame(LOOKUPS[table], schema=[code, label, "AltLanguage"], orient="row")
    required = pl.lit(False).alias("is_confirmation_number_required")
    return rows.with_row_index("SortOrder", offset=1).with_columns(required)


def _entered(plan: Plan) -> dict[str, pl.Expr]:
    return {
        "ValidityFrom": pl.lit(plan.founded),
        "ValidityTo": pl.lit(None, pl.Datetime("us")),
        "AuditUserID": pl.lit(AUDIT_USER),
    }


def _priced(plan: Plan, stream: str, count: int) -> pl.DataFrame:
    """Prices between 1.00 and some hundreds, in cents that are not round."""
    return pl.DataFrame({"cents": plan.chance.integers(f"{stream} price", count, 100, 20_000)})


def _catalogue(plan: Plan, name: str, live: pl.DataFrame, price: str) -> Table:
    """The table with deleted rows (one in forty) and history rows of old prices (one in twelve)."""
    key = live.columns[0]
    deleted = pl.lit(plan.end - timedelta(days=150))
    table = Table(name, live.with_columns(ValidityTo=pl.when(pl.col(key) % 40 == 7).then(deleted)))
    before = live.filter(pl.col(key) % 12 == 0).with_columns(pl.col(price).alias(price) - 1)
    days = plan.chance.days(f"{name} repriced", before.height, plan.first_day, plan.as_of)
    moments = plan.moments(f"{name} repriced at", days)
    table.keep_versions(before, moments)
    return table


def _long_tail(number: pl.Expr) -> pl.Expr:
    """One name in thirty is longer than DHIS2's 230 characters."""
    return pl.when(number % 30 == 0).then(pl.lit(", unspecified" * 18)).otherwise(pl.lit(""))
