"""Look at DHIS2: address, login, version, rights, org units, package; nothing is written.

The requests that are not GET change nothing: a transfer of nobody, a bundle without objects.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property

from flows.connectors.dhis2.chunks import chunks
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import LoginError
from flows.connectors.dhis2.metadata_read import UIDS_IN_A_REQUEST, lines_of, present_objects
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.check.settings import SettingsLooks
from flows.steps.load.control_request import try_post
from flows.steps.load.tree_of_dhis2 import look_at_tree
from flows.steps.target.existing import ask_existing
from flows.steps.target.preflight import ask_offer, try_put
from staging.layout import Target
from transforms.changes.guards.existing import existing_faults
from transforms.changes.guards.preflight import authority_faults, package_faults, scope_faults
from transforms.changes.guards.set_up_faults import assignment_faults, lacking_authorities
from transforms.changes.sending.needs import optional_fields_sent
from transforms.changes.sending.offer import Needs, Offer, ProgramAccess
from transforms.core.language import Phrase
from transforms.dhis2.metadata_plan import plan
from transforms.model.existing import in_use
from transforms.model.privacy import policy_of
from transforms.openimis.country import Country
from transforms.package.metadata import tracker_package
from transforms.package.tables.user_roles import LOADER
from transforms.reports.metadata_summary import package_fault
from transforms.requirements.check_rows import Seen
from transforms.requirements.faults import Fault
from transforms.requirements.sentences import as_sentence, root_fault, time_zone_fault
from transforms.requirements.tables.requirements import (
    DHIS2_DELETES,
    DHIS2_FIELDS,
    DHIS2_PACKAGE,
    DHIS2_SHARING,
    DHIS2_USER,
    Requirement,
)

ATTEMPTS, SECONDS = 2, 30


class ServerLooks:
    """Looks at DHIS2, which is only read."""

    def __init__(
        self, connect: Callable[[Country], Dhis2], settings: SettingsLooks, target: Target
    ) -> None:
        self._connect = connect
        self._settings = settings
        self._target = target

    @cached_property
    def _client(self) -> Dhis2:
        whole = self._connect(self._settings.country)
        return whole.less_patient(ATTEMPTS, seconds=SECONDS, share=0)

    @cached_property
    def _info(self) -> SystemInfo:
        return self._client.system_info()

    @cached_property
    def _needs(self) -> Needs:
        country = self._settings.country
        treatments = {key: each.value for key, each in policy_of(country).items()}
        return Needs(places=[country.root.uid], optional=optional_fields_sent(treatments))

    @cached_property
    def _offer(self) -> Offer:
        return ask_offer(self._client, self._info, self._needs)

    def close(self) -> None:
        """Close the connections, if there are any."""
        if "_client" in vars(self):
            self._client.close()

    def dhis2_address(self) -> Seen:
        """Go the whole way to DHIS2; whether it lets the user in is another matter."""
        with suppress(LoginError):
            _ = self._info
        return Seen(self._client.base_url)

    def dhis2_login(self) -> Seen:
        """Log in."""
        _ = self._info
        return Seen(Phrase("DHIS2 knows the login"))

    def dhis2_version(self) -> Seen:
        """Look whether the version is supported."""
        _ = self._info.dialect
        return Seen(self._info.version)

    def dhis2_patch(self) -> Seen:
        """Look for known faults of the patch."""
        return Seen(Phrase("no fault of it is known"), self._info.patch_warnings())

    def dhis2_methods(self) -> Seen:
        """Make a PUT and a POST that change nothing."""
        try_put(self._client)
        try_post(self._client)
        return Seen(Phrase("GET, POST and PUT get through; DELETE, for set-up, was not tried"))

    def dhis2_calendar(self) -> Seen:
        """Compare the calendars."""
        self._info.check_calendar()
        return Seen(self._info.calendar)

    def dhis2_time_zone(self) -> Seen:
        """Look whether the time zone is known here."""
        zone = self._info.time_zone
        faults = [] if self._info.zone == zone else [time_zone_fault(zone)]
        return Seen(str(zone), faults)

    def dhis2_user(self) -> Seen:
        """Look whether the user is a superuser."""
        return _result(Phrase("no superuser"), authority_faults(self._offer.user), DHIS2_USER)

    def dhis2_deletes(self) -> Seen:
        """Look whether the user deletes what others have."""
        found = Phrase("the user deletes nothing of other programs")
        return _result(found, authority_faults(self._offer.user), DHIS2_DELETES)

    def dhis2_authorities(self) -> Seen:
        """Look for what the role of the load allows."""
        return _result(
            Phrase("all of the role {role}", role=LOADER.name),
            lacking_authorities(self._offer.user, LOADER.authorities),
        )

    def dhis2_root(self) -> Seen:
        """Look for the country's org unit."""
        root = self._settings.country.root
        faults = [] if root.uid in self._offer.lines else [root_fault(root.uid, root.name)]
        return Seen(f"{root.name} ({root.uid})", faults)

    def dhis2_org_units(self) -> Seen:
        """Look whether the user's org units hold the country."""
        return _result(Phrase("hold the country"), scope_faults(self._offer, self._needs))

    def dhis2_tree(self) -> Seen:
        """Look for the decisions, and at the org units of DHIS2's own that places go to."""
        country = self._settings.country
        if not country.uses_matches:
            return Seen(Phrase("org units are made of openIMIS's places"))
        found = look_at_tree(self._target, self._client, country)
        return Seen(Phrase("the org units that places go to are as they were"), found.sentences)

    def dhis2_existing(self) -> Seen:
        """Look at what DHIS2 had before us and is used in place of ours."""
        country = self._settings.country
        used = in_use(country)
        if not used.renaming:
            return Seen(Phrase("nothing of it is used in place of ours"))
        faults = existing_faults(ask_existing(self._client, country), country)
        count = len(used.renaming.theirs)
        found = Phrase("{count} of its own are used in place of ours", count=count)
        return Seen(found, [used.swap(f"{each.found}.") for each in faults])

    def dhis2_package(self) -> Seen:
        """Look for programs and stages."""
        return self._of_package(Phrase("programs and stages are there"), DHIS2_PACKAGE)

    def dhis2_sharing(self) -> Seen:
        """Look whether the user may read and write data."""
        return self._of_package(Phrase("the user may read and write data"), DHIS2_SHARING)

    def dhis2_fields(self) -> Seen:
        """Look for what holds values."""
        return self._of_package(Phrase("all are there"), DHIS2_FIELDS)

    def dhis2_package_version(self) -> Seen:
        """Compare what holds the data with what set-up of this release would make."""
        ours = tracker_package(self._settings.country)
        present = {
            kind: present_objects(self._client, kind, {each["id"] for each in objects})
            for kind, objects in ours.items()
        }
        fault = package_fault(plan(ours, present, {}))
        return Seen(
            Phrase("set-up of this release would change nothing of it"), [fault] if fault else []
        )

    def dhis2_assignments(self) -> Seen:
        """Look whether programs are assigned to org units of the country."""
        root = self._settings.country.root.uid
        assigned = {uid: self._lies_below(access, root) for uid, access in self._assignments()}
        return _result(Phrase("programs are assigned"), assignment_faults(assigned))

    def _assignments(self) -> Iterator[tuple[str, ProgramAccess]]:
        for uid, access in self._offer.programs.items():
            if access is not None:
                yield uid, access

    def _lies_below(self, access: ProgramAccess, root: str) -> bool:
        """Whether any of a program's org units lies in the country; asked some at a time."""
        for some in chunks(sorted(access.org_units), UIDS_IN_A_REQUEST):
            if any(root in line for line in lines_of(self._client, some).values()):
                return True
        return False

    def _of_package(self, found: str, requirement: Requirement) -> Seen:
        return _result(found, package_faults(self._offer, self._needs), requirement)


def _result(found: str, faults: Iterable[Fault], requirement: Requirement | None = None) -> Seen:
    """Return the faults of a requirement, of some that are found together."""
    of_it = [each.found for each in faults if requirement in (None, each.requirement)]
    return Seen(found, [sentence for each in of_it for sentence in as_sentence(each)])
