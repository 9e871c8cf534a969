"""Figures are read back, explained, withdrawn, and written as ADX."""

import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from flows.steps.compare.adx_file import write_adx
from flows.steps.reconcile.explanation import find_object
from flows.steps.reconcile.reconcile_run import reconcile_run, reconciling
from tests.support.scheme import Scheme
from tests.system.aggregates.figures_scheme import EVERY_CELL, figures_scheme, query, stored
from tests.system.aggregates.test_data_values import end_claims, with_section
from transforms.aggregates.elements import element_uid
from transforms.aggregates.figures.table import FIGURE_BY_KEY
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
def test_figures_without_options_are_found_again(tmp_path: Path) -> None:
    """DHIS2 gives them its own combination of options, which no category of ours has."""
    with figures_scheme(tmp_path, EVERY_CELL.replace("claimed_amount", "services")) as scheme:
        scheme.bring("first")

        elements = {key[0] for key in scheme.sandbox.state.data_values}
        assert element_uid(FIGURE_BY_KEY["services"], "monthly") in elements
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


def written_as_adx(scheme: Scheme, run_id: str, *, restates: bool = False) -> ElementTree.Element:
    """Write a run's figures as the flow does, and read the file."""
    run = scheme.run(run_id)
    write_adx(run, scheme.target, scheme.settings, restates=restates)
    return ElementTree.parse(run.adx).getroot()


def values_in(root: ElementTree.Element) -> Counter[tuple[str | None, ...]]:
    """Return data element, org unit, period, all options, and value: of each, how many."""
    return Counter(
        (group.get("orgUnit"), group.get("period"), *sorted(f"{k}={v}" for k, v in row.items()))
        for group in root.iter(f"{ADX}group")
        for row in group.iter(f"{ADX}dataValue")
    )


def zeros_in(root: ElementTree.Element) -> int:
    return sum(row.get("value") == "0" for row in root.iter(f"{ADX}dataValue"))


def test_figures_are_written_as_adx(scheme: Scheme) -> None:
    root = written_as_adx(scheme, "first")

    assert root.tag == f"{ADX}adx"
    assert root.get("exported") == "2026-01-01T12:00:00"
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
    assert set(values_in(root).values()) == {1}


def test_what_openimis_has_no_more_is_0_in_the_adx_file(scheme: Scheme) -> None:
    before = len(stored(scheme.sandbox))
    end_claims(scheme)
    scheme.plan("planned")

    root = written_as_adx(scheme, "planned")

    of_claims = [
        value for value in stored(scheme.sandbox) if value.figure != "Insured people by product"
    ]
    assert zeros_in(root) == len(of_claims) > 0
    assert sum(values_in(root).values()) == before


def test_closed_months_stand_in_the_adx_file_as_dhis2_has_them(scheme: Scheme) -> None:
    first = values_in(written_as_adx(scheme, "first"))
    scheme.country = with_section(scheme.country, 'open_periods = 1\nsince = "202510"')
    end_claims(scheme)
    scheme.plan("planned")

    stands = values_in(written_as_adx(scheme, "planned"))
    assert {row[1] for row in (first - stands)} == {"2025-12-01/P1M"}

    again = values_in(written_as_adx(scheme, "planned", restates=True))
    assert {row[1] for row in (first - again)} == {
        "2025-10-01/P1M", "2025-11-01/P1M", "2025-12-01/P1M",
    }  # fmt: skip


def test_a_value_of_a_product_that_has_another_code_now_is_in_no_adx_file(scheme: Scheme) -> None:
    """No code names it any more; without the product it would be another value."""
    query(scheme, 'update "tblProduct" set "ProductCode" = \'NEW1\' where "ProdID" = 1')
    scheme.plan("planned")

    root = written_as_adx(scheme, "planned")

    claims = [row for row in root.iter(f"{ADX}dataValue") if row.get("dataElement") == "oi_claims"]
    assert {frozenset(row.keys()) for row in claims} == {
        frozenset({"dataElement", "oi_product", "oi_claim_status", "value"})
    }
