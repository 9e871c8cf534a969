"""A run has one language: that of its country file when a stage last began."""

from pathlib import Path

import polars as pl
import pytest

from staging.languages import language_of
from staging.layout import Run
from staging.rejects import REJECTS, read_rejects, write_held_back, write_rejects
from staging.runs import RunRecord, note_language, recall, remember
from transforms.changes.answers.reject_rows import reject_rows
from transforms.changes.guards.magnitude import Finding, MagnitudeKind
from transforms.core.errors import StagingError
from transforms.reports.summaries import counted_reasons, reject_counts


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path, "monday")


def csv(run: Run, name: str) -> pl.DataFrame:
    return pl.read_csv(run.rejects(name).with_suffix(".csv"))


def rejects(*codes: str) -> pl.DataFrame:
    rows = [{"key": f"{number}", "stage": "rule", "reasons": [code]} for number, code in
            enumerate(codes)]  # fmt: skip
    return reject_rows("claim_events", pl.DataFrame(rows))


def test_a_run_is_english_and_says_nothing_of_it_if_nobody_names_another(run: Run) -> None:
    note_language(run, "en")

    assert not run.run_file.exists()
    assert language_of(run).code == "en"


def test_a_language_is_written_down_and_may_change_while_the_run_goes_on(run: Run) -> None:
    remember(run, RunRecord(target="ministry"))
    note_language(run, "fr")
    assert language_of(run).code == "fr"
    remember(run, RunRecord(target="ministry"))

    note_language(run, "en")
    assert language_of(run).code == "en"
    assert recall(run).target == "ministry"


def test_a_lost_run_file_stays_lost(run: Run) -> None:
    run.manifest("desired").parent.mkdir(parents=True)
    run.manifest("desired").write_text("{}")

    with pytest.raises(StagingError, match=r"run\.json"):
        note_language(run, "fr")
    assert not run.run_file.exists()


def test_a_damaged_run_file_leaves_the_reports_english(run: Run) -> None:
    note_language(run, "fr")
    run.run_file.write_text(run.run_file.read_text().replace("fr", "de"))

    assert language_of(run).code == "en"


def test_clerks_read_hints_in_their_language_and_machines_in_english(run: Run) -> None:
    note_language(run, "fr")
    write_rejects(run, {"claim_events": rejects("claim_date_missing", "E1125", "E9999")})

    shown = dict(csv(run, "claim_events").select("reason", "hint").iter_rows())
    stored = dict(read_rejects(run).select("reason", "hint").collect().iter_rows())
    assert shown["claim_date_missing"].startswith("La demande n'a pas de date de demande")
    assert shown["E1125"].startswith("Une valeur n'est pas un code de sa liste d'options. Envoyez")
    assert shown["E9999"].startswith("On ne sait rien de ce code ici")
    assert stored["claim_date_missing"].startswith("The claim has no claim date")


def test_nothing_changes_in_english(run: Run) -> None:
    write_rejects(run, {"claim_events": rejects("claim_date_missing")})

    assert csv(run, "claim_events")["hint"].item().startswith("The claim has no claim date")
    assert list(csv(run, "claim_events").columns) == list(REJECTS)


def test_what_a_guard_holds_back_is_said_in_the_language(run: Run) -> None:
    note_language(run, "fr")
    write_held_back(run, [Finding("tracked_entities", MagnitudeKind.DELETES, "", 12_000, 20_000)])

    [hint] = csv(run, "guard")["hint"]
    assert hint.startswith("L'exécution supprimerait 12\u202f000 de 20\u202f000 tracked_entities")
    assert "allow=deletes" in hint


def test_counts_by_reason_have_hints_in_the_language(run: Run) -> None:
    note_language(run, "fr")
    language = language_of(run)
    [counted] = reject_counts(rejects("date_missing").lazy(), language)
    [noted] = counted_reasons({"claim_events": {"gender_unknown": 2}}, "note", language)

    assert counted["hint"].startswith("L'objet n'a pas de date")
    assert noted["hint"].startswith("Le code n'est pas dans la liste")
