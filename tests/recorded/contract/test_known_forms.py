"""The stand-in answers only what a real server of its version was asked."""

from __future__ import annotations

import json

import httpx

from tests.recorded.contract.known_forms import from_recordings
from tests.support.sandbox import ADMIN, running_sandbox
from tests.support.sandbox.forms import KNOWN_FORMS, fields_of, form_of


def test_the_known_forms_are_those_of_the_recordings() -> None:
    """`python -m tests.recorded.contract.known_forms` writes them anew."""
    assert json.loads(KNOWN_FORMS.read_text()) == from_recordings()


def test_a_form_is_the_way_of_asking_and_not_what_is_asked_for() -> None:
    pairs = [("paging", "false"), ("filter", "id:in:[AWf6WNq0cuf]"), ("fields", "id,name")]

    assert form_of("GET", "/api/maps", pairs) == "GET /api/maps?fields&filter=id:in&paging=false"
    assert form_of("GET", "/api/maps/AWf6WNq0cuf", []) == "GET /api/maps/*"
    assert form_of("PUT", "/api/dataStore/space/key", []) == "PUT /api/dataStore/*/*"


def test_fields_are_told_name_by_name_with_what_is_asked_of_each() -> None:
    asked = fields_of([("fields", "id,mapViews[name,id,rows(items[id])],:owner")])

    assert asked == {"id", "mapViews[id,name,rows[items[id]]]", ":owner"}


def test_a_form_that_no_recording_holds_is_refused_by_name() -> None:
    with running_sandbox("2.42") as sandbox:
        address = f"{sandbox.url}/api/maps?filter=name:like:x&fields=id&paging=false"
        answer = httpx.get(address, auth=ADMIN)

    assert answer.status_code == 501
    assert "GET /api/maps?fields&filter=name:like&paging=false" in answer.json()["message"]


def test_a_property_that_was_never_asked_for_is_refused_by_name() -> None:
    with running_sandbox("2.42") as sandbox:
        answer = httpx.get(f"{sandbox.url}/api/maps?fields=id,href&paging=false", auth=ADMIN)

    assert answer.status_code == 501
    assert "fields=href" in answer.json()["message"]


def test_what_only_another_version_was_asked_is_refused() -> None:
    with running_sandbox("2.40") as sandbox:
        address = f"{sandbox.url}/api/tracker/trackedEntities"
        query = {"program": "IR5BiEXrBD7", "orgUnitMode": "ACCESSIBLE", "fields": "orgUnit"}
        answer = httpx.get(address, params=query, auth=ADMIN)

    assert answer.status_code == 501
