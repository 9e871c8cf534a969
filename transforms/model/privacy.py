"""What of a person may leave the country, and in which form.

    country file ──► policy: field → send · pseudonym · generalise · drop
                        ├─► selected_columns   what is dropped is not even read from openIMIS
                        ├─► treated            the values, just before the delta
                        └─► leaving            the page that says it all

`generalise` makes a date the first day of its year; nothing else can be generalised. The village
is the org unit of a person, not a value: who may see it is DHIS2's sharing of org units.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import polars_hash as plh

from transforms.core.errors import CountryError
from transforms.core.fields import Field, Privacy, Treatment, ValueType
from transforms.model.chosen_resources import fields_not_asked, is_asked, is_of_asked
from transforms.model.resources import ALL_FIELDS, RESOURCES, Resource
from transforms.model.tables.claim import CLAIM_NUMBER, INSUREE_VILLAGE
from transforms.model.tables.insuree import CHFID, INSURANCE_NUMBER
from transforms.openimis.country import Country

SHORTEST_KEY_BYTES = 32

_DEFAULT_OF_CLASS = {
    Privacy.OPEN: Treatment.SEND,
    Privacy.QUASI: Treatment.GENERALISE,
    Privacy.DIRECT: Treatment.DROP,
    Privacy.SENSITIVE: Treatment.SEND,
}
_DEFAULT_OF_FIELD = {
    CHFID.key: Treatment.PSEUDONYM,
    INSURANCE_NUMBER.key: Treatment.PSEUDONYM,
    # Neither can be made less exact: a facility asks for its claims by number, and figures by home
    # are made of the village, which is the person's org unit as well.
    CLAIM_NUMBER.key: Treatment.SEND,
    INSUREE_VILLAGE.key: Treatment.SEND,
}
_DATES = frozenset({ValueType.DATE, ValueType.AGE})
_TEXTS = frozenset({ValueType.TEXT, ValueType.LONG_TEXT})

Policy = dict[str, Treatment]
"""Field key to treatment."""


@dataclass(frozen=True)
class Leaving:
    """One line of the page *what leaves the country*.

    Attributes:
        resource: Name of the resource.
        field: Name of the attribute or data element in DHIS2.
        source: `table.column` of openIMIS, or in words what the value is made of.
        privacy: How close the value is to a person.
        treatment: What happens to it before it leaves.
        is_default: Whether the country file leaves it at the default of its class.
        is_optional: Whether its default is to stay, whatever its class.
    """

    resource: str
    field: str
    source: str
    privacy: Privacy
    treatment: Treatment
    is_default: bool = True
    is_optional: bool = False


def policy_of(country: Country) -> Policy:
    """Return the treatment of every field.

    Raises:
        CountryError: The country file names a field that does not exist, or a treatment that the
            field cannot have.
    """
    named = [field for field in ALL_FIELDS if field.follows is None]
    _check_names(country, {field.name for field in named})
    _check_asked(country, named)
    policy = {field.key: _treatment(field, country) for field in named}
    return policy | {each.key: _follow(each, policy) for each in ALL_FIELDS if each.follows}


def apply_policy(
    desired: pl.LazyFrame, fields: Sequence[Field], policy: Policy, key: str | None
) -> pl.LazyFrame:
    """Return `desired` with every value in the form in which it may leave.

    Args:
        desired: A frame with one column a field, named by its key (text).
        fields: The fields of the resource.
        policy: Field key to treatment.
        key: The secret of the pseudonyms: HMAC-SHA-256 of the trimmed text, in lower-case
            hexadecimal. None if no field of `policy` is a pseudonym.

    Returns:
        The same rows and columns; what is dropped is null, so that DHIS2 empties it.

    Raises:
        CountryError: A pseudonym is requested, and the key is missing or too short.
    """
    if any(policy[field.key] is Treatment.PSEUDONYM for field in fields):
        key = checked_key(key)
    return desired.with_columns(
        _leaving(field.key, policy[field.key], key or "").alias(field.key)
        for field in fields
        if policy[field.key] is not Treatment.SEND
    )


def needs_key(policy: Policy) -> bool:
    """Return whether any field leaves as a pseudonym."""
    return Treatment.PSEUDONYM in policy.values()


def checked_key(key: str | None) -> str:
    """Return the pseudonym key.

    Raises:
        CountryError: It is missing, or shorter than 32 bytes.
    """
    size = len((key or "").encode())
    if key is None or size < SHORTEST_KEY_BYTES:
        raise CountryError(
            f"The pseudonym key has {size} bytes; at least {SHORTEST_KEY_BYTES} are needed, since "
            f"numbers are sent as pseudonyms. Save a longer one in the block pseudonym-key, or let "
            f"the country file drop them. Nothing was sent."
        )
    return key


def fingerprint(key: str) -> str:
    """Return 16 hexadecimal digits by which a key is recognised, and from which none is found."""
    return hmac.new(key.encode(), b"fingerprint of the pseudonym key", hashlib.sha256).hexdigest()[
        :16
    ]


def values_that_leave(country: Country) -> list[Leaving]:
    """Return the page *what leaves the country*: one line a field of each resource.

    Raises:
        CountryError: See `policy_of`.
    """
    policy = policy_of(country)
    return [
        _leaving_line(resource, field, policy[field.key], country)
        for resource in RESOURCES
        for field in resource.fields
    ]


def _leaving_line(
    resource: Resource, field: Field, treatment: Treatment, country: Country
) -> Leaving:
    is_there, is_usual = is_asked(resource.asked_by, country), resource.asked_by is None
    return Leaving(
        resource.name,
        field.name,
        _source(field),
        field.privacy,
        treatment if is_there else Treatment.DROP,
        is_default=not is_there or (is_usual and treatment is _default(field, country)),
        is_optional=field.optional or not is_usual,
    )


def _check_names(country: Country, names: set[str]) -> None:
    if unknown := sorted(set(country.privacy) - names):
        raise CountryError(
            f"The country file's section privacy names {', '.join(unknown)}, which no attribute or "
            f"data element is called. Known are: {', '.join(sorted(names))}. Nothing was done."
        )


def _check_asked(country: Country, fields: Sequence[Field]) -> None:
    """Refuse to send a value of what the country does not ask for: nothing would be sent."""
    not_asked = fields_not_asked(country)
    for field in fields:
        treatment = country.privacy.get(field.name, Treatment.DROP)
        if field.key in not_asked and treatment is not Treatment.DROP:
            raise CountryError(
                f"The country file's section privacy asks to {treatment.value} {field.name}, which "
                f"leaves only with {not_asked[field.key]} = true. Set that, or take the line out. "
                f"Nothing was done."
            )


def _treatment(field: Field, country: Country) -> Treatment:
    treatment = country.privacy.get(field.name, _default(field, country))
    if treatment not in _possible(field):
        raise CountryError(
            f"The country file's section privacy asks to {treatment.value} {field.name}, a value "
            f"of type {field.value_type.value}. Possible are: "
            f"{', '.join(sorted(_possible(field)))}. Nothing was done."
        )
    return treatment


def _follow(field: Field, policy: Policy) -> Treatment:
    """Return the treatment of a field that follows another one: it leaves if that one does."""
    leaves = field.follows and policy[field.follows.key] is not Treatment.DROP
    return Treatment.SEND if leaves else Treatment.DROP


def _default(field: Field, country: Country) -> Treatment:
    is_asked_for = is_of_asked(field) and field.key not in fields_not_asked(country)
    if field.optional and not is_asked_for:
        return Treatment.DROP
    return _DEFAULT_OF_FIELD.get(field.key, _DEFAULT_OF_CLASS[field.privacy])


def _possible(field: Field) -> set[Treatment]:
    possible = {Treatment.SEND, Treatment.DROP}
    if field.value_type in _DATES:
        possible.add(Treatment.GENERALISE)
    if field.value_type in _TEXTS and field.option_set is None:
        possible.add(Treatment.PSEUDONYM)
    return possible


def _leaving(name: str, treatment: Treatment, key: str) -> pl.Expr:
    match treatment:
        case Treatment.PSEUDONYM:
            return plh.col(name).chash.hmac_sha256(key=key)
        case Treatment.GENERALISE:
            return pl.col(name).str.slice(0, 4) + "-01-01"
        case _:
            return pl.lit(None, pl.String)


def _source(field: Field) -> str:
    return f"{field.table}.{field.column}" if field.table else field.made_of
