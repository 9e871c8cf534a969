import io
from pathlib import Path

import polars as pl
import psycopg
import pytest

from flows.extract import extract
from flows.prefect_support.blocks import main
from flows.prefect_support.openimis_database import OpenimisDatabase
from staging.layout import Run
from staging.snapshots import read_manifest, read_snapshot
from tests.support.databases import Database
from transforms.core.errors import CountryError, SourceError, StagingError

COUNTRY = """
[root]
uid = "rootOrgUnit"
name = "Country"
short_name = "Country"
"""


@pytest.fixture
def country(tmp_path: Path) -> Path:
    path = tmp_path / "country.toml"
    path.write_text(COUNTRY)
    return path


@pytest.fixture
def source(prefect_server: None, openimis: Database) -> str:
    block = OpenimisDatabase(dialect="postgresql", connection_string=openimis.odbc)
    block.save("sample", overwrite=True)
    return "sample"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "staging", "monday")


def insurees_in(database: Database) -> int:
    with psycopg.connect(database.conninfo) as connection:
        return connection.execute('SELECT count(*) FROM "tblInsuree"').fetchone()[0]


def test_the_flow_takes_a_snapshot_of_all_rows(source, openimis, country, run):
    extract(source, country, run.root, run.run_id)

    snapshot = read_snapshot(run)
    assert snapshot.frames["tblInsuree"].select(pl.len()).collect().item() == insurees_in(openimis)
    assert snapshot.manifest.tables["tblInsuree"].rows == insurees_in(openimis)


def test_a_run_that_has_its_snapshot_keeps_it(source, openimis, country, run):
    extract(source, country, run.root, run.run_id)
    first = read_manifest(run)
    with psycopg.connect(openimis.conninfo) as connection:
        connection.execute('DELETE FROM "tblInsuree"')

    extract(source, country, run.root, run.run_id)

    assert read_manifest(run) == first


def test_a_snapshot_that_was_not_completed_is_taken_anew(source, openimis, country, run):
    extract(source, country, run.root, run.run_id)
    run.manifest("snapshot").unlink()
    run.snapshot("tblHF").write_bytes(b"half a file")
    run.snapshot("tblFormerly").write_bytes(b"of an older mapping")

    extract(source, country, run.root, run.run_id)

    assert read_snapshot(run).frames["tblHF"].collect().height > 0
    assert not run.snapshot("tblFormerly").exists()


def test_what_privacy_drops_is_not_even_selected(source, country, run):
    extract(source, country, run.root, run.run_id)

    columns = read_manifest(run).tables["tblInsuree"].columns
    assert {"LastName", "OtherNames", "Phone", "passport"}.isdisjoint(columns)
    assert {"CHFID", "DOB"} <= set(columns)


def test_a_run_does_not_go_on_with_a_snapshot_of_another_privacy_policy(source, country, run):
    extract(source, country, run.root, run.run_id)
    country.write_text(COUNTRY + '\n[privacy]\n"Date of birth" = "drop"\n')

    with pytest.raises(StagingError, match=r"other columns .* are requested now"):
        extract(source, country, run.root, run.run_id)


def test_a_block_that_was_never_saved_is_named_in_one_sentence(prefect_server, country, run):
    with pytest.raises(SourceError, match="There is no block openimis-database/nowhere"):
        extract("nowhere", country, run.root, run.run_id)


def test_a_country_file_that_is_missing_is_named_in_one_sentence(source, tmp_path, run):
    with pytest.raises(CountryError, match="cannot be read: No such file"):
        extract(source, tmp_path / "no.toml", run.root, run.run_id)


def test_a_country_file_that_is_no_toml_is_named_in_one_sentence(source, country, run):
    country.write_text("root = ")

    with pytest.raises(CountryError, match="is not TOML"):
        extract(source, country, run.root, run.run_id)


def test_the_connection_string_is_stored_as_a_secret(source):
    block = OpenimisDatabase.load(source)

    assert "Server=" not in repr(block)
    assert "Server=" not in str(block.model_dump())
    assert "connection_string" in OpenimisDatabase._to_block_schema().fields["secret_fields"]


def test_what_is_open_on_the_wire_is_said_before_anything_is_read(
    prefect_server, country, run, caplog
):
    nowhere = "Driver=no such driver;Server=db.example.org;Encrypt=no;Pwd=open-sesame"
    block = OpenimisDatabase(dialect="sqlserver", connection_string=nowhere)
    block.save("sqlserver", overwrite=True)

    with pytest.raises(SourceError):
        extract("sqlserver", country, run.root, run.run_id)

    warnings = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert [each for each in warnings if "travels in clear" in each]
    assert "open-sesame" not in caplog.text


def test_a_wrong_setting_of_a_block_is_told_in_one_sentence(prefect_server, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("Driver=FreeTDS\n"))

    ended = main(["save", "openimis-database", "copy", "dialect=postgresql", "is_a_copy=true"])

    assert ended == 1
    assert "is_a_copy is for a SQL Server without snapshot isolation" in capsys.readouterr().err
