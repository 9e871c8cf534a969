"""Every dashboard of ours, as each kind of user sees it in DHIS2's own app: `make look`.

DHIS2_URL, DHIS2_USER, DHIS2_PASSWORD   a server that was filled, and a superuser

Pictures are kept in build/look. The exit code is 1 where an item is blank, shows an error, or logs
one in the console.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.live.proxy import proxy_of
from tests.live.server import Login, Server
from tests.look.dashboard_app import Item, a_browser, a_page, look_at
from tests.look.readers import READERS, readers_of, without_readers

PICTURES = Path(__file__).parents[2] / "build" / "look"
WIDTHS = (1600, 1280)
SEE_EVERYTHING = ("administrator", "board")
"""Who sees the whole country: at a facility nobody lives, so an item may have nothing to show."""
ALONE = "?redirect=false"
"""Without the shell around the app, which 2.42 and later have; 2.40 does not look at it."""

Json = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Look; 1 if something is not as it must be."""
    asked = _parser().parse_args(arguments)
    url, user, password = (os.environ[f"DHIS2_{name}"] for name in ("URL", "USER", "PASSWORD"))
    with proxy_of(url) as proxy:
        server = Server(proxy, Login(user, password))
        logins = readers_of(server)
        try:
            faults = [fault for seen in _all(server, url, logins, asked) for fault in seen]
        finally:
            without_readers(server, logins)
            server.close()
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def _all(
    server: Server, url: str, logins: dict[str, Login], asked: argparse.Namespace
) -> Iterator[list[str]]:
    app = _address_of(server)
    boards = [each for each in dashboards(server) if asked.only in each["name"]]
    with a_browser() as browser:
        for kind in asked.users:
            for width in asked.widths:
                with a_page(browser, logins[kind], width) as page:
                    for board in boards:
                        picture = PICTURES / asked.into / f"{kind}-{width}" / f"{_file(board)}.png"
                        begin = time.monotonic()
                        address = f"{url.rstrip('/')}{app}#/{board['id']}"
                        seen, console = look_at(page, address, board["items"], picture)
                        yield _told(board, kind, width, seen, console, time.monotonic() - begin)


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
        f"id,name,dashboardItems[id,type,x,y,visualization{shown},map{shown},"
        f"eventVisualization{shown},eventReport{shown}]"
    )
    boards = server.get("/api/dashboards", fields=fields, paging="false")["dashboards"]
    for board in boards:
        board["items"] = [
            {"id": each["id"], "type": each["type"], "name": _name(each)}
            for each in sorted(board["dashboardItems"], key=lambda each: (each["y"], each["x"]))
        ]
    return sorted(boards, key=lambda board: str(board["name"]))


def _name(item: Json) -> str:
    shown = (
        item.get(kind) for kind in ("visualization", "map", "eventVisualization", "eventReport")
    )
    return next((str(each["name"]) for each in shown if each), "")


def _address_of(server: Server) -> str:
    """Return the path at which the server has its Dashboard app."""
    apps = server.get("/api/apps")
    launch = next(app["launchUrl"] for app in apps if app.get("key") == "dashboard")
    return "/" + str(launch).split("://", 1)[1].split("/", 1)[1] + ALONE


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
