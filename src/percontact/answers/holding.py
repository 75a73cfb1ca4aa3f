# SPDX-License-Identifier: Apache-2.0
"""Answers to what holds for a whole workspace: its settings in words, and how they are changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from percontact.pipeline import OpenBook
from percontact.records.book import Settings
from percontact.report.document import Document, Table, TableColumn
from percontact.store.workspace import Workspace
from percontact.values.fiscal import NAMED, PATTERNS, WEEKDAYS, YEAR_ENDS, FiscalCalendar
from percontact.values.problem import PercontactError, problem

T = TypeVar("T")
MONTHS = "months"
ENDS = tuple(f"{rule}-{day}" for rule in YEAR_ENDS for day in WEEKDAYS)
"""Where a fiscal year of weeks may end."""


def with_calendar(
    settings: Settings,
    start: int | None,
    weeks: str | None,
    year_ends: str | None,
    named: str | None,
    week_starts: str | None,
) -> Settings:
    """Settings with what was said; None = as it is. Raises E-ARG-03 for a year's end without weeks."""
    pattern = settings.fiscal_pattern if weeks is None else _one(PATTERNS, "" if weeks == MONTHS else weeks)
    if year_ends and not pattern:
        what, why = "the fiscal year is not one of weeks", "One of calendar months ends with a month."
        do = "Say --fiscal-weeks 4-4-5 too, or leave it out."
        raise problem("E-ARG-03", f"--fiscal-year-ends {year_ends}", what, why, do)
    kept = f"{settings.fiscal_year_ends}-{settings.fiscal_end_day}"
    rule, _, day = (year_ends or kept).partition("-")
    if week_starts is None and pattern and (weeks or year_ends):
        week_starts = WEEKDAYS[(WEEKDAYS.index(_one(WEEKDAYS, day)) + 1) % 7]
    return replace(
        settings,
        fiscal_start_month=start or settings.fiscal_start_month,
        fiscal_pattern=pattern,
        fiscal_year_ends=_one(YEAR_ENDS, rule),
        fiscal_end_day=_one(WEEKDAYS, day),
        fiscal_named=_one(NAMED, named or settings.fiscal_named),
        week_starts=_one(WEEKDAYS, week_starts or settings.week_starts),
    )


def changed(workspace: Workspace, said: dict[str, str]) -> Workspace:
    """The workspace with the settings of a form; what is not said, or said as it is, stays.

    said  start, weeks, year_ends, named, week_starts as the options of `percontact settings` take them
    Raises E-ARG-03 for what cannot change or does not go together, E-ARG-01 for a value that there is not.
    """
    now = workspace.settings
    for name in ("currency", "timezone"):
        if said.get(name, getattr(now, name)) != getattr(now, name):
            what = f"the {name.replace('timezone', 'time zone')} of a workspace cannot change"
            why = "Its rows were read by it: amounts and days would no longer be what the files said."
            do = f"Make a workspace with {said[name]}, and import the files there."
            raise problem("E-ARG-03", name, what, why, do)
    start = said.get("start") or str(now.fiscal_start_month)
    known: dict[str, list[str]] = {
        "start": [str(n) for n in range(1, 13)], "weeks": [MONTHS, *PATTERNS[1:]], "year_ends": list(ENDS),
        "named": list(NAMED), "week_starts": list(WEEKDAYS),
    }  # fmt: skip
    for name, values in known.items():
        if said.get(name) and said[name] not in values:
            why = f"It may be {', '.join(values)}."
            raise problem("E-ARG-01", name, f"{said[name]!r} is not one of its values", why, "Choose one.")
    # A first day of the week that was not touched follows the fiscal year of weeks, where there is one.
    touched = said.get("week_starts") or None
    wanted = with_calendar(
        now, int(start), said.get("weeks") or None, said.get("year_ends") or None, said.get("named") or None,
        None if touched == now.week_starts else touched,
    )  # fmt: skip
    return workspace.recount(wanted.calendar) if wanted != now else workspace


def _one(known: Iterable[T], wanted: object) -> T:
    """The one of known values that equals what was checked."""
    return next(k for k in known if k == wanted)


def calendar_words(settings: Settings) -> str:
    """How weeks and fiscal years are counted, in words."""
    if settings.calendar == FiscalCalendar():
        return "weeks from Monday, fiscal years are calendar years"
    weeks = f"weeks from {settings.week_starts.capitalize()}"
    named = f"FY2026 {settings.fiscal_named}s in 2026" if settings.fiscal_start_month > 1 else ""
    start = settings.calendar.year_start(2026)
    first = f"FY2026 begins on {start}"
    if settings.fiscal_pattern:
        ends = f"the {settings.fiscal_year_ends} {settings.fiscal_end_day.capitalize()}"
        kind = f"fiscal years of weeks, {settings.fiscal_pattern}, ending on {ends}"
    else:
        kind = f"fiscal years from month {settings.fiscal_start_month}"
    return ", ".join(x for x in (weeks, kind, named, first) if x)


def settings_told(book: OpenBook) -> Document:
    """What holds for the workspace: each setting, what it changes, and whether it may change."""
    s = book.settings
    days = book.book.rows("calendar") if book.book.has("calendar") else 0
    rows = (
        ("Currency", s.currency, "Every amount is told in it; others are translated by dated rates.",
         "stays: amounts were read by it"),
        ("Time zone", s.timezone, "Days, months and hours of contacts are counted in it.",
         "stays: times were read by it"),
        ("Weeks and fiscal years", calendar_words(s),
         "Names and bounds of weeks and fiscal periods. No row and no cost moves.", "below"),
        ("Policy", _policy_words(book), "Which cost goes where, so what each contact costs.",
         "on the page Policy"),
        ("Calendar", f"{days:,} day{'s' * (days != 1)} that differ{'s' * (days == 1)} from the usual week",
         "Working days, opening hours, and which days are held against which.", "on the page Calendar"),
    )  # fmt: skip
    columns = (
        TableColumn("setting", "Setting"),
        TableColumn("value", "Is"),
        TableColumn("changes", "What it changes"),
        TableColumn("how", "Can it change?"),
    )
    return Document(
        "Settings",
        f"Amounts are in {s.currency}, days are counted in {s.timezone}: {calendar_words(s)}.",
        (Table("What holds for this workspace", columns, rows),),
        data={"currency": s.currency, "timezone": s.timezone, "calendar": calendar_words(s)},
        demo="All data is made up (demo)." if s.demo else "",
    )


def _policy_words(book: OpenBook) -> str:
    try:
        policy = book.policy
    except PercontactError:
        return "cannot be used as it is"
    if policy.textbook:
        return "none yet: all contacts cost the same"
    rules, pools = len(policy.rules), len(policy.pools)
    return f"{rules:,} rule{'s' * (rules != 1)}, {pools:,} pool{'s' * (pools != 1)}"
