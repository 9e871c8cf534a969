"""What of the data values stands as DHIS2 has it, and what becomes zero.

    a closed period    stands: what DHIS2 has confirmed of a data element there is never sent again,
                       unless a person permits it; what it has no value of is sent once, to the end
    an open period     a value that openIMIS has no more becomes 0, where DHIS2 had one; what must
                       not be sent any more (a small cell, a figure that is sent no longer, another
                       org unit) is deleted

A place that never had a value in a month has none: to send every zero would be millions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import polars as pl

from transforms.changes.objects.schemas import UNKNOWN, State, desired_schema
from transforms.model.resources import DATA_VALUES
from transforms.model.value_keys import parts_of_key

VALUE = DATA_VALUES.fields[0].key
ZERO = "0"
PAIR = ("period", "dataElement")
RULES: dict[str, pl.DataType] = {"rule": pl.String(), "name": pl.String()}
OPEN, COMPUTED, ELEMENT, ORG_UNIT, WITHHELD = (
    "open", "computed", "data element", "org unit", "withheld",
)  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """By what it is decided what stands, and what becomes zero.

    Attributes:
        open: Periods of which values are sent again where they change.
        computed: All periods of which values were computed.
        elements: Data elements (UIDs) that the country sends.
        org_units: Where places have values today.
        withheld: Keys of values that must not be sent.
    """

    open: frozenset[str]
    computed: frozenset[str]
    elements: frozenset[str]
    org_units: frozenset[str]
    withheld: frozenset[str]

    @classmethod
    def of_frame(cls, frame: pl.DataFrame) -> Self:
        """Return what `as_frame` wrote down."""
        names = {
            rule: frozenset(frame.filter(rule=rule)["name"]) for rule in frame["rule"].unique()
        }
        return cls(*(names.get(each, frozenset()) for each in _ORDER))

    def as_frame(self) -> pl.DataFrame:
        """Return them as rows of `RULES`."""
        sets: Iterable[frozenset[str]] = (
            self.open, self.computed, self.elements, self.org_units, self.withheld,
        )  # fmt: skip
        rows = [
            (rule, name) for rule, names in zip(_ORDER, sets, strict=True) for name in sorted(names)
        ]
        return pl.DataFrame(rows, schema=RULES, orient="row")

    def restating(self) -> "Rules":
        """Return the rules of a run that may send closed periods again."""
        return Rules(self.computed, self.computed, self.elements, self.org_units, self.withheld)


@dataclass(frozen=True)
class SentValues:
    """What DHIS2 has of data values, for all places.

    Attributes:
        pairs: See `sent_before`.
        keys: Of each value that DHIS2 has.
        restates: Whether closed periods may be sent again.
    """

    pairs: pl.DataFrame
    keys: pl.Series
    restates: bool = False

    def closed_pairs(self, is_open: Iterable[str], computed: Iterable[str]) -> pl.LazyFrame:
        """Return the pairs of which nothing is sent any more; see `Rules`."""
        sent_again = computed if self.restates else is_open
        return self.pairs.lazy().filter(~pl.col("period").is_in(list(sent_again)))

    def periods(self) -> list[str]:
        """Return of which periods DHIS2 has values, whatever data element they are of."""
        periods = parts_of_key(pl.col("key"))["period"].unique().sort()
        return self.keys.alias("key").to_frame().select(periods).to_series().to_list()


NOTHING_SENT = SentValues(
    pl.DataFrame(schema=dict.fromkeys(PAIR, pl.String)), pl.Series([], dtype=pl.String)
)
_ORDER = (OPEN, COMPUTED, ELEMENT, ORG_UNIT, WITHHELD)


def pairs_of(values: pl.LazyFrame) -> pl.LazyFrame:
    """Return period and dataElement of some values, each pair once."""
    parts = parts_of_key(pl.col("key"))
    return values.select(**{name: parts[name] for name in PAIR}).unique()


def sent_before(acknowledged: pl.LazyFrame, unfinished: Iterable[str] = ()) -> pl.LazyFrame:
    """Return of which periods DHIS2 has a value of which data element, each pair once.

    Args:
        acknowledged: `DATA_VALUES` of all partitions: a place is in one of them, and a period is
            closed for all places.
        unfinished: `<period>:<dataElement>` of which not all values arrived: they are left out.
    """
    lacking = pl.LazyFrame({"name": [*unfinished]}, schema={"name": pl.String})
    confirmed = pairs_of(acknowledged.filter(state=State.HELD.value))
    return confirmed.join(
        lacking, left_on=pl.concat_str(PAIR, separator=":"), right_on="name", how="anti"
    )


def with_standing(
    desired: pl.LazyFrame, acknowledged: pl.LazyFrame, rules: Rules, sent: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the desired values, with what stands and what becomes zero.

    Args:
        desired: One partition of `DATA_VALUES`, as it was computed.
        acknowledged: The same partition.
        rules: See `Rules`.
        sent: See `sent_before`.
    """
    before = acknowledged.with_columns(**parts_of_key(pl.col("key")))
    is_open = pl.col("period").is_in(list(rules.open))
    closed = sent.filter(~is_open)
    computed = desired.with_columns(**parts_of_key(pl.col("key")))
    present = before.filter(state=State.HELD.value)
    stands = present.filter(~is_open)
    going = computed.join(closed, on=PAIR, how="anti").join(stands, on="key", how="anti")
    zeros = (
        present.filter(is_open, _may_be_zero(rules))
        .join(going, on="key", how="anti")
        .with_columns(figure_value=pl.lit(ZERO), status=pl.lit(None, pl.String))
    )
    standing = _standing(stands, computed)
    return pl.concat([_desired(going), _desired(zeros), _desired(standing)]).sort("person", "key")


def differing_closed(desired: pl.LazyFrame, acknowledged: pl.LazyFrame, rules: Rules) -> int:
    """Return how many values of closed periods are others than what DHIS2 has confirmed.

    Args:
        desired: One partition of `DATA_VALUES`, as it was computed.
        acknowledged: The same partition.
        rules: Which periods are open, and of which values were computed.
    """
    closed = list(rules.computed - rules.open)
    confirmed = acknowledged.filter(state=State.HELD.value).select("key", before="figure_value")
    both = confirmed.join(desired.select("key", now="figure_value"), on="key", how="left")
    is_closed = parts_of_key(pl.col("key"))["period"].is_in(closed)
    differs = pl.col("before") != pl.col("now").fill_null(ZERO)
    return int(both.filter(is_closed & differs).select(pl.len()).collect().item())


def _standing(closed: pl.LazyFrame, computed: pl.LazyFrame) -> pl.LazyFrame:
    """Return the values of closed periods as DHIS2 has them.

    What is unknown of one is computed anew, where its period is; else it stays unknown.
    """
    is_unknown = pl.any_horizontal(pl.col("figure_value", "status").eq_missing(UNKNOWN))
    anew = computed.select("key", anew="figure_value")
    is_sent = is_unknown & pl.col("anew").is_not_null()
    return closed.join(anew, on="key", how="left").with_columns(
        figure_value=pl.when(is_sent).then("anew").otherwise("figure_value"),
        status=pl.when(~is_sent).then("status"),
    )


def _may_be_zero(rules: Rules) -> pl.Expr:
    return (
        pl.col("dataElement").is_in(list(rules.elements))
        & pl.col("orgUnit").is_in(list(rules.org_units))
        & ~pl.col("key").is_in(list(rules.withheld))
    )


def _desired(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return rows with the columns of a desired frame."""
    filled = rows.with_columns(
        occurredAt=pl.lit(None), faults=pl.lit([]), notes=pl.lit([]), in_window=pl.lit(value=True)
    )
    schema = desired_schema(DATA_VALUES)
    return filled.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
