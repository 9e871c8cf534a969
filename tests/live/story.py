"""The table of steps, and how it is gone through."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.live.context import Live
from tests.live.outcomes import Counts, Ending, Outcome, carried_out
from tests.live.steps import (
    asking,
    data_values,
    fields,
    figures,
    loading,
    logging_in,
    mending,
    payments,
    places,
    population,
    reading,
    seeing,
    setting_up,
    translating,
)


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: Unique; on the page of tested servers.
        do: Carries it out; its docstring is the sentence that is told.
        needs: Names of the steps without which it cannot be carried out.
    """

    name: str
    do: Callable[[Live], Counts]
    needs: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What is told of it."""
        return (self.do.__doc__ or "").strip().removesuffix(".")


STEPS: tuple[Step, ...] = (
    Step("claim", setting_up.claim),
    Step("plan", setting_up.plan, ("claim",)),
    Step("set_up", setting_up.apply, ("plan",)),
    Step("set_up_again", setting_up.apply_again, ("set_up",)),
    Step("lists_and_singles", setting_up.lists_show_what_singles_show, ("set_up",)),
    Step("mended", setting_up.mended, ("set_up",)),
    Step("loader", logging_in.loader, ("set_up",)),
    Step("tokens", logging_in.tokens, ("loader",)),
    Step("first_planned", loading.planned, ("loader",)),
    Step("first_judged", loading.judged, ("first_planned",)),
    Step("others", loading.another_programs_people, ("first_planned",)),
    Step("superuser", loading.as_superuser, ("others",)),
    Step("first", loading.first, ("others",)),
    Step("explained", loading.explained, ("first",)),
    Step("first_compared", loading.compared, ("first",)),
    Step("freed", loading.freed, ("first",)),
    Step("first_again", loading.first_again, ("freed",)),
    Step("first_by_token", loading.again_by_token, ("freed", "tokens")),
    Step("day", loading.a_day, ("freed",)),
    Step("day_again", loading.after_a_day, ("day",)),
    Step("day_compared", loading.compared, ("day",)),
    Step("killed", loading.killed, ("day",)),
    Step("killed_compared", loading.compared, ("killed",)),
    Step("limited_token", loading.by_limited_token, ("day", "tokens")),
    Step("places_moved", places.moved, ("day",)),
    Step("places_compared", loading.compared, ("places_moved",)),
    Step("pages", reading.pages, ("first",)),
    Step("set_up_later", setting_up.after_the_days, ("day",)),
    Step("population", population.imported, ("first",)),
    Step("analytics", figures.built, ("day",)),
    Step("figures", figures.equal_sql, ("set_up_later", "analytics")),
    Step("regions", figures.regions_add_up, ("analytics",)),
    Step("everything_answers", figures.everything_answers, ("analytics",)),
    Step("readers", logging_in.readers, ("first",)),
    Step("facility_user", seeing.facility, ("readers",)),
    Step("facility_figures", seeing.facility_in_analytics, ("readers", "analytics")),
    Step("district_user", seeing.district, ("readers",)),
    Step("district_figures", seeing.district_in_analytics, ("readers", "analytics")),
    Step("board_user", seeing.board, ("readers",)),
    Step("board_figures", seeing.board_in_analytics, ("readers", "analytics")),
    Step("administrator", seeing.administrator, ("readers",)),
    Step("fields_changed", fields.changed, ("freed",)),
    Step("changed_compared", loading.compared, ("fields_changed",)),
    Step("fields_emptied", fields.emptied, ("fields_changed",)),
    Step("emptied_compared", loading.compared, ("fields_emptied",)),
    Step("fields_restored", fields.restored, ("fields_changed",)),
    Step("other_program", mending.person_of_another_program, ("freed",)),
    Step("other_program_ended", mending.person_leaves_it, ("other_program",)),
    Step("adopted", mending.adopted, ("first",)),
    Step("adopted_compared", loading.compared, ("adopted",)),
    Step("repaired", mending.repaired, ("first",)),
    Step("repaired_compared", loading.compared, ("repaired",)),
    Step("withdrawn", mending.withdrawn, ("first",)),
    Step("brought_again", mending.brought_again, ("withdrawn",)),
    Step("brought_compared", loading.compared, ("brought_again",)),
    Step("values", data_values.sent, ("freed",)),
    Step("values_and_persons", data_values.as_persons_say, ("values", "analytics")),
    Step("values_as_adx", data_values.read_as_adx, ("values",)),
    Step("values_corrected", data_values.corrected, ("values",)),
    Step("payments", payments.sent, ("values",)),
    Step("payments_compared", loading.compared, ("payments",)),
    Step("payments_analytics", figures.built, ("payments",)),
    Step("payments_figures", figures.equal_sql, ("payments_analytics",)),
    Step("translations", translating.translated, ("set_up", "loader")),
    Step("forms", asking.forms, ("first",)),
)

Say = Callable[[Outcome], object]


def tell(live: Live, say: Say, steps: Sequence[Step] = STEPS) -> list[Outcome]:
    """Go through the steps, one after the other; a step that fails stops only what needs it."""
    outcomes: dict[str, Outcome] = {}
    for step in steps:
        live.server.proxy.step = step.name
        outcome = outcomes[step.name] = _outcome(live, step, outcomes)
        say(outcome)
    return list(outcomes.values())


def _outcome(live: Live, step: Step, before: dict[str, Outcome]) -> Outcome:
    if lacking := [name for name in step.needs if not (name in before and before[name].passed)]:
        return Outcome(step.name, step.title, Ending.NOT_DONE, 0.0, said=f"it needs {lacking[0]}")
    begin = time.monotonic()
    ending, counts, said = carried_out(lambda: step.do(live))
    return Outcome(step.name, step.title, ending, time.monotonic() - begin, counts, said)
