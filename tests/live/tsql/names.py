"""Names in any script come as they are, by every driver, in every locale of this machine."""

import os
import subprocess
import sys

from tests.live.tsql.engine import Driver, Engine
from tests.live.tsql.report import Report
from tests.support.openimis_sample.sql_server import literal

NAMES = {
    "Devanagari": "सिता श्रेष्ठ कुमारी",
    "Amharic": "አበበ በቀለ ዓለሙ",
    "Latin": "Łukasz N'Guessan Aïcha Ñuñez ÇŞĞİı",
    "beyond 16 bits": "😀 𐤀 𠮷野家",
    "as long as the column": "श" * 100,
}
LOCALES = ("C", "C.UTF-8", "en_US.ISO-8859-1")
TABLE = (
    "CREATE TABLE tblInsuree"
    " (InsureeID int NOT NULL, InsureeUUID uniqueidentifier, LastName nvarchar(100))"
)
READ = """
import locale, sys
from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.sql_dialects import SQLSERVER
from tests.system.extract.conftest import wanted_of

locale.setlocale(locale.LC_ALL, "")
client = Openimis(SQLSERVER, sys.argv[1])
(insurees,) = client.check(wanted_of("tblInsuree", "LastName"))
with client.transaction() as transaction:
    for batch in transaction.batches(insurees):
        for name in batch["LastName"].to_pylist():
            sys.stdout.buffer.write(name.encode() + b"\\n")
"""


def try_names(engine: Engine, driver: Driver, report: Report) -> None:
    """Write names, and read them in each locale."""
    database = engine.create_database("names")
    connection = engine.connection(database)
    connection.execute(TABLE)
    for number, name in enumerate(NAMES.values()):
        connection.execute(f"INSERT INTO tblInsuree VALUES ({number}, NEWID(), {literal(name)})")
    connection.close()
    engine.allow_snapshot(database, allowed=True)
    for locale in LOCALES:
        _try_locale(driver.odbc(database), driver, locale, report)


def _try_locale(odbc: str, driver: Driver, locale: str, report: Report) -> None:
    step = f"names in the locale {locale}"
    environment = os.environ | {"LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, odbc],
        env=environment, capture_output=True, check=False,
    )  # fmt: skip
    if b"unsupported locale setting" in done.stderr:
        report.not_tried("", driver.name, step, "the machine does not have this locale")
        return
    read = done.stdout.decode().splitlines()
    changed = [kind for kind, name in NAMES.items() if name not in read]
    seen = f"changed: {', '.join(changed)}" if changed else f"as they are: {', '.join(NAMES)}"
    report.add("", driver.name, step, ok=not changed and len(read) == len(NAMES), seen=seen)
