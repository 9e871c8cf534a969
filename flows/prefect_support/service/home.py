"""The folder of the service, the login of its API, and the settings of all its processes.

    prefect/    PREFECT_HOME: the database (SQLite), unless the environment names another one
    login       user and password of the API, mode 600
    *.json      which processes were started
    *.log       what they say

Prefect is not imported here: it reads the settings when it is.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST, PORT = "127.0.0.1", 4200
HEARTBEAT_SECONDS = 30
KEPT_DAYS = 90
CANCEL_SECONDS = 5
"""How often the server looks for stages of a run that was cancelled, to cancel them too."""
USER = "operator"
LOGGING = Path(__file__).with_name("logging.yml")


@dataclass(frozen=True)
class ServiceHome:
    """The folder of the service.

    Attributes:
        folder: It.
        port: At which the API listens, on this machine only.
    """

    folder: Path
    port: int = PORT

    @property
    def api_url(self) -> str:
        """Where the API is."""
        return f"http://{HOST}:{self.port}/api"

    @property
    def login_file(self) -> Path:
        """Where the login is kept."""
        return self.folder / "login"

    def process_file(self, name: str) -> Path:
        """Where it is noted which process was started."""
        return self.folder / f"{name}.json"

    def log_file(self, name: str) -> Path:
        """Where a process logs."""
        return self.folder / f"{name}.log"

    def make(self) -> str | None:
        """Make the folder and the login; return the login if it is new."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        login = f"{USER}:{secrets.token_urlsafe(24)}"
        try:
            file = os.open(self.login_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return None
        os.write(file, login.encode())
        os.close(file)
        return login

    def settings(self) -> Mapping[str, str]:
        """Return the settings of server, worker and command line, as environment variables."""
        login = self.login_file.read_text(encoding="utf-8").strip()
        return {
            "PREFECT_HOME": str(self.folder / "prefect"),
            "PREFECT_API_URL": self.api_url,
            "PREFECT_API_AUTH_STRING": login,
            "PREFECT_SERVER_API_AUTH_STRING": login,
            "PREFECT_SERVER_API_HOST": HOST,
            "PREFECT_SERVER_API_PORT": str(self.port),
            "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_LOGGING_SETTINGS_PATH": str(LOGGING),
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
            "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": str(CANCEL_SECONDS),
            "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
            "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEPT_DAYS * 24 * 3600),
            "DO_NOT_TRACK": "1",
        }
