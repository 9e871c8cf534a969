"""A sample openIMIS in which each bad record has a family of its own, and what became of it.

table          what is made of a row of it                        named by
tblInsuree     the person                                         InsureeUUID
tblFamilies    its members                                        InsureeUUID
tblPolicy …    the events of its insuree policies                 InsureePolicyID
tblClaim       the claim and its status events                    ClaimUUID
tblItems …     the lines that name it                             ClaimItemID
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

import polars as pl

from tests.support.openimis_sample import sample, schema
from tests.support.openimis_sample.chance import Chance
from tests.support.openimis_sample.defects import Defect, Workbench
from tests.support.openimis_sample.plan import Plan

Tables = dict[str, pl.DataFrame]

SEED, LEVEL = 7, "1.11"
SPARE = 40
CURRENT = pl.col("ValidityTo").is_null()

# Table → how a row of it is made a family: its columns up to tblInsuree or tblFamilies.
WAY_TO_FAMILY = {
    "tblFamilies": (),
    "tblInsuree": (),
    "tblPolicy": (),
    "tblInsureePolicy": (("InsureeID", "tblInsuree"),),
    "tblClaim": (("InsureeID", "tblInsuree"),),
    "tblClaimItems": (("ClaimID", "tblClaim"), ("InsureeID", "tblInsuree")),
    "tblClaimServices": (("ClaimID", "tblClaim"), ("InsureeID", "tblInsuree")),
}

# Table → the table whose rows name what is made of it, the column that names it, the resources.
MADE_OF = {
    "tblFamilies": ("tblInsuree", "FamilyID", ("tracked_entities",)),
    "tblInsuree": ("tblInsuree", "InsureeID", ("tracked_entities", "insuree_enrollments")),
    "tblPolicy": ("tblInsureePolicy", "PolicyId", ("policy_events",)),
    "tblInsureePolicy": ("tblInsureePolicy", "InsureePolicyID", ("policy_events",)),
    "tblClaim": ("tblClaim", "ClaimID", ("claim_enrollments", "claim_events")),
    "tblClaimItems": ("tblClaimItems", "ClaimItemID", ("claim_items",)),
    "tblClaimServices": ("tblClaimServices", "ClaimServiceID", ("claim_services",)),
    "tblItems": ("tblClaimItems", "ItemID", ("claim_items",)),
    "tblServices": ("tblClaimServices", "ServiceID", ("claim_services",)),
    "tblICDCodes": ("tblClaim", "ICDID", ("claim_events",)),
    "tblProduct": ("tblPolicy", "ProdID", ("policy_events",)),
    "tblLocations": ("tblLocations", "LocationId", ("org_units",)),
    "tblHF": ("tblHF", "HfID", ("org_units",)),
}


# Places of which nothing else is made: copies of one place of each kind.
SPARED = (
    ("tblLocations", pl.col("LocationType") == "W"),
    ("tblLocations", pl.col("LocationType") == "V"),
    ("tblHF", pl.lit(value=True)),
)


@dataclass
class Apart(Workbench):
    """A workbench that gives each bad record a family of its own.

    Attributes:
        sound: The tables before there was anything bad in them.
        families: Those that have a bad record, and whose.
        rows: What was taken: name of the bad record → table and keys.
        name: Of the bad record that is being made.
    """

    sound: Tables = field(default_factory=dict)
    families: dict[int, str] = field(default_factory=dict)
    rows: dict[str, tuple[str, list[int]]] = field(default_factory=dict)
    name: str = ""

    def take(self, table: str, name: str, *, among: pl.Expr | None = None) -> list[int]:
        """Keys of two current rows, of families that have no bad record."""
        del name
        key = schema.key(table)
        rows = self.tables[table].filter(CURRENT, ~pl.col(key).is_in(self._taken(table)))
        if among is not None:
            rows = rows.filter(among)
        if table in WAY_TO_FAMILY:
            rows = self.with_family(table, rows).filter(
                pl.col("family").is_not_null(), ~pl.col("family").is_in(list(self.families))
            )
            rows = rows.unique("family", keep="first", maintain_order=True)
        chosen = rows.sort(key, descending=True).head(2)
        keys = chosen[key].to_list()
        if table in WAY_TO_FAMILY:
            self.families |= dict.fromkeys(chosen["family"].to_list(), self.name)
        self.taken.setdefault(table, set()).update(keys)
        self.rows[self.name] = (table, keys)
        return keys

    def _taken(self, table: str) -> list[int]:
        return list(self.taken.get(table, ()))

    def with_family(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows with `family`, the FamilyID of the person that they are about."""
        found = rows.with_columns(at=pl.col((WAY_TO_FAMILY[table] or (("FamilyID", ""),))[0][0]))
        way = WAY_TO_FAMILY[table]
        for number, (_, target) in enumerate(way):
            column = way[number + 1][0] if number + 1 < len(way) else "FamilyID"
            up = self.sound[target].filter(CURRENT).select(at=schema.key(target), up=column)
            found = found.join(up, on="at", how="left").with_columns(at="up").drop("up")
        return found.rename({"at": "family"})

    def ids(self, name: str) -> list[str]:
        """Return how rejects name what is made of the rows of a bad record."""
        table, keys = self.rows[name]
        source, column, _ = MADE_OF[table]
        rows = self.tables[source].filter(CURRENT, pl.col(column).is_in(keys))
        if table == "tblProduct":
            source, keys = "tblInsureePolicy", rows["PolicyID"].to_list()
            rows = self.tables[source].filter(CURRENT, pl.col("PolicyId").is_in(keys))
        if source in WAY_TO_FAMILY:
            others = [family for family, whose in self.families.items() if whose != name]
            sound = self.sound[source].filter(
                pl.col(schema.key(source)).is_in(rows[schema.key(source)])
            )
            own = self.with_family(source, sound).filter(~pl.col("family").is_in(others))
            rows = rows.filter(pl.col(schema.key(source)).is_in(own[schema.key(source)]))
        return [str(each) for each in rows[schema.uuid_column(source) or schema.key(source)]]


def apart(insurees: int, as_of: date, made: Mapping[str, Defect]) -> Apart:
    """Return a workbench with a sound sample, into which each bad record was put."""
    tables = sample(insurees, seed=SEED, level=LEVEL, as_of=as_of, defects=False)
    for table, among in SPARED:
        tables[table] = _with_spares(tables[table], table, among)
    bench = Apart(Plan(insurees, Chance(SEED), LEVEL, as_of), dict(tables), sound=tables)
    for name, defect in made.items():
        bench.name = name
        defect.make(bench)
    return bench


def _with_spares(rows: pl.DataFrame, table: str, among: pl.Expr) -> pl.DataFrame:
    key, uuid = schema.key(table), schema.uuid_column(table) or ""
    code = "HFCode" if table == "tblHF" else "LocationCode"
    one = rows.filter(CURRENT, among).head(1)
    number = pl.int_range(1, SPARE + 1, dtype=pl.Int32)
    spares = pl.concat([one] * SPARE).with_columns(
        (pl.lit(rows[key].max()) + number).cast(rows.schema[key]).alias(key),
        pl.format("{}{}", pl.lit("S"), pl.lit(rows[key].max()) + number).alias(code),
        pl.Series(uuid, [str(_uuid(table, rows.height + each)) for each in range(SPARE)]),
    )
    return pl.concat([rows, spares])


def _uuid(table: str, number: int) -> UUID:
    return uuid5(NAMESPACE_OID, f"{table} {number}")
