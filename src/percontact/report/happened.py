# SPDX-License-Identifier: Apache-2.0
"""Events as marks of a chart: what stands at each, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from percontact.explain.noted import Event
from percontact.report.charts.series import Happening

LABEL = 50
"""Signs of a note that is read at a glance."""

EventHref = Callable[[date], str]
"""First day -> where the events that begin on it stand."""


def marks(events: Iterable[Event], href: EventHref | None = None) -> list[Happening]:
    """Events as a chart draws them. href: None = they lead nowhere, as on paper."""
    return [Happening(e.first, event_label(e), href(e.first) if href else "") for e in events]


def event_label(event: Event) -> str:
    """What stands at a mark: the event's name; its note where the name is but a code, and the note short."""
    note = event.note or ""
    return note if " " not in event.name and 0 < len(note) <= LABEL and note.isprintable() else event.name
