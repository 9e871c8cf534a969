"""Tell a DHIS2 that is set up wrongly from records that are wrong.

While everything of one kind (people, enrollments or events) is refused for one and the same
reason of configuration, a country must not be rejected because a user lacks a right. The first
object of the kind that DHIS2 takes ends the suspicion.
"""

from collections.abc import Sequence

from transforms.errors import TargetError
from transforms.import_report import Receipt, Refused
from transforms.resources import TrackerType
from transforms.tables.error_codes import ErrorClass, error_code

ENOUGH_BUNDLES = 3
ENOUGH_OBJECTS = 100


class Suspicion:
    """What the first bundles of a phase have in common; for one thread."""

    def __init__(self) -> None:
        self._kinds = {kind: _Kind() for kind in TrackerType}

    def hear(self, receipt: Receipt) -> None:
        """Take a receipt into account.

        Raises:
            TargetError: Enough objects were refused, all of them for the same reason.
        """
        for kind, heard in self._kinds.items():
            accepted = any(sent.type == kind for sent in receipt.accepted)
            heard.hear([each for each in receipt.refused if each.type == kind], accepted=accepted)
            if heard.is_enough:
                raise _misconfigured(kind, sorted(heard.codes))

    def is_about(self, receipt: Receipt) -> bool:
        """Whether the receipt is to be withheld, since it may turn out to reject a country."""
        return any(
            _configuration_codes(each) and not self._kinds[each.type].is_cleared
            for each in receipt.refused
        )


class _Kind:
    """What was heard of one kind of object."""

    def __init__(self) -> None:
        self.is_cleared = False
        self.codes: set[str] = set()
        self._bundles = 0
        self._objects = 0

    @property
    def is_enough(self) -> bool:
        """Whether so much was refused for one reason that nothing else is to be expected."""
        many = self._bundles >= ENOUGH_BUNDLES or self._objects >= ENOUGH_OBJECTS
        return many and not self.is_cleared

    def hear(self, refused: Sequence[Refused], *, accepted: bool) -> None:
        reasons = [codes for each in refused if (codes := _configuration_codes(each))]
        if reasons:
            self.codes = set.intersection(*reasons, *([self.codes] if self._bundles else []))
            self._bundles += 1
            self._objects += len(reasons)
        self.is_cleared = self.is_cleared or accepted or (bool(reasons) and not self.codes)


def _configuration_codes(refused: Refused) -> set[str]:
    return {
        code for code in refused.codes if error_code(code).error_class is ErrorClass.CONFIGURATION
    }


def _misconfigured(kind: TrackerType, codes: Sequence[str]) -> TargetError:
    said = " ".join(f"{code}: {error_code(code).meaning} {error_code(code).hint}" for code in codes)
    return TargetError(
        f"DHIS2 refuses every {kind.replace('_', ' ').lower()} for the same reason, which is one "
        f"of its configuration: {said} Then run again. Nothing was rejected; what was begun is "
        f"settled by the next run."
    )
