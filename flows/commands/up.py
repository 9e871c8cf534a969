"""Start Prefect's server and the workers on this machine, with all that they need; twice is once.

openimis-dhis2 up --home /var/lib/openimis-to-dhis2/service
openimis-dhis2 up --contents

With --contents nothing is started: systemd or a container runs server and workers, and the settings
are those of the environment.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from flows.prefect_support.service.home import PORT, ServiceHome
from transforms.core.errors import SyncError

ACTIONS = "flows.prefect_support.service.up_and_down"
CONTENTS = "--contents"
NOTIFY = "OPENIMIS_DHIS2_NOTIFY"
USUAL_HOME = Path.home() / ".openimis-to-dhis2"


def main(arguments: Sequence[str] | None = None) -> int:
    """Bring the service up; return 1 with a sentence if that cannot be done."""
    if CONTENTS in (sys.argv[2:] if arguments is None else arguments):
        return _make_contents()
    home = home_of("up", __doc__, arguments)
    login = home.make()
    os.environ.update(home.settings())
    # Prefect reads the settings when it is imported.
    actions = import_module(ACTIONS)
    try:
        sentences = actions.bring_up(home, os.environ.get(NOTIFY))
    except SyncError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    if login:
        sentences.append(f"Login of the API, shown once and kept in {home.login_file}: {login}")
    print("\n".join(sentences))  # noqa: T201
    return 0


def _make_contents() -> int:
    """Make what is not there in the server that the environment names."""
    try:
        sentence = import_module(ACTIONS).make_contents(os.environ.get(NOTIFY))
    except SyncError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print(f"Blocks, work pool, deployments and automations are there. {sentence}")  # noqa: T201
    return 0


def home_of(name: str, purpose: str | None, arguments: Sequence[str] | None) -> ServiceHome:
    """Return the folder of the service that the arguments name."""
    parser = argparse.ArgumentParser(
        prog=f"openimis-dhis2 {name}",
        description=purpose,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--home", type=Path, default=USUAL_HOME, help="folder of the service")
    parser.add_argument("--port", type=int, default=PORT, help="of the API, on this machine only")
    if name == "up":
        parser.add_argument(
            CONTENTS, action="store_true", help="start nothing: only make what has to be there"
        )
    parsed = parser.parse_args(arguments)
    return ServiceHome(parsed.home.resolve(), parsed.port)


if __name__ == "__main__":
    sys.exit(main())
