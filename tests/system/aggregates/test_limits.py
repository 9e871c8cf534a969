"""Set-up for more products than DHIS2 takes combinations of says so, and writes nothing."""

from pathlib import Path

import pytest

from flows.steps.set_up.set_up_run import set_up_run
from tests.support.openimis_sample import sample
from tests.support.sandbox import ADMIN, running_sandbox
from tests.support.scheme import DAY_ONE, Scheme
from tests.support.scheme.job import extract
from tests.system.aggregates.figures_scheme import query, with_root
from transforms.core.errors import CountryError
from transforms.model.selected_columns import selected_for_set_up

MORE = """insert into "tblProduct" ({names}) select {values} from "tblProduct"
    where "ValidityTo" is null order by "ProdID" limit 1"""


def add_products(scheme: Scheme, wanted: int) -> None:
    """Let openIMIS have so many products: copies of one, with codes of their own."""
    names = [str(row[1]) for row in query(scheme, 'pragma table_info("tblProduct")')]
    [(there,)] = query(scheme, 'select count(*) from "tblProduct" where "ValidityTo" is null')
    for number in range(wanted - int(str(there))):
        own = {
            "ProdID": str(10_000 + number), "ProdUUID": f"'product-{number}'",
            "ProductCode": f"'Q{number}'", "LegacyID": "null",
        }  # fmt: skip
        values = ", ".join(own.get(name, f'"{name}"') for name in names)
        query(scheme, MORE.format(names=", ".join(f'"{name}"' for name in names), values=values))


@pytest.mark.parametrize("apply", [False, True])
def test_set_up_for_too_many_products_writes_nothing(tmp_path: Path, apply: bool) -> None:
    with running_sandbox(version="2.42") as sandbox:
        scheme = Scheme(tmp_path, sandbox, country=with_root('mode = "aggregate"\n'))
        tables = sample(10, seed=2, level="1.4", as_of=DAY_ONE, defects=False)
        scheme.source.write(tables)
        add_products(scheme, 25)
        job = scheme.job("set-up")
        extract(job, selected_for_set_up(job.country))

        with job.client_of(ADMIN) as client, pytest.raises(CountryError) as refusal:
            set_up_run(job.run, client, job.country, None, apply=apply)

        assert "insured, newly_insured, renewed: 520 combinations" in str(refusal.value)
        assert str(refusal.value).endswith("Nothing was written.")
        assert scheme.written() == []
