# SPDX-License-Identifier: Apache-2.0
"""The screens of the app, in the order of its menu."""

from __future__ import annotations

from percontact.web.pages import (
    calendar,
    checks,
    contacts,
    cost_map,
    data,
    events,
    explain,
    explore,
    measures,
    opportunities,
    overview,
    policy,
    settings,
    watch,
)
from percontact.web.screen import Screen

SCREENS: tuple[Screen, ...] = (
    overview.SCREEN,
    explain.SCREEN,
    explore.SCREEN,
    contacts.SCREEN,
    contacts.CONTACT,
    cost_map.SCREEN,
    measures.SCREEN,
    measures.MEASURE,
    opportunities.SCREEN,
    watch.SCREEN,
    data.SCREEN,
    checks.SCREEN,
    events.SCREEN,
    settings.SCREEN,
    policy.SCREEN,
    calendar.SCREEN,
)
