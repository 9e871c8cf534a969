"""The user of the daily load, with the role and the group that set-up made, and nothing else."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.prefect_support.dhis2_server import Dhis2Server
from flows.set_up_dhis2 import set_up_dhis2
from tests.support.cases import first_in_ci
from tests.support.sandbox import ADMIN, SUPPORTED
from tests.support.scheme.by_flows import FlowScheme, a_flow_scheme
from transforms.package.tables.user_roles import LOADER

pytestmark = pytest.mark.large

USER = {
    "id": "LoaderUserA", "username": "loader", "firstName": "Lo", "surname": "Ader",
    "password": "Loader-123", "userRoles": [{"id": LOADER.uid}],
}  # fmt: skip


@pytest.fixture(params=first_in_ci(SUPPORTED))
def loading(
    request: pytest.FixtureRequest, prefect_server: None, sample_database: Path, tmp_path: Path
) -> Iterator[FlowScheme]:
    """A DHIS2 that is set up, and a scheme whose block logs in as its loader."""
    with a_flow_scheme(tmp_path, version=request.param, users=[]) as scheme:
        scheme.source.copy(sample_database)
        where = (scheme.country_file, scheme.staging_root)
        set_up_dhis2("scheme", "administrator", *where)
        make_the_loader(scheme)
        scheme.set_up()
        yield scheme


def make_the_loader(scheme: FlowScheme) -> None:
    """Make a user with our role, as an administrator of DHIS2 does; set-up gives it the rest."""
    username, password = ADMIN
    admin = Dhis2Server(base_url=scheme.sandbox.url, username=username, password=password)
    with admin.client() as client:
        assert client.post("/api/metadata", None, {"users": [USER]}).ok
    loader = Dhis2Server(base_url=scheme.sandbox.url, username="loader", password="Loader-123")
    loader.save("ministry", overwrite=True)


def refused(scheme: FlowScheme, run_id: str) -> list[Any]:
    """Objects that DHIS2 refused."""
    files = (scheme.staging_root / "runs" / run_id / "rejects").glob("*.parquet")
    rows = pl.concat([pl.read_parquet(file) for file in files])
    return rows.filter(stage="dhis2").select("resource", "reasons").rows()


def test_the_loaders_role_is_enough_for_days_of_loads(loading: FlowScheme) -> None:
    first = loading.sync(run_id="first")
    loading.next_day(day=date(2026, 1, 2))
    with closing(sqlite3.connect(loading.database)) as connection, connection:
        connection.execute(
            'UPDATE "tblClaim" SET "ValidityTo" = \'2026-01-02\' WHERE "ClaimID" IN '
            '(SELECT "ClaimID" FROM "tblClaim" WHERE "ValidityTo" IS NULL LIMIT 3)'
        )
    second = loading.sync(run_id="second", allow=["deletes"])

    assert first.is_completed(), first.message
    assert second.is_completed(), second.message
    assert refused(loading, "first") == refused(loading, "second") == []
    assert not [row for row in loading.sandbox.requests if row["status"] in (401, 403)]
    assert {row["user"] for row in loading.sandbox.posted("/api/tracker")} == {"loader"}
