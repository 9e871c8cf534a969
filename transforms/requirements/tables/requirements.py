"""The requirements, in the order in which `check` walks them: what has to be so, and the mend.

A requirement is looked at only if those are met that it stands on (`after`): without a login nobody
can say what the user may do. The guards before a load say the same mends, from here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """What a requirement is about."""

    SETTINGS = "Settings"
    OPENIMIS = "openIMIS"
    DHIS2 = "DHIS2"
    DISK = "Disk"
    PREFECT = "Prefect"


@dataclass(frozen=True)
class Requirement:
    """What has to be so.

    Attributes:
        key: Its name in the code; a step of that name looks.
        side: What it is about.
        name: What people call it.
        mend: What to do where it is not so, as the end of a sentence without a full stop.
        after: Keys of the requirements that it stands on.
    """

    key: str
    side: Side
    name: str
    mend: str
    after: tuple[str, ...] = ()


WORK_POOL = "openimis-to-dhis2"
"""The work pool of `prefect.yaml`."""
LEAST_FREE_BYTES = 1024**3
"""What has to be free for a first run; later, as much as the largest run took."""
MOST_SKEW_SECONDS = 300
"""By so much two clocks may differ."""

# fmt: off
COUNTRY_FILE = Requirement("country_file", Side.SETTINGS, "Country file", "copy country.example.toml, correct what the sentence names, and name the file in the parameter country")
PSEUDONYM_KEY = Requirement("pseudonym_key", Side.SETTINGS, "Pseudonym key", "save a block pseudonym-key (openimis-dhis2 blocks save pseudonym-key NAME --generate), or let the country file drop the numbers", ("country_file",))

OPENIMIS_BLOCK = Requirement("openimis_block", Side.OPENIMIS, "Block", "save a block openimis-database of that name (openimis-dhis2 blocks save openimis-database NAME dialect=…)")
OPENIMIS_DRIVER = Requirement("openimis_driver", Side.OPENIMIS, "ODBC driver", "install the driver where the flows run, or write the name of one that is installed into the connection string (odbcinst -q -d lists them)", ("openimis_block",))
OPENIMIS_LOGIN = Requirement("openimis_login", Side.OPENIMIS, "Login", "correct server, port, database, user and password in the connection string, and save the block again with --replace", ("openimis_driver",))
OPENIMIS_LETTERS = Requirement("openimis_letters", Side.OPENIMIS, "One moment, every letter", "do what the sentence says: all tables are read as of one moment, and letters have to come as they are", ("openimis_login",))
OPENIMIS_TABLES = Requirement("openimis_tables", Side.OPENIMIS, "Tables and columns", "name the openIMIS database itself, let its user read these tables, or name columns that this openIMIS calls otherwise in the country file ([columns])", ("country_file", "openimis_login"))
OPENIMIS_READ_ONLY = Requirement("openimis_read_only", Side.OPENIMIS, "Read only", "give the block a user of its own that may do nothing but SELECT", ("openimis_tables",))
OPENIMIS_ROWS = Requirement("openimis_rows", Side.OPENIMIS, "Rows", "name the database that holds the people: this may be an empty one, or a view that shows nothing to this user", ("openimis_tables", "openimis_letters"))
OPENIMIS_CODES = Requirement("openimis_codes", Side.OPENIMIS, "Code values", "say in the country file, in the section that is named, what the value means", ("openimis_rows",))
OPENIMIS_CLOCK = Requirement("openimis_clock", Side.OPENIMIS, "Clock", "set the clocks of both machines by NTP; a replica has to follow its primary", ("country_file", "openimis_letters"))

DHIS2_BLOCK = Requirement("dhis2_block", Side.DHIS2, "Block", "save a block dhis2-server of that name (openimis-dhis2 blocks save dhis2-server NAME base_url=…)")
DHIS2_ADDRESS = Requirement("dhis2_address", Side.DHIS2, "Address, way and certificate", "see that DHIS2 runs and can be reached from here, and correct base_url, proxy or ca_bundle of the block", ("country_file", "dhis2_block"))
DHIS2_LOGIN = Requirement("dhis2_login", Side.DHIS2, "Login", "correct user and password, or the token, and save the block again with --replace", ("dhis2_address",))
DHIS2_VERSION = Requirement("dhis2_version", Side.DHIS2, "Version", "upgrade DHIS2, or use a release of this package that knows the version", ("dhis2_login",))
DHIS2_PATCH = Requirement("dhis2_patch", Side.DHIS2, "Patch", "upgrade DHIS2 to the patch that is named", ("dhis2_version",))
DHIS2_METHODS = Requirement("dhis2_methods", Side.DHIS2, "Methods", "make a token that may GET, POST, PUT and DELETE from this machine's address, and save the block again; or let the firewall on the way allow these methods", ("dhis2_version",))
DHIS2_CALENDAR = Requirement("dhis2_calendar", Side.DHIS2, "Calendar", "say in the country file in which calendar DHIS2 counts ([dhis2])", ("dhis2_version",))
DHIS2_TIME_ZONE = Requirement("dhis2_time_zone", Side.DHIS2, "Time zone", "let DHIS2 run in a time zone of the IANA list (TZ, or -Duser.timezone)", ("dhis2_version",))
DHIS2_USER = Requirement("dhis2_user", Side.DHIS2, "No superuser", "give the load a user of its own with the role openIMIS Loader", ("dhis2_version",))
DHIS2_DELETES = Requirement("dhis2_deletes", Side.DHIS2, "No deletes for others", "take it from the user's roles (the role openIMIS Loader is enough; set-up-dhis2 takes it from that)", ("dhis2_version",))
DHIS2_AUTHORITIES = Requirement("dhis2_authorities", Side.DHIS2, "Authorities", "give the user the role openIMIS Loader, which set-up-dhis2 makes", ("dhis2_version",))
DHIS2_ROOT = Requirement("dhis2_root", Side.DHIS2, "Root org unit", "run set-up-dhis2, or name the country's org unit in the country file ([root])", ("dhis2_version",))
DHIS2_ORG_UNITS = Requirement("dhis2_org_units", Side.DHIS2, "Org units of the user", "give the user the country's root as capture and search org unit, then clear DHIS2's cache (2.40 and 2.41 remember the refusal)", ("dhis2_root",))
DHIS2_TREE = Requirement("dhis2_tree", Side.DHIS2, "DHIS2's own tree", "run match-org-units for this target, look at what it notes in its file, and decide; or name in the country file the target for which you did (match.target)", ("country_file", "dhis2_root"))
DHIS2_EXISTING = Requirement("dhis2_existing", Side.DHIS2, "What DHIS2 had before", "name another in the section existing of the country file, or leave it out, and ours is used", ("country_file", "dhis2_version"))
DHIS2_PACKAGE = Requirement("dhis2_package", Side.DHIS2, "Package", "run set-up-dhis2, or put the user into the group that it makes", ("dhis2_version",))
DHIS2_SHARING = Requirement("dhis2_sharing", Side.DHIS2, "Sharing", "put the user into the data-capture group, or change the sharing, then clear DHIS2's cache", ("dhis2_package",))
DHIS2_FIELDS = Requirement("dhis2_fields", Side.DHIS2, "Attributes and data elements", "run set-up-dhis2, or give the data-capture group the right to read them", ("dhis2_package",))
DHIS2_PACKAGE_VERSION = Requirement("dhis2_package_version", Side.DHIS2, "Version of the package", "run set-up-dhis2 of this release, first with apply=false", ("dhis2_fields",))
DHIS2_ASSIGNMENTS = Requirement("dhis2_assignments", Side.DHIS2, "Assignments", "run set-up-dhis2 (for villages and health facilities), or assign it in DHIS2", ("dhis2_root", "dhis2_package"))

STAGING_ROOT = Requirement("staging_root", Side.DISK, "Staging root", "make the folder, let the user of the worker write to it, and name it in the parameter staging_root")
DISK_ROOM = Requirement("disk_room", Side.DISK, "Room", "make room on the disk, or give the folder a disk of its own; old runs go by themselves ([retention])", ("staging_root",))

PREFECT_SERVER = Requirement("prefect_server", Side.PREFECT, "Server", "start Prefect's server, and name it in PREFECT_API_URL (.env.example)")
PREFECT_VERSION = Requirement("prefect_version", Side.PREFECT, "Version", "install the locked versions on both sides (requirements.lock), then start the server again", ("prefect_server",))
PREFECT_LOGIN = Requirement("prefect_login", Side.PREFECT, "Login of the API", "set PREFECT_SERVER_API_AUTH_STRING for the server, and PREFECT_API_AUTH_STRING for worker and command line (.env.example), and start the server again", ("prefect_server",))
PREFECT_WORKER = Requirement("prefect_worker", Side.PREFECT, "Worker", "start a worker for the work pool (prefect worker start --pool … --limit 4), and see that the pool is not paused", ("prefect_server",))
PREFECT_HOME = Requirement("prefect_home", Side.PREFECT, "PREFECT_HOME", "name a folder of its own for server and worker in PREFECT_HOME")
# fmt: on

REQUIREMENTS: tuple[Requirement, ...] = (
    COUNTRY_FILE, PSEUDONYM_KEY,
    OPENIMIS_BLOCK, OPENIMIS_DRIVER, OPENIMIS_LOGIN, OPENIMIS_LETTERS, OPENIMIS_TABLES, OPENIMIS_READ_ONLY, OPENIMIS_ROWS, OPENIMIS_CODES, OPENIMIS_CLOCK,
    DHIS2_BLOCK, DHIS2_ADDRESS, DHIS2_LOGIN, DHIS2_VERSION, DHIS2_PATCH, DHIS2_METHODS, DHIS2_CALENDAR, DHIS2_TIME_ZONE, DHIS2_USER, DHIS2_DELETES, DHIS2_AUTHORITIES,
    DHIS2_ROOT, DHIS2_ORG_UNITS, DHIS2_TREE, DHIS2_EXISTING, DHIS2_PACKAGE, DHIS2_SHARING, DHIS2_FIELDS, DHIS2_PACKAGE_VERSION, DHIS2_ASSIGNMENTS,
    STAGING_ROOT, DISK_ROOM,
    PREFECT_SERVER, PREFECT_VERSION, PREFECT_LOGIN, PREFECT_WORKER, PREFECT_HOME,
)  # fmt: skip
