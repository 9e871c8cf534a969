"""Figures are read back, explained, withdrawn, and written as ADX."""

import xml.etree.ElementTree as ElementTree

import polars as pl
import pytest

from flows.steps.compare.adx_file import write_adx
from flows.steps.reconcile.explanation import find_object
from flows.steps.reconcile.reconcile_run import reconcile_run, reconciling
from tests.support.scheme import Scheme
from tests.system.aggregates.figures_scheme import stored
from transforms.changes.guards.permissions import Allow
from transforms.changes.reconciliation.findings import FindingKind
from transforms.model.resources import DATA_VALUES

ADX = "{urn:ihe:qrph:adx:2015}"


def look(scheme: Scheme, run_id: str, *, repair: bool = False) -> pl.DataFrame:
    """Read DHIS2 back, and return what was found."""
    job = scheme.job(run_id)
    with (
        reconciling(job.run, job.target, None, repair=repair, adopt=False) as basis,
        job.client() as client,
    ):
        reconcile_run(basis, client)
    return pl.read_parquet(job.run.reconciliation("findings"))


def test_what_dhis2_holds_is_what_was_confirmed(scheme: Scheme) -> None:
    assert look(scheme, "look").is_empty()


@pytest.mark.longer
def test_values_that_somebody_changed_are_found_and_mended(scheme: Scheme) -> None:
    values = scheme.sandbox.state.data_values
    before = stored(scheme.sandbox)
    changed, lost, copied = sorted(values)[:3]
    values[changed] = values[changed] | {"value": "999"}
    del values[lost]
    combos = {key[3] for key in values if key[0] == copied[0]}
    free = ({(*copied[:3], each) for each in combos} - values.keys()) - {lost}
    typed = min(free)
    values[typed] = values[copied] | {"categoryOptionCombo": typed[3], "value": "7"}

    found = look(scheme, "look", repair=True)

    assert set(found["resource"]) == {DATA_VALUES.name}
    assert sorted(found["kind"]) == sorted(kind.value for kind in FindingKind)

    scheme.bring("mending", allow=(Allow.DELETES, Allow.RESTORED_TARGET))
    after = stored(scheme.sandbox)
    assert {value: number for value, number in after.items() if number != "0"} == before
    assert len(after) - len(before) <= 1
    assert look(scheme, "look-again").is_empty()


def test_a_facility_is_explained_with_its_values(scheme: Scheme) -> None:
    key = pl.read_parquet(scheme.run("first").desired(DATA_VALUES.name, 0))["key"][0]

    found = find_object(key.split(":")[0], scheme.target, "first")

    confirmed = found["Confirmed by DHIS2"]
    assert {row["resource"] for row in confirmed} == {DATA_VALUES.name}


def test_a_pilot_that_ends_leaves_no_value(scheme: Scheme) -> None:
    scheme.withdraw((Allow.DELETES, Allow.BEGIN_AGAIN))

    assert stored(scheme.sandbox) == {}


def test_figures_are_written_as_adx(scheme: Scheme) -> None:
    run = scheme.run("first")

    write_adx(run, scheme.settings)

    root = ElementTree.parse(run.adx).getroot()
    assert root.tag == f"{ADX}adx"
    groups = root.findall(f"{ADX}group")
    assert {group.get("period") for group in groups} == {
        "2025-10-01/P1M", "2025-11-01/P1M", "2025-12-01/P1M",
    }  # fmt: skip
    assert {group.get("dataSet") for group in groups} == {
        "oi_facility_monthly", "oi_district_monthly",
    }  # fmt: skip
    values = root.findall(f"{ADX}group/{ADX}dataValue")
    assert len(values) == len(stored(scheme.sandbox))
    claims = next(each for each in values if each.get("dataElement") == "oi_claims")
    assert set(claims.attrib) == {"dataElement", "oi_product", "oi_claim_status", "value"}
