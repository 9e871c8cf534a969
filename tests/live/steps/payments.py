"""Payments: what households pay, and what payers give for products."""

from tests.live.context import Live
from tests.live.outcomes import Counts, must
from tests.live.steps.loading import loaded
from transforms.model.resources import CONTRIBUTIONS, FUNDING

ASKS = "contributions = true\nfunding = true\n"


def sent(live: Live) -> Counts:
    """What households pay and what payers give arrives once the country asks, and only once."""
    text = live.pilot.country_file.read_text()
    live.pilot.country_file.write_text(f"{ASKS}{text}")
    live.as_user("admin")
    live.pilot.set_up("set-up-payments").must_complete()
    live.pilot.set_up("set-up-payments-again").must_complete().must_write_nothing()
    live.as_user("loader")
    counts = loaded(live, "payments")
    held = {each.name: live.pilot.held(each).height for each in (CONTRIBUTIONS, FUNDING)}
    must(all(held.values()), f"Nothing arrived of one kind: {held}")
    live.pilot.sync("payments-once-more").must_complete().must_write_nothing()
    return counts | held
