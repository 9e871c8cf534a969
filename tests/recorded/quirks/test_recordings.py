"""Every recorded answer of a real server is understood, and every code in it is classed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.recorded.quirks.small_country import RECORDINGS, VERSIONS
from transforms.changes.objects.phases import IDENTIFIERS, LISTS
from transforms.dhis2.import_report import Sent, Strategy, judge, judge_dry_run
from transforms.dhis2.tables.error_classes import ErrorClass
from transforms.dhis2.tables.error_codes import ERROR_CODES, error_code
from transforms.model.resources import TrackerType

FAIL_AS_A_WHOLE = {
    "067-one-bad-all": VERSIONS,  # atomicMode=ALL, which the loader never asks for
    "079-malformed-uid": ("2.42", "2.43"),
    "080-malformed-date": VERSIONS,
    "081-unknown-status": VERSIONS,
    "085-bad-parameter": VERSIONS,
    "094-same-uid-twice": ("2.43",),
    "120-poison-nul": VERSIONS,
    "136-validate-only": VERSIONS,  # a dry run names nobody: `validated` judges it
    "145-async": VERSIONS,  # asynchronous, which the loader never asks for
}
GONE = {"E1063", "E1081", "E1032", "E1082", "E1113", "E1114"}


def exchanges(version: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield name, request and response of every recorded exchange."""
    for path in sorted((RECORDINGS / version).glob("*.json")):
        content = orjson.loads(path.read_bytes())
        yield path.stem, content["request"], content["response"]


def codes(answer: Any) -> Iterator[str]:
    """Yield every error code in an answer, wherever it stands."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name in ("errorCode", "warningCode") and isinstance(value, str):
                yield value
            yield from codes(value)
    if isinstance(answer, list):
        for value in answer:
            yield from codes(value)


def sent(body: dict[str, Any]) -> list[Sent]:
    """Return the objects of a request, nested ones aside."""
    return [
        Sent(kind, each[IDENTIFIERS[kind]])
        for kind in TrackerType
        for each in body.get(LISTS[kind], [])
    ]


def imports(version: str) -> Iterator[tuple[str, list[Sent], Strategy, Any]]:
    """Yield name, objects, strategy and answer of every recorded tracker request."""
    for name, request, response in exchanges(version):
        if (request["method"], request["path"]) != ("POST", "/api/tracker"):
            continue
        if isinstance(request.get("body"), dict):
            strategy: Strategy = (
                "DELETE"
                if request["query"].get("importStrategy") == "DELETE"
                else "CREATE_AND_UPDATE"
            )
            yield name, sent(request["body"]), strategy, response["body"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_error_code_is_classed(version: str) -> None:
    found = {code for _, _, response in exchanges(version) for code in codes(response["body"])}

    assert len(found) > 40
    assert found - ERROR_CODES.keys() == set()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_import_is_judged_object_by_object_or_as_a_failure(version: str) -> None:
    failed = set()
    for name, objects, strategy, answer in imports(version):
        verdict = judge(objects, strategy, answer)
        if verdict is None:
            failed.add(name)
        else:
            told = [*verdict.accepted, *(Sent(each.type, each.uid) for each in verdict.refused)]
            assert sorted(told) == sorted(objects), name

    expected = {name for name, versions in FAIL_AS_A_WHOLE.items() if version in versions}
    assert failed - {"142-no-login"} == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_deletion_of_what_is_not_there_is_a_success(version: str) -> None:
    for name, objects, strategy, answer in imports(version):
        found = set(codes(answer))
        if strategy == "DELETE" and found <= GONE:
            verdict = judge(objects, strategy, answer)
            assert verdict is not None
            assert list(verdict.accepted) == objects, name


@pytest.mark.parametrize("version", VERSIONS)
def test_no_word_of_a_recorded_message_is_in_a_verdict(version: str) -> None:
    for name, objects, strategy, answer in imports(version):
        verdict = judge(objects, strategy, answer)
        if verdict is not None:
            for each in verdict.refused:
                assert Sent(each.type, each.uid) in objects, name
                assert set(each.codes) <= ERROR_CODES.keys(), name


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_dry_run_says_that_all_would_be_taken(version: str) -> None:
    dry_runs = {name: (objects, answer) for name, objects, _, answer in imports(version)}
    objects, answer = dry_runs["136-validate-only"]

    verdict = judge_dry_run(objects, answer)

    assert verdict is not None
    assert list(verdict.accepted) == objects


def test_the_codes_that_law_and_table_name_are_of_the_class_they_say() -> None:
    assert {
        code for code, known in ERROR_CODES.items() if known.error_class is ErrorClass.TOMBSTONE
    } == {
        "E1082",
        "E1113",
        "E1114",
    }
    assert {
        code for code, known in ERROR_CODES.items() if known.error_class is ErrorClass.ABSENT
    } == {
        "E1063",
        "E1081",
        "E1032",
    }
    for code in ("E1000", "E1029", "E1041", "E1005", "E1069", "E1091"):
        assert error_code(code).error_class is ErrorClass.CONFIGURATION
    assert error_code("E5000").error_class is ErrorClass.PARENT
    assert error_code("E1125").error_class is ErrorClass.DATA
    assert error_code("E9999").error_class is ErrorClass.CONFIGURATION


def test_every_code_is_explained_in_plain_sentences() -> None:
    for code, known in ERROR_CODES.items():
        assert known.meaning.endswith("."), code
        assert known.hint.endswith("."), code
        assert "`" not in known.meaning + known.hint, code


def test_the_recordings_are_where_they_must_be() -> None:
    assert [path.name for path in sorted(Path(RECORDINGS).iterdir()) if path.is_dir()] == list(
        VERSIONS
    )
