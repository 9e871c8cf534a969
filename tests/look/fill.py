"""An empty, disposable DHIS2 is filled with the sample, up to today: `python -m tests.look.fill`.

DHIS2_URL, DHIS2_USER, DHIS2_PASSWORD   the server, and a superuser

What it was filled with is noted in its data store, so that a look can ask openIMIS the same.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")

import polars as pl
from prefect.testing.utilities import prefect_test_harness

from tests.live.context import Live
from tests.live.openimis import sample_source
from tests.live.outcomes import Counts
from tests.live.pilot import Pilot
from tests.live.proxy import proxy_of
from tests.live.server import Login, Server
from tests.live.steps import figures, loading, logging_in, population, setting_up
from tests.look.filled import FILLED
from transforms.openimis.register import register_of

INSUREES = 1500


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill the server that the environment names."""
    asked = _parser().parse_args(arguments)
    url, user, password = (os.environ[f"DHIS2_{name}"] for name in ("URL", "USER", "PASSWORD"))
    day = datetime.now(UTC).date()
    with prefect_test_harness(server_startup_timeout=600), ExitStack() as stack:
        source = stack.enter_context(sample_source(asked.insurees, day))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = Server(stack.enter_context(proxy_of(url)), Login(user, password))
        stack.callback(server.close)
        live = Live(server, source, Pilot(folder, source, server.proxy, server.info.calendar))
        _fill(live, asked, day)


def _fill(live: Live, asked: argparse.Namespace, day: date) -> None:
    if not asked.set_up_only:
        _say("claim", setting_up.claim(live))
    live.pilot.save_source()
    live.logins["admin"] = live.server.admin
    live.as_user("admin")
    _say("set up", setting_up.apply(live))
    if asked.set_up_only:
        return
    _say("loader", logging_in.loader(live))
    live.as_user("loader")
    _say("first load", loading.loaded(live, "first"))
    if asked.coordinates:
        _give_coordinates(live)
    if asked.population:
        _say("population", population.imported(live))
    _say("analytics", figures.built(live))
    live.server.leave_mark()
    method = "PUT" if live.server.client().exchange("GET", FILLED).ok else "POST"
    live.server.write(method, FILLED, {"insurees": asked.insurees, "day": day.isoformat()})


def _give_coordinates(live: Live) -> None:
    """Give every place a point, side by side: the sample has none."""
    register = register_of(live.pilot.snapshot("first"))
    codes = register.places.collect()["location_code"].unique().sort().to_list()
    codes += register.facilities.collect()["facility_code"].to_list()
    rows = [
        {"code": code, "longitude": 84 + n % 9 / 4, "latitude": 27 + n // 9 / 8}
        for n, code in enumerate(codes)
    ]
    pl.DataFrame(rows).write_csv(live.pilot.folder / "coordinates.csv")
    text = live.pilot.country_file.read_text()
    live.pilot.country_file.write_text('coordinates = "coordinates.csv"\n' + text)
    _say("coordinates", loading.loaded(live, "coordinates"))


def _say(what: str, counts: Counts) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {what}: {counts}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.look.fill", description=__doc__)
    parser.add_argument("--insurees", type=int, default=INSUREES, help="of the sample")
    parser.add_argument("--set-up-only", action="store_true", help="over what is there")
    parser.add_argument("--population", action="store_true", help="with population figures")
    parser.add_argument("--coordinates", action="store_true", help="with a point for each place")
    return parser


if __name__ == "__main__":
    main()
