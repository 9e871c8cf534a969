"""Who a DHIS2 server is: version, calendar, time zone, and what that rules out."""

import re
import zoneinfo
from dataclasses import dataclass

from transforms.core.errors import TargetError
from transforms.dhis2.tables.patches import Harm, Patch, patch_faults, upgrade_to
from transforms.dhis2.tables.versions import Dialect, Release, dialect_of
from transforms.model.tables.calendars import CALENDARS, ISO, Calendar


@dataclass(frozen=True)
class SystemInfo:
    """Who the server is.

    Attributes:
        version: As the server spells it, such as `2.42.5.2`.
        release: Such as (2, 42).
        system_id: The server's own id; None for a user who is no superuser: DHIS2 hides it.
        base_url: Its address.
        calendar: In which it counts periods.
        country_calendar: In which the country file says that it counts.
        time_zone: The zone in which it reads dates without zone.
    """

    version: str
    release: Release
    system_id: str | None
    base_url: str
    calendar: str
    time_zone: str | None
    country_calendar: str = ISO

    @property
    def dialect(self) -> Dialect:
        """What differs in this version.

        Raises:
            TargetError: The version is not supported.
        """
        return dialect_of(self.release)

    @property
    def zone(self) -> str:
        """Name of the time zone; UTC if this machine does not know it."""
        exists = self.time_zone in zoneinfo.available_timezones()
        return str(self.time_zone) if exists else "UTC"

    @property
    def patch(self) -> Patch:
        """(5, 2) of `2.42.5.2`; empty for a version that is none of DHIS2's releases."""
        match = re.fullmatch(r"\d+\.\d+((?:\.\d+)+)", self.version)
        return tuple(int(part) for part in match[1].split(".")[1:]) if match else ()

    def patch_warnings(self, harm: Harm | None = None) -> list[str]:
        """Return, in sentences, the faults of this patch of DHIS2 and what to upgrade to."""
        faults = patch_faults(self.release, self.patch, harm)
        return [
            f"DHIS2 {self.version}: {fault.meaning} Upgrade DHIS2 to "
            f"{upgrade_to(self.release, [fault])} or later."
            for fault in faults
        ]

    def check_reading(self) -> None:
        """Refuse a patch that reads its own objects back wrongly.

        Raises:
            TargetError: This is one.
        """
        if warnings := self.patch_warnings(Harm.READING):
            raise TargetError(
                f"{' '.join(warnings)} Until then, what is read back cannot be trusted. Nothing "
                f"was compared or changed."
            )

    def check_showing(self) -> None:
        """Refuse a patch that does not show what set-up has made; name all its faults.

        Raises:
            TargetError: This is one.
        """
        if self.patch_warnings(Harm.SHOWING):
            raise TargetError(
                f"{' '.join(self.patch_warnings())} Before that, set-up cannot see whether charts "
                f"are as they must be. Nothing was written."
            )

    def check_calendar(self) -> Calendar:
        """Return the calendar in which the server counts its periods.

        Raises:
            TargetError: Nobody has tried it, or the country file sets another.
        """
        if self.calendar not in CALENDARS:
            raise TargetError(
                f"DHIS2 counts in the calendar {self.calendar!r}; {', '.join(CALENDARS)} were "
                f"tried, and work. In another one DHIS2 may refuse dates, or take the years of the "
                f"population for others. Report it, so that it is tried. Nothing was posted."
            )
        if self.calendar != self.country_calendar:
            raise TargetError(
                f"DHIS2 counts in the calendar {self.calendar!r}, and the country file says "
                f"{self.country_calendar!r}: dates would be sent in a form that DHIS2 refuses in "
                f'part. Say calendar = "{self.calendar}" under [dhis2] in the country file, '
                f"run set-up-dhis2, then start a new run. Nothing was posted."
            )
        return CALENDARS[self.calendar]


def release_of(version: str) -> Release:
    """Return (2, 42) of `2.42.5.2`, `2.42-SNAPSHOT` and the like.

    Raises:
        TargetError: The version cannot be read.
    """
    match = re.match(r"(\d+)\.(\d+)", version)
    if match is None:
        raise TargetError(
            f"DHIS2 says that its version is {version!r}; two numbers such as 2.42 were expected. "
            f"Check the address in the dhis2-server block. Nothing was posted."
        )
    return int(match[1]), int(match[2])
