"""Bad records are rejects, however many nights they stay; the rest of the country goes on."""

import polars as pl
import pytest

from staging.rejects import read_rejects
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.support.scheme.contents import confirmed
from tests.system.guards.guarded import GuardedScheme, in_openimis, marry
from transforms.core.errors import TargetError
from transforms.model.tables.insuree import MARITAL
from transforms.openimis.country import Guards

POISON, MANY = 25, 20  # of some of them a rule of ours holds back a line


def name_claims(scheme: GuardedScheme, text: str, count: int = POISON) -> None:
    """Give so many claims a number that begins with a text."""
    in_openimis(
        scheme,
        f"""UPDATE "tblClaim" SET "ClaimCode" = '{text}' || "ClaimID" WHERE "ClaimID" IN
            (SELECT "ClaimID" FROM "tblClaim" WHERE "ValidityTo" IS NULL
             ORDER BY 1 LIMIT {count})""",
    )


def rename_unused_items(scheme: GuardedScheme, count: int) -> None:
    """Give so many items that no claim names a new code."""
    in_openimis(
        scheme,
        f"""UPDATE "tblItems" SET "ItemCode" = 'NEWCODE' || "ItemID" WHERE "ItemID" IN
            (SELECT "ItemID" FROM "tblItems" WHERE "ValidityTo" IS NULL AND "ItemID" NOT IN
                (SELECT "ItemID" FROM "tblClaimItems" WHERE "ItemID" IS NOT NULL)
             ORDER BY 1 LIMIT {count})""",
    )


def rejected(scheme: GuardedScheme, run_id: str, reason: str) -> pl.DataFrame:
    rows = read_rejects(scheme.job(run_id).run).filter(reason=reason, stage="dhis2")
    return rows.select("resource", "table", "id").collect()


def test_poison_records_are_rejects_by_table_and_uuid_and_arrive_once_they_are_corrected(
    scheme: GuardedScheme,
) -> None:
    name_claims(scheme, "POISON-")
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", holds="POISON-", status=500)

    scheme.bring("night-1")
    name_claims(scheme, "FINE-")
    scheme.bring("night-2")

    found = rejected(scheme, "night-1", "whole_request")
    assert found["id"].n_unique() > MANY
    assert set(found["table"]) == {"tblClaim"}
    assert rejected(scheme, "night-2", "whole_request").is_empty()
    assert str(scheme.sandbox.events()).count("FINE-") > MANY
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_poison_records_that_nobody_corrects_keep_nobody_else_waiting(
    scheme: GuardedScheme,
) -> None:
    name_claims(scheme, "POISON-")
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", holds="POISON-", status=500)

    for night, status in enumerate("WDS"):
        marry(scheme, status)
        scheme.bring(f"night-{night}")

        assert rejected(scheme, f"night-{night}", "whole_request")["id"].n_unique() > MANY
        assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_people_who_stand_among_the_rejects_leave_room_for_as_many_new_ones(
    scheme: GuardedScheme,
) -> None:
    """The limit lies between the first ones and all of them: only the second ones are new.

    All of them change on every night.
    """
    people = confirmed(scheme.target)["tracked_entities"]
    now = pl.col(MARITAL.key)  # null for those who are gone
    unlike = people.filter(~now.is_in(["Widowed", "Divorced", "Single"]))["uid"].to_list()
    half = len(unlike) // 2
    assert half > 2  # so that the limit lies between half of them and all
    scheme.guards = Guards(misconfigured_count=half + half // 2, misconfigured_share=0)
    for night, status in enumerate("WDS"):
        for uid in unlike[half * night : half * (night + 1)] if night < 2 else ():
            scheme.sandbox.cues.add(path="/api/tracker", method="POST", holds=uid, status=500)
        marry(scheme, status)

        scheme.bring(f"night-{night}")

        rejects = rejected(scheme, f"night-{night}", "whole_request")
        assert len(rejects.filter(resource="tracked_entities")) == half * min(night + 1, 2)
        assert scheme.current.last_run == f"night-{night}"


@pytest.mark.longer
def test_an_option_that_dhis2_refuses_holds_back_only_what_has_its_code(
    scheme: GuardedScheme,
) -> None:
    in_openimis(
        scheme,
        """UPDATE "tblItems" SET "ItemCode" = 'NEWCODE1' WHERE "ItemID" =
           (SELECT "ItemID" FROM "tblClaimItems" WHERE "ValidityTo" IS NULL LIMIT 1)""",
    )
    marry(scheme, "W")
    scheme.sandbox.cues.add(path="/api/metadata", method="POST", holds="NEWCODE1", status=500)

    scheme.bring("third")

    refused = rejected(scheme, "third", "claimed_item_not_in_dhis2")
    assert set(refused["resource"]) == {"claim_items"}
    assert 0 < len(refused) < 20
    assert_acknowledged_is_held(scheme)
    scheme.sandbox.cues.clear()
    scheme.bring("fourth")
    assert rejected(scheme, "fourth", "claimed_item_not_in_dhis2").is_empty()


@pytest.mark.large
def test_many_options_that_dhis2_fails_on_are_rejects_night_after_night_and_stop_nobody(
    scheme: GuardedScheme,
) -> None:
    rename_unused_items(scheme, 30)
    scheme.sandbox.cues.add(path="/api/metadata", method="POST", holds="NEWCODE", status=500)

    for night, status in enumerate("WDS"):
        marry(scheme, status)
        scheme.bring(f"night-{night}")

        options = rejected(scheme, f"night-{night}", "whole_request")
        assert set(options["table"]) == {"tblItems"}
        assert options["id"].n_unique() == 30
        assert scheme.current.last_run == f"night-{night}"
        assert_acknowledged_is_held(scheme)
    scheme.sandbox.cues.clear()
    scheme.bring("mended")
    assert rejected(scheme, "mended", "whole_request").is_empty()


@pytest.mark.longer
def test_an_option_of_a_small_set_that_dhis2_refuses_stops_nobody_else(
    scheme: GuardedScheme,
) -> None:
    in_openimis(
        scheme,
        """UPDATE "tblProduct" SET "ProductCode" = 'NEWCODE2' WHERE "ProdID" =
           (SELECT "ProdID" FROM "tblPolicy" WHERE "ValidityTo" IS NULL LIMIT 1)""",
    )
    marry(scheme, "W")
    scheme.sandbox.cues.add(path="/api/metadata", method="POST", holds="NEWCODE2", status=500)

    scheme.bring("third")

    assert set(rejected(scheme, "third", "product_not_in_dhis2")["resource"]) == {"policy_events"}
    assert rejected(scheme, "third", "E1125").is_empty()
    assert scheme.current.last_run == "third"
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_load_that_is_refused_too_much_stops_names_the_rejects_and_is_not_stopped_by_them_again(
    scheme: GuardedScheme,
) -> None:
    scheme.guards = Guards(misconfigured_count=10, misconfigured_share=0)
    name_claims(scheme, "POISON-")
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", holds="POISON-", status=500)

    with pytest.raises(TargetError, match="whole_request"):
        scheme.bring("night-1")
    stopped = rejected(scheme, "night-1", "whole_request")
    ends = [scheme.current.open_run]
    for night in range(2, 8):
        try:
            scheme.bring(f"night-{night}")
        except TargetError:
            continue
        break

    assert stopped["id"].len() > 10
    assert ends == [None]
    assert scheme.current.last_run == f"night-{night}"
    assert rejected(scheme, f"night-{night}", "whole_request")["id"].n_unique() > MANY
