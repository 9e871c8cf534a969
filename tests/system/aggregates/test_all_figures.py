"""Figures of which the tracker needs nothing arrive too: what they are made of is read."""

from pathlib import Path

from tests.system.aggregates.figures_scheme import figures_scheme, query, stored

SETTINGS = """
mode = "aggregate"
[privacy]
smallest_cell = 0
[aggregates]
since = "202501"
"""
PAID = """
    select sum(m."Amount") from "tblPremium" m join "tblPolicy" y on y."PolicyID" = m."PolicyID"
    where m."ValidityTo" is null and y."ValidityTo" is null and coalesce(m."isPhotoFee", 0) = 0
      and m."PayType" <> 'F' and m."PayDate" between '2025-01-01' and '2025-12-31'
"""


def test_contributions_arrive_as_sql_adds_them_up(tmp_path: Path) -> None:
    with figures_scheme(tmp_path, SETTINGS) as scheme:
        scheme.bring("first")

        paid = [
            float(number)
            for value, number in stored(scheme.sandbox).items()
            if value.figure == "Contributions collected (P8)"
        ]
        [(expected,)] = query(scheme, PAID)
        assert sum(paid) == float(str(expected)) > 0
