# SPDX-License-Identifier: Apache-2.0
"""Opportunities: every rule asked of the same facts, ranked by the money at stake."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from percontact.explain.facts_of_work import WorkFacts
from percontact.explain.noted import Event
from percontact.explain.opportunity import Opportunity
from percontact.explain.seek_capacity import bots_that_cost_more, callbacks, idle_capacity, unused_contracts
from percontact.explain.seek_demand import after_faults, failure_demand, self_service, transferred_twice
from percontact.explain.seek_time import out_of_line, slow_agents, slow_teams


def opportunities(
    facts: WorkFacts, *, events: Sequence[Event] = (), pseudonym: Callable[[str], str]
) -> list[Opportunity]:
    """What may be saved in a span, the largest first. Ranges overlap: what one rule saves another cannot.

    events     noted faults, after which contacts are counted against usual
    pseudonym  what an agent is called
    """
    found = [
        *slow_teams(facts),
        *out_of_line(facts),
        *slow_agents(facts, pseudonym),
        *self_service(facts),
        *failure_demand(facts),
        *after_faults(facts, events),
        *transferred_twice(facts),
        *bots_that_cost_more(facts),
        *callbacks(facts),
    ]
    if not facts.question.where:
        # Capacity and contracts belong to the whole service, not to some of its contacts.
        found += [*idle_capacity(facts), *unused_contracts(facts)]
    return sorted(found, key=lambda o: (-o.middle, o.kind, o.says))
