"""Columns that a fork renamed, and flags by which it deletes, are read and checked as others."""

import tomllib
from typing import Any

import pytest

from flows.steps.extract.snapshot import take_snapshot
from flows.steps.shared.runner import Runner
from staging.layout import Run
from tests.system.extract.conftest import rows_of
from transforms.core.errors import SourceError
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import country_of

ROOT = '[root]\nuid = "ImspTQPwCqd"\nname = "Ultha"\nshort_name = "Ultha"\n'


class Warnings(Runner):
    """A runner that keeps what is odd."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def warning(self, message: str, *values: Any) -> None:
        self.given.append(message % values)


def wanted(text: str = "") -> Any:
    return selected_columns(country_of(tomllib.loads(f"{text}\n{ROOT}"), "ultha.toml"))


def test_a_renamed_column_is_read_and_comes_out_under_openimis_name(take, openimis, administrator):
    administrator.execute('ALTER TABLE "tblClaim" RENAME "VisitType" TO "visit_kind"')

    named = wanted('[columns]\ntblClaim.VisitType = "visit_kind"')
    rows = rows_of(take(openimis.odbc, wanted=named), "tblClaim")

    assert {"E", "O"} <= set(rows["VisitType"])
    assert "visit_kind" not in rows.columns


def test_a_renamed_column_that_is_not_there_is_named_as_the_country_file_names_it(take, openimis):
    named = wanted('[columns]\ntblClaim.VisitType = "visit_kind"')

    with pytest.raises(SourceError, match=r"tblClaim has no column visit_kind \(it has: "):
        take(openimis.odbc, wanted=named)


def test_a_deletion_flag_is_read_besides(take, openimis, administrator):
    administrator.execute('ALTER TABLE "tblInsuree" ADD "IsDeleted" boolean')
    administrator.execute('UPDATE "tblInsuree" SET "IsDeleted" = true WHERE "InsureeID" = 1')

    snapshot = take(openimis.odbc, wanted=wanted("[not_current]\ntblInsuree.IsDeleted = true"))

    rows = rows_of(snapshot, "tblInsuree")
    assert rows.filter("IsDeleted")["InsureeID"].to_list() == [1]
    assert snapshot.manifest.tables["tblInsuree"].unread_flags == []


@pytest.mark.parametrize(
    ("type_name", "told"),
    [
        (None, r"tblInsuree has no column IsDeleted \(it has: "),
        ("timestamp", r"tblInsuree\.IsDeleted is of type timestamp; expected a boolean or bit"),
    ],
)
def test_a_deletion_flag_that_is_not_there_or_of_another_type_is_named(
    take, openimis, administrator, type_name, told
):
    if type_name:
        administrator.execute(f'ALTER TABLE "tblInsuree" ADD "IsDeleted" {type_name}')

    with pytest.raises(SourceError, match=told):
        take(openimis.odbc, wanted=wanted("[not_current]\ntblInsuree.IsDeleted = true"))


def test_a_deletion_flag_that_the_country_file_does_not_name_is_told(
    tmp_path, client, administrator
):
    administrator.execute('ALTER TABLE "tblInsuree" ADD "IsDeleted" boolean DEFAULT false')
    warnings = Warnings()

    take_snapshot(Run(tmp_path, "monday"), "sample", lambda: client, wanted(), runner=warnings)

    [told] = warnings.given
    assert told.startswith("tblInsuree has a column IsDeleted, which openIMIS itself does not")
    assert "[not_current]" in told
