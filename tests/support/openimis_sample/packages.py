"""Packages: some services stand for other services and items, and claims say what was given.

    kind          price of the service line                            ServPackageType
    fee           the sum of what was given (fee for service)          P
    fixed         the same, of each at most what the package has       F
    manual        what the list of prices says, whatever was given     F, and manualPrice

The quantity of a package is one, and the line has its whole price. A package may hold less than
its contents would cost, or nothing that was given: openIMIS writes 0 for that.
"""

from typing import Final

import polars as pl

from tests.support.openimis_sample import schema

Tables = dict[str, pl.DataFrame]
_EVERY: Final = 3
"""Every third service is a package."""
_FEE, _FIXED, _MANUAL = 0, 1, 2
_AMOUNTS: Final = ("PriceAsked", "PriceAdjusted")
_MADE_OF: Final = {"tblClaimServicesService": 2, "tblClaimServicesItems": 3}
"""Table of the contents to how many of its kind a package has."""


def with_packages(tables: Tables) -> Tables:
    """Return the tables of a sample in which claims name packages, with their contents."""
    services = tables["tblServices"].with_columns(
        ServPackageType=pl.when(_is_package() & (_kind() == _FEE)).then(pl.lit("P"))
        .when(_is_package()).then(pl.lit("F")).otherwise(pl.lit("S")),
        manualPrice=_is_package() & (_kind() == _MANUAL),
    )  # fmt: skip
    contents = {
        "tblClaimServicesService": _contents(tables, "tblServices", "ServPrice"),
        "tblClaimServicesItems": _contents(tables, "tblItems", "ItemPrice"),
    }
    lines = _with_prices(tables["tblClaimServices"], contents)
    return {**tables, **contents, "tblServices": services, "tblClaimServices": lines}


def _is_package() -> pl.Expr:
    return pl.col("ServiceID") % _EVERY == 0


def _kind() -> pl.Expr:
    return pl.col("ServiceID") // _EVERY % 3


def _contents(tables: Tables, of: str, price: str) -> pl.DataFrame:
    """The rows of the live lines that name a package; a copy of a line has none of its own."""
    table = "tblClaimServicesService" if of == "tblServices" else "tblClaimServicesItems"
    key, line, thing = _names(table)
    listed = tables[of].filter(pl.col("LegacyID").is_null(), pl.col("ValidityTo").is_null())
    if of == "tblServices":
        listed = listed.filter(~_is_package())
    things = listed.select(of=schema.key(of), price=price).with_row_index("place")
    packages = tables["tblClaimServices"].filter(_is_package(), pl.col("LegacyID").is_null())
    rows = packages.select(
        pl.col("ClaimServiceID").alias(line),
        "ServiceID",
        number=pl.int_ranges(pl.lit(_MADE_OF[table])),
        created_date="ValidityFrom",
    ).explode("number")
    place = (pl.col("ServiceID") * 7 + pl.col("number") * 5) % things.height
    rows = rows.with_columns(place=place.cast(pl.UInt32))
    rows = rows.join(things, on="place", how="left", maintain_order="left").with_row_index(key, 1)
    given = (pl.col(line) + pl.col("number")) % 4
    made = rows.with_columns(
        pl.col("of").alias(thing),
        qty_provided=pl.col("number") % 2 + 1,
        qty_displayed=given,
    )
    return schema.conformed(made, table, schema.LEVELS[-1])


def _names(table: str) -> tuple[str, str, str]:
    """Key, line and thing."""
    if table == "tblClaimServicesService":
        return "idCss", "claimServiceID", "ServiceId"
    return "idCsi", "ClaimServiceID", "ItemID"


def _with_prices(lines: pl.DataFrame, contents: Tables) -> pl.DataFrame:
    """The price that openIMIS writes to the line of a package, in every version of the line."""
    sums = pl.concat(
        rows.select(
            live=pl.col(_names(table)[1]),
            fee=pl.col("price") * pl.col("qty_displayed"),
            fixed=pl.col("price") * pl.min_horizontal("qty_displayed", "qty_provided"),
        )
        for table, rows in contents.items()
    )
    sums = sums.group_by("live").agg(pl.col("fee").sum(), pl.col("fixed").sum())
    live = pl.coalesce("LegacyID", "ClaimServiceID")
    priced = lines.with_columns(live=live).join(sums, on="live", how="left", maintain_order="left")
    price = pl.when(_kind() == _FEE).then("fee").when(_kind() == _FIXED).then("fixed")
    is_priced = _is_package() & pl.col("fee").is_not_null()
    quantity = pl.when(is_priced).then(pl.lit(1)).otherwise("QtyProvided")
    return priced.with_columns(
        QtyProvided=quantity.cast(schema.MONEY),
        **{
            name: pl.when(is_priced & pl.col(name).is_not_null())
            .then(price.otherwise(name))
            .otherwise(name)
            .cast(schema.MONEY)
            for name in _AMOUNTS
        },
    ).drop("live", "fee", "fixed")
