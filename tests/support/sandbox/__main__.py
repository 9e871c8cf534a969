"""python -m tests.support.sandbox --version 2.42 --port 8080: the stand-in as a process."""

from __future__ import annotations

import argparse
import gc

import uvicorn

from . import SUPPORTED, User, new_app, server_settings


def main() -> None:
    """Serves until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.sandbox", description=__doc__)
    parser.add_argument("--version", default="2.42", choices=SUPPORTED)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument(
        "--user",
        action="append",
        default=[],
        metavar="NAME:PASSWORD[:TOKEN]",
        help="a superuser besides admin:district",
    )
    parser.add_argument(
        "--with-loader", action="store_true", help="the user of the daily load: loader:Loader-123"
    )
    options = parser.parse_args()
    users = [_user(text) for text in options.user]
    if options.with_loader:
        from tests.support.loader import LOADER_USER

        users.append(LOADER_USER)
    gc.set_threshold(50_000, 50, 50)
    app = new_app(options.version, users)
    print(f"DHIS2 stand-in {options.version} on http://127.0.0.1:{options.port}", flush=True)
    uvicorn.Server(server_settings(app, host="127.0.0.1", port=options.port)).run()


def _user(text: str) -> User:
    name, password, token = (*text.split(":", 2), "", "")[:3]
    return User(name, password or None, token or None)


if __name__ == "__main__":
    main()
