"""Match a nation of 20,000 places.

    python -m tests.benchmarks.match [facilities]

Exits with 1 if that takes more than five minutes of processor time, or if less than 99.5 % of what
is accepted is right.
"""

import sys
import time
from collections.abc import Sequence

import polars as pl

from tests.benchmarks.measuring import at_most
from tests.support.national_tree import ROOT, as_frames, nation
from transforms.matching.match import match
from transforms.openimis.match_settings import MatchSettings

FACILITIES = 13_500
MOST_SECONDS = 300.0
LEAST_PRECISION = 0.995


def main(arguments: Sequence[str]) -> int:
    facilities = int(arguments[0]) if arguments else FACILITIES
    made = nation(facilities, regions=24, districts=10, wards=10)
    places, units = as_frames(made)
    settings = MatchSettings.model_validate({"levels": made.levels})
    began = time.process_time()
    matches = match(places, units, ROOT, settings)
    seconds = time.process_time() - began
    accepted = matches.filter(decision="accepted")
    truth = pl.col("key").replace_strict(made.truth, return_dtype=pl.String)
    right = accepted.select(pl.col("uid").eq_missing(truth).mean()).item()
    print(f"{places.height} places, {units.height} org units, {accepted.height} accepted")
    holds = at_most("seconds to match them", seconds, MOST_SECONDS)
    print(f"right of those accepted: {right:.2%} (at least {LEAST_PRECISION:.1%})")
    return 0 if holds and right >= LEAST_PRECISION else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
