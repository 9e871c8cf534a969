"""Set-up brings names in other languages into DHIS2: merged with what is there, never twice."""

from typing import Any

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.steps.set_up.plan_and_write import SetUp, set_up
from tests.support.sandbox import Sandbox
from tests.system.set_up.a_country import GENDERS, a_country, choices, places
from transforms.model.tables.option_sets import PRODUCT, VISIT_TYPE
from transforms.package.tables.maps import MAPS

pytestmark = pytest.mark.longer

INSUREE_PROGRAM, PERSON = "IR5BiEXrBD7", "EoBGArVCQ69"
FRENCH = {"languages": {"dhis2": ["fr"]}}
CLASSES = ("dataElements", "programIndicators", "indicators", "visualizations", "dashboards",
           "organisationUnitGroups", "organisationUnitGroupSets", "indicatorGroups", "userRoles",
           "userGroups", "legendSets", "maps")  # fmt: skip
NAME, SHORT = ("NAME", "fr"), ("SHORT_NAME", "fr")


def prepared(dhis2: Dhis2, *, french: bool = True, **more: Any) -> SetUp:
    country = a_country(**(FRENCH if french else {}))
    return set_up(dhis2, country, choices(tblGender=GENDERS), places(), **more)


def translated(sandbox: Sandbox, kind: str, uid: str) -> dict[tuple[str, str], str]:
    """Property and language to text; no pair stands there twice."""
    rows = sandbox.metadata(kind)[uid].get("translations") or []
    found = {(row["property"], row["locale"]): row["value"] for row in rows}
    assert len(found) == len(rows)
    return found


def sent(sandbox: Sandbox) -> list[str]:
    return [
        row["path"]
        for row in sandbox.requests
        if row["method"] == "PUT" and row["path"].endswith("/translations")
    ]


def give(sandbox: Sandbox, kind: str, uid: str, *rows: tuple[str, str, str]) -> None:
    names = ("property", "locale", "value")
    with sandbox.state.lock:
        sandbox.state.metadata[kind][uid]["translations"] = [
            dict(zip(names, row, strict=True)) for row in rows
        ]
        sandbox.state.metadata_changed()


def test_what_set_up_makes_has_french_names(sandbox: Sandbox, dhis2: Dhis2) -> None:
    done = prepared(dhis2)

    assert translated(sandbox, "programs", INSUREE_PROGRAM) == {
        NAME: "Famille/Assuré",
        SHORT: "Famille/Assuré",
        ("ENROLLMENT_DATE_LABEL", "fr"): "Date d'inscription",
    }
    assert translated(sandbox, "trackedEntityTypes", PERSON)[NAME] == "Personne"
    [emergency] = [
        row["id"]
        for row in sandbox.metadata("options").values()
        if row["optionSet"]["id"] == VISIT_TYPE.uid and row["code"] == "Emergency"
    ]
    assert translated(sandbox, "options", emergency) == {NAME: "Urgence"}
    assert translated(sandbox, "maps", MAPS[0].uid)[NAME]
    assert translated(sandbox, "optionSets", PRODUCT.uid) == {NAME: "Produit"}
    assert any("translations of names were added" in each for each in done.grants)


def test_every_class_of_names_is_translated(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2)

    for kind in CLASSES:
        found = [translated(sandbox, kind, uid) for uid in sandbox.metadata(kind)]
        assert sum(NAME in each for each in found) > 0.5 * len(found), kind


def test_parts_that_openimis_names_are_translated_around_its_names(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    products = choices(
        tblProduct=[{"ProdID": 1, "ProductCode": "P1", "ProductName": "Cover of Female"}]
    )
    set_up(dhis2, a_country(**FRENCH), products, places())

    [uid] = [
        row["id"]
        for row in sandbox.metadata("programIndicators").values()
        if row["name"] == "Policies in force (Product: P1 Cover of Female)"
    ]
    found = translated(sandbox, "programIndicators", uid)
    assert found[NAME] == "Polices en vigueur (Produit\u00a0: P1 Cover of Female)"
    assert found[SHORT] == "Polices en vigueur (produit P1)"
    assert found["DESCRIPTION", "fr"].endswith(
        "Seulement\u00a0: Produit\u00a0: P1 Cover of Female."
    )


def test_what_openimis_names_is_translated_by_nobody(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2)

    assert not any(
        row.get("translations") for row in sandbox.metadata("organisationUnits").values()
    )
    assert not any(
        row.get("translations")
        for row in sandbox.metadata("options").values()
        if row["optionSet"]["id"] == "GUdoValVQSh"  # genders are openIMIS's own list
    )


def test_done_again_it_plans_and_sends_nothing(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2)
    before = len(sent(sandbox))

    planned = prepared(dhis2, apply=False)
    again = prepared(dhis2)

    assert planned.plan.is_empty
    assert not any("translations" in note for note in planned.plan.notes)
    assert not any("translations" in each for each in again.grants)
    assert before > 500
    assert sent(sandbox)[before:] == []


def test_a_plan_says_how_many_are_to_be_added_and_adds_none(sandbox: Sandbox, dhis2: Dhis2) -> None:
    planned = prepared(dhis2, apply=False)

    [note] = [each for each in planned.plan.notes if "translations" in each]
    assert note.endswith("translations of names are to be added.")
    assert int(note.split()[0]) > 500
    assert sent(sandbox) == []


def test_without_the_setting_nothing_of_it_is_read_or_sent(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2, french=False)

    assert sent(sandbox) == []
    assert translated(sandbox, "programs", INSUREE_PROGRAM) == {}


def test_what_somebody_translated_stays_and_only_what_is_missing_is_added(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    give(
        ready,
        "programs",
        INSUREE_PROGRAM,
        ("NAME", "fr", "Les familles"),
        ("NAME", "pt", "Família"),
    )

    prepared(dhis2)

    assert translated(ready, "programs", INSUREE_PROGRAM) == {
        NAME: "Les familles",
        ("NAME", "pt"): "Família",
        SHORT: "Famille/Assuré",
        ("ENROLLMENT_DATE_LABEL", "fr"): "Date d'inscription",
    }


def test_a_name_that_an_operator_has_changed_gets_no_translation_of_ours(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    with ready.state.lock:
        ready.state.metadata["trackedEntityTypes"][PERSON]["name"] = "Bénéficiaire"
        ready.state.metadata_changed()

    prepared(dhis2)

    assert NAME not in translated(ready, "trackedEntityTypes", PERSON)


def test_an_object_with_two_translations_into_one_language_is_named_and_left_alone(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    twice = (("NAME", "fr", "A"), ("NAME", "fr", "B"))
    give(ready, "programs", INSUREE_PROGRAM, *twice)

    done = prepared(dhis2)

    [sentence] = [each for each in done.grants if INSUREE_PROGRAM in each]
    assert sentence.startswith(f"program {INSUREE_PROGRAM}: DHIS2 has two translations")
    assert len(ready.metadata("programs")[INSUREE_PROGRAM]["translations"]) == 2
    assert translated(ready, "trackedEntityTypes", PERSON)[NAME] == "Personne"


def test_one_that_dhis2_refuses_stops_no_other(sandbox: Sandbox, dhis2: Dhis2) -> None:
    path = f"/api/programs/{INSUREE_PROGRAM}/translations"
    refused = {"response": {"errorReports": [{"errorCode": "E1106"}]}}
    sandbox.cues.add(path=path, method="PUT", status=409, body=refused)

    done = prepared(dhis2)

    assert any(
        f"{INSUREE_PROGRAM}: DHIS2 refused its translations (E1106)." in each
        for each in done.grants
    )
    assert any("3 translations of names were not stored" in each for each in done.grants)
    assert translated(sandbox, "trackedEntityTypes", PERSON)[NAME] == "Personne"


def test_a_set_up_that_was_cut_short_goes_on_where_it_stopped(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    prepared(dhis2)
    give(sandbox, "trackedEntityTypes", PERSON)
    before = len(sent(sandbox))

    prepared(dhis2)

    assert sent(sandbox)[before:] == [f"/api/trackedEntityTypes/{PERSON}/translations"]
    assert translated(sandbox, "trackedEntityTypes", PERSON)[NAME] == "Personne"
