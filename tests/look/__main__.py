"""Every dashboard of ours, as each kind of user sees it in DHIS2's own app: `make look`.

DHIS2_URL, DHIS2_USER, DHIS2_PASSWORD   a server that was filled, and a superuser

Pictures are kept in build/look. The exit code is 1 where an item is blank, shows an error, or logs
one in the console, or a number of the country is not what openIMIS says in SQL.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.live.proxy import proxy_of
from tests.live.server import Login, Server
from tests.look.dashboard_app import Item, a_browser, a_page, look_at
from tests.look.drawn_numbers import Chart, charts_of, drawn_of, otherwise
from tests.look.filled import FILLED
from tests.look.openimis_numbers import OpenimisNumbers, numbers_of_sample
from tests.look.readers import READERS, readers_group, readers_of, without_readers

PICTURES = Path(__file__).parents[2] / "build" / "look"
WIDTHS = (1600, 1280)
SEE_EVERYTHING = ("administrator", "board")
"""Who sees the whole country: at a facility nobody lives, so an item may have nothing to show."""
ALONE = "?redirect=false"
"""Without the shell around the app, which 2.42 and later have."""
OF_2_40 = "/dhis-web-dashboard/index.html"

Json = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """One look at a server.

    Attributes:
        server: The DHIS2.
        url: Its address, for the browser.
        asked: What the command asks for.
        charts: UID to chart.
        numbers: What openIMIS says of figures; None where it is not known who filled the server.
    """

    server: Server
    url: str
    asked: argparse.Namespace
    charts: Mapping[str, Chart]
    numbers: OpenimisNumbers | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Look; 1 if something is not as it must be."""
    asked = _parser().parse_args(arguments)
    url, user, password = (os.environ[f"DHIS2_{name}"] for name in ("URL", "USER", "PASSWORD"))
    with ExitStack() as stack:
        server = Server(stack.enter_context(proxy_of(url)), Login(user, password))
        stack.callback(server.close)
        numbers = _numbers(server, stack)
        look = Look(server, url, asked, charts_of(server), numbers)
        logins = readers_of(server)
        stack.callback(without_readers, server, logins)
        faults = [fault for seen in _all(look, logins) for fault in seen]
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def _numbers(server: Server, stack: ExitStack) -> OpenimisNumbers | None:
    filled = server.client().exchange("GET", FILLED)
    if not filled.ok:
        print("Numbers are not compared: fill.py has not filled this server.", flush=True)
        return None
    day = date.fromisoformat(filled.body["day"])
    return stack.enter_context(numbers_of_sample(server, filled.body["insurees"], day))


def _all(look: Look, logins: dict[str, Login]) -> Iterator[list[str]]:
    app, asked = _address_of(look.server), look.asked
    boards = [each for each in dashboards(look.server) if asked.only in each["name"]]
    with a_browser() as browser:
        for kind in asked.users:
            seen_by = [each for each in boards if readers_group(kind) in each["groups"]]
            for width in asked.widths:
                with a_page(browser, logins[kind], width) as page:
                    for board in seen_by:
                        picture = PICTURES / asked.into / f"{kind}-{width}" / f"{_file(board)}.png"
                        begin = time.monotonic()
                        address = f"{look.url.rstrip('/')}{app}#/{board['id']}"
                        seen, console = look_at(page, address, board["items"], picture)
                        console += _told_otherwise(look, kind, seen)
                        yield _told(board, kind, width, seen, console, time.monotonic() - begin)


def _told_otherwise(look: Look, kind: str, seen: Sequence[Item]) -> list[str]:
    """Return which numbers of the country openIMIS says otherwise."""
    if look.numbers is None or kind not in SEE_EVERYTHING:
        return []
    periods = look.numbers.months, look.numbers.last_year
    drawn = [
        number
        for item in seen
        if item.shows in look.charts
        for number in drawn_of(item, look.charts[item.shows], *periods)
    ]
    count, faults = otherwise(drawn, look.numbers)
    print(f"    {count} numbers compared, {len(faults)} different", flush=True)
    return faults


def _told(
    board: Json, kind: str, width: int, seen: list[Item], console: list[str], seconds: float
) -> list[str]:
    faults = [f"{item.name or item.kind}: {fault}" for item in seen for fault in item.faults]
    empty = [item.name for item in seen if item.is_empty]
    faults += [f"{name}: no data" for name in empty if kind in SEE_EVERYTHING] + console
    counts = f"{len(seen)} items, {len(empty)} without data, {len(faults)} faults"
    print(f"{kind} {width} {board['name']}: {counts}, {seconds:.0f} s", flush=True)
    for fault in faults:
        print(f"    {fault}", flush=True)
    return faults


def dashboards(server: Server) -> list[Json]:
    """Return our dashboards, with the type and name of each item."""
    shown = "[id,name]"
    fields = (
        f"id,name,sharing,dashboardItems[id,type,x,y,visualization{shown},map{shown},"
        f"eventVisualization{shown},eventReport{shown}]"
    )
    boards = server.get("/api/dashboards", fields=fields, paging="false")["dashboards"]
    for board in boards:
        board["groups"] = set(board["sharing"].get("userGroups") or {})
        board["items"] = [
            {"id": each["id"], "type": each["type"], **_shown(each)}
            for each in sorted(board["dashboardItems"], key=lambda each: (each["y"], each["x"]))
        ]
    return sorted(boards, key=lambda board: str(board["name"]))


def _shown(item: Json) -> dict[str, str]:
    """Return name and UID of what an item shows; nothing of a text."""
    kinds = ("visualization", "map", "eventVisualization", "eventReport")
    shown = next((item[kind] for kind in kinds if item.get(kind)), {})
    return {"name": str(shown.get("name", "")), "shows": str(shown.get("id", ""))}


def _address_of(server: Server) -> str:
    """Return the path at which the server has its Dashboard app; 2.40 does not list its own."""
    listed = (app for app in server.get("/api/apps") if app.get("key") == "dashboard")
    launch = next((str(app["launchUrl"]) for app in listed), None)
    return OF_2_40 if launch is None else f"/{launch.split('://', 1)[1].split('/', 1)[1]}{ALONE}"


def _file(board: Json) -> str:
    letters = "".join(each if each.isalnum() else "-" for each in board["name"].lower())
    return "-".join(filter(None, letters.split("-")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.look", description=__doc__)
    parser.add_argument("--only", default="", help="dashboards with this in their names")
    parser.add_argument("--into", default="", help="folder of the pictures, below build/look")
    parser.add_argument("--users", nargs="*", default=READERS)
    parser.add_argument("--widths", nargs="*", type=int, default=WIDTHS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
