"""No page in French says anything in English but codes, names and what errors said."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
import pytest

from staging.languages import language_named
from tests.project.catalogue import messages
from tests.unit.transforms.matching.trees import LEVELS, ROOT, place, places_of, unit, units_of
from tests.unit.transforms.reports.test_run_result import FAILED, LOADED, NO_PLACE, summary
from transforms.changes.guards.magnitude import BY_DATE, Finding, MagnitudeKind, permission_sentence
from transforms.changes.guards.magnitude_sentences import sentence
from transforms.changes.guards.metadata_magnitude import KEPT
from transforms.changes.guards.permissions import Allow
from transforms.core.language import Language, Phrase
from transforms.dhis2.metadata_plan import Plan
from transforms.matching.decisions import FILE_COLUMNS, Author
from transforms.matching.match import match
from transforms.matching.match_file import file_of, news_in
from transforms.model.resources import ALL_FIELDS
from transforms.openimis.country import country_of
from transforms.openimis.unmapped_values import sentence_of
from transforms.reports import explanations, metadata_summary, reconciliation_report, summaries
from transforms.reports.check_page import check_lines, check_page
from transforms.reports.leaving_page import leaving_page
from transforms.reports.match_page import match_page
from transforms.reports.progress import load_progress, progress_in_words
from transforms.reports.run_report import run_report
from transforms.reports.run_result import RunResult, result_page
from transforms.requirements.check_rows import Seen, walk
from transforms.requirements.sentences import as_sentence, clock_fault, room_fault, row_faults
from transforms.requirements.tables.requirements import REQUIREMENTS

FRENCH = language_named("fr")
NOW = dt.datetime(2026, 11, 28, 2, 30, tzinfo=dt.UTC)
ROOT_OF = {"uid": ROOT, "name": "Nation", "short_name": "Nation"}
WAITING = Finding("tracked_entities", MagnitudeKind.DELETES, "", 12_000, 20_000)


def results() -> Iterator[RunResult]:
    earlier = (summary("before", as_of="2026-11-27 02:00:00"),)
    more: Mapping[str, Any] = {"held_back": [FRENCH.of(sentence(WAITING))]}
    hint = {"hint": FRENCH.of(NO_PLACE["hint"])}
    for own, stages, failure in (
        (summary(rejects=[NO_PLACE | hint], **more), LOADED, None),
        (summary(state="stopped"), FAILED, "DHIS2 said no."),
        (summary(state="planned"), LOADED[:1], None),
        (summary(is_whole=False), LOADED, None),
    ):
        yield RunResult("last-night", "ministry", stages, failure, own, earlier, FRENCH)
    yield RunResult("last-night", "ministry", (), None, None, (), FRENCH)


def check() -> str:
    def look(number: int) -> Seen:
        now = NOW.replace(tzinfo=None)
        faults = [
            *as_sentence(clock_fault(now, now + dt.timedelta(hours=3), is_local=False)),
            *as_sentence(room_fault(1, 2**31, "/staging")),
            *(each for fault in row_faults({}, ["tblInsuree"]) for each in as_sentence(fault)),
        ]
        return Seen(Phrase("is saved"), faults if number % 5 == 3 else ())

    looks = {each.key: lambda n=n: look(n) for n, each in enumerate(REQUIREMENTS)}
    rows = walk(REQUIREMENTS, looks, lambda error: AssertionError(error))  # type: ignore[arg-type,return-value]
    return check_page(rows, FRENCH) + "\n".join(check_lines(rows, FRENCH))


def matching() -> str:
    places = places_of(place("W", "Jamu", kind="ward"), place("N", "Nothing like it"))
    units = units_of(unit("KituaUnit01", "Kitua"), unit("LonelyUnit1", "Zanzi"))
    country = country_of({"root": ROOT_OF, "match": {"levels": LEVELS}}, "country.toml")
    matches = match(places, units, ROOT, country.match)
    before = pl.DataFrame(schema=dict.fromkeys(FILE_COLUMNS, pl.String()))
    rows = file_of(places, units, matches, before, Author("Asha", "2026-01-05 08:00"))
    return match_page(rows, news_in(rows, before), places, units, country, FRENCH)


def reconciliation() -> str:
    sides = {"openIMIS": 1, "acknowledged": 1, "DHIS2": 0, "missing": 1, "different": 0}
    totals = pl.DataFrame(
        [{"resource": "tracked_entities", "orgUnit": "Uid", **sides, "unexpected": 0}]
    )
    details = pl.DataFrame(
        [{"resource": "tracked_entities", "kind": "missing", "detail": "deleted in DHIS2",
          "objects": 1}]
    )  # fmt: skip
    names = pl.DataFrame({"uid": ["Uid"], "name": ["Kitua"]})
    after = "Nothing was changed. With `repair`, acknowledged is made to say what DHIS2 holds, and the next `sync` does the rest."  # noqa: E501
    return reconciliation_report.markdown(totals, details, names, after, FRENCH)


def leaving(mode: str) -> str:
    return leaving_page(country_of({"root": ROOT_OF, "mode": mode}, "country.toml"), FRENCH)


PAGES = {
    "results": lambda: "\n".join(map(result_page, results())),
    "reports": lambda: "\n".join(run_report(each, "/rejects", NOW) for each in results()),
    "summary": lambda: summaries.markdown(
        summary(compared={}, rejects=[NO_PLACE], unmapped=["x"], reported=["y"]), None, FRENCH
    ),
    "check": check,
    "matching": matching,
    "reconciliation": reconciliation,
    "what leaves": lambda: leaving("both") + leaving("aggregate"),
    "plan": lambda: (
        metadata_summary.plan_markdown(Plan(), FRENCH)
        + metadata_summary.refused_markdown("x", 1, {}, FRENCH)
    ),
    "explanation": lambda: explanations.markdown("x", {Phrase("Confirmed by DHIS2"): []}, FRENCH),
}


def english() -> list[str]:
    """Texts that would be English beyond doubt; names of fields stay."""
    fields = {each.name for each in ALL_FIELDS}
    return [
        text
        for text in messages()
        if len(text.split()) >= 3 and "{" not in text and text not in fields
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_french_says_nothing_in_english(name: str) -> None:
    page = PAGES[name]()

    assert [text for text in english() if text in page] == []


def test_numbers_and_days_are_written_as_in_french() -> None:
    progress = load_progress(1_200, 6_000, before=0)

    text = progress_in_words(progress, seconds=600, now=NOW, language=FRENCH)

    assert text == (
        "1\u202f200 lots sur 6\u202f000 réglés, 120 par minute\u00a0; fin prévue vers le 28/11 à "
        "03:10 (UTC)"
    )


def test_a_guards_sentence_has_the_reason_and_the_permission() -> None:
    waits = FRENCH.of(sentence(WAITING))
    goes = FRENCH.of(
        sentence(Finding("policy_events", MagnitudeKind.DUE, "policy_status", 5, 9, BY_DATE))
    )
    gone = FRENCH.of(
        sentence(Finding("options", MagnitudeKind.VANISHES, "kCdTMGqxLGE", 5, 9, KEPT))
    )
    why = permission_sentence(Allow.DELETES)
    permitted = FRENCH.of(sentence(Finding("policy_events", MagnitudeKind.DELETES, "", 5, 9, why)))

    assert "lancez une fois avec allow=deletes une nouvelle exécution" in waits
    assert (
        goes
        == "Policy status avance pour 5 de 9 policy_events\u00a0: dû à la date\u00a0; cela part."
    )
    assert gone == "openIMIS n'a plus 5 de 9 options de Product\u00a0: DHIS2 les garde."
    assert permitted.endswith("\u00a0: autorisé par deletes\u00a0; cela part.")


def test_a_value_that_nothing_explains_is_told_in_french() -> None:
    unmapped = {"column": "tblClaim.VisitType", "value": "Z", "rows": 4, "section": "values.x"}

    assert FRENCH.of(sentence_of(unmapped)).startswith("tblClaim.VisitType vaut Z dans 4 lignes")


def test_english_pages_are_those_of_before() -> None:
    result = next(results())
    plain = RunResult(result.run_id, result.target, result.stages, None, result.summary, ())
    named = RunResult(
        result.run_id, result.target, result.stages, None, result.summary, (), Language()
    )

    assert result_page(plain) == result_page(named)
    assert "# ministry is up to date, but for what is held back" in result_page(plain)
