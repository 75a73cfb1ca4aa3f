# SPDX-License-Identifier: Apache-2.0
"""Which time zone local times are in: asked only when some of them fall where clocks are changed, or when
letters behind them name a zone that is not certain."""

from __future__ import annotations

from collections.abc import Mapping as Pairs

from percontact.ingest.meaning_columns import Seen
from percontact.ingest.meaning_dates import is_utc
from percontact.ingest.moments import Moment, turned_clock_rows
from percontact.ingest.question import Asked, Option, Question
from percontact.ingest.vocabulary import words
from percontact.records.book import Settings


def ask_zone(
    moments: Pairs[str, Moment], settings: Settings, asked: Asked, facts: list[tuple[str, str]]
) -> str | None:
    """The zone to say in the mapping, or None: then the workspace's holds, or the question is open."""
    open_moments = {n: m for n, m in moments.items() if m.zone is None and "unit" not in m.written.part}
    if not open_moments or any(".order" in question.key for question in asked.open):
        return None
    home = settings.timezone
    gaps, twice = turned_clock_rows(open_moments.values(), home)
    if not gaps and not twice and "zone" not in asked.answers:
        if any(m.has_naive() for m in open_moments.values()):
            facts.append(("Time zone", f"{home}, the workspace's; the file names none"))
        return None
    told = []
    if gaps:
        told.append(f"{gaps:,} never were in {home}, as clocks were set forward over them")
    if twice:
        told.append(f"{twice:,} came twice there, as clocks were set back")
    here = []
    if gaps:
        here.append(f"{gaps:,} rows would be set aside")
    if twice:
        here.append(f"of {twice:,} the earlier time is taken")
    options = (
        Option(home, f"local time of {home}", ", ".join(here)),
        Option("UTC", "UTC", "there every one of these times exists once"),
    )
    text = f"The times name no zone; {' and '.join(told) or 'none falls where clocks are changed'}."
    about = ", ".join(dict.fromkeys(m.parts[0].header for m in open_moments.values()))
    answer = asked.ask(Question("zone", about, text, options, "another zone: Europe/London"))
    if answer and not _is_zone(answer):
        asked.wrong.append((Question("zone", about, text, options, "a zone such as Europe/London"), answer))
        return None
    if answer:
        facts.append(("Time zone", f"{answer}, as you answered"))
    return answer


def zone_behind(column: str, seen: Seen, asked: Asked) -> str:
    """The zone that the letters behind the times of a column mean; "" while it is asked."""
    if is_utc(seen.tails):
        return "UTC"
    names = list(dict.fromkeys(text.strip() for text in seen.tails))
    known = next(zones for one, zones in words()["zone_words"].items() if set(names) <= set(one.split()))
    options = [Option(zone, f"local time of {zone}", "") for zone in known]
    fixed = words()["zone_fixed"].get(names[0]) if len(names) == 1 else None
    if fixed:
        (rows,) = seen.profile.counts([f"count(c{seen.facts.place})"])
        options.append(
            Option(fixed, "the same distance from UTC all year", f"all {rows:,} rows say {names[0]}")
        )
    text = f"Its times end in {' and '.join(names)}, which is said in more than one zone. Which one is meant?"
    question = Question(f"{column}.zone", seen.header, text, tuple(options), "another zone: Europe/London")
    answer = asked.ask(question)
    if answer and not _is_zone(answer):
        asked.wrong.append((question, answer))
        return ""
    return answer or ""


def _is_zone(name: str) -> bool:
    from zoneinfo import available_timezones

    return name in available_timezones()
