# SPDX-License-Identifier: Apache-2.0
"""What the app is asked: each page in several forms, each form with values of the company drawn anew."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from pathlib import Path

PAGES: dict[str, list[str]] = {
    "Overview": ["/?period={month}", "/?period={month}&channel={channel}", "/?period={month}&team={team}&compare=last-year", "/?period={quarter}&reason={reason}"],
    "Explain": ["/explain?period={month}", "/explain?period={month}&channel={channel}", "/explain?period={month}&reason={reason}&compare=last-year", "/explain?period={quarter}&site={site}", "/explain?period={month}&compare=budget"],
    "Explore by one dimension": ["/explore?period={month}&by={dim}", "/explore?period={month}&by={dim}&channel={channel}", "/explore?period={quarter}&by={dim}&metric=average_handle_time", "/explore?period={month}&by={dim}&metric=first_contact_resolution"],
    "Explore by two dimensions": ["/explore?period={month}&by=channel&by={dim}", "/explore?period={quarter}&by={dim}&by=site&channel={channel}", "/explore?period={month}&by={dim}&by=queue&metric=contacts_offered"],
    "Explore over time": ["/explore?period={month}&grain=month&by=channel", "/explore?period={month}&grain=day", "/explore?period={month}&grain=week&team={team}", "/explore?period={month}&grain=day&metric=average_handle_time"],
    "Explore by agent": ["/explore?period={month}&by=agent&team={team}", "/explore?period={month}&by=agent&team={team}&metric=average_handle_time"],
    "Contacts": ["/explore/contacts?period={month}", "/explore/contacts?period={month}&channel={channel}", "/explore/contacts?period={month}&team={team}&sort=-started_at", "/explore/contacts?period={month}&sort=handle_s"],
    "One contact": ["/explore/contacts/{contact}"],
    "Cost map": ["/cost-map?period={month}", "/cost-map?period={quarter}", "/cost-map?period={month}&channel={channel}", "/cost-map?period={month}&basis=full"],
    "Measures": ["/measures?period={month}", "/measures?period={month}&channel={channel}", "/measures?period={quarter}&team={team}", "/measures?period={month}&q=time"],
    "One measure": ["/measures/{metric}?period={month}", "/measures/{metric}?period={month}&channel={channel}", "/measures/{metric}?period={quarter}"],
    "Opportunities": ["/opportunities?period={month}", "/opportunities?period={month}&channel={channel}"],
    "Watch": ["/watch?channel={channel}", "/watch?team={team}"],
    "Data": ["/data", "/data?table={table}"],
    "Checks": ["/data/checks"],
}  # fmt: skip
"""Page -> how it is asked; as it opens, filtered, over a quarter, beside another span."""
LONG = ("Opportunities", "Watch")
"""Pages whose filtered answers are made elsewhere: bound is when they say so; how long it took is told."""
METRICS = (
    "average_handle_time",
    "cost_per_resolution",
    "customer_satisfaction",
    "repeat_contact_rate",
    "service_level",
)


@dataclass
class Known:
    """Values that addresses are made of."""

    months: list[str]
    channels: list[str]
    teams: list[str]
    reasons: list[str]
    sites: list[str]
    contacts: list[str]


def known(workspace: Path) -> Known:
    """Months and values of a workspace, from its files."""
    from percontact.records.dialect import connect

    facts = workspace / "facts/contacts"
    months = sorted(f.name for f in facts.iterdir() if f.is_dir())
    con = connect()
    rows = f"read_parquet('{facts}/{months[-1]}/*.parquet')"

    def values(column: str) -> list[str]:
        found = con.execute(f"SELECT DISTINCT {column} FROM {rows} WHERE {column} IS NOT NULL ORDER BY 1")
        return [str(v) for (v,) in found.fetchall()]

    ids = con.execute(f"SELECT contact_id FROM {rows} WHERE hash(contact_id) % 997 = 0 ORDER BY 1 LIMIT 60")
    contacts = [str(v) for (v,) in ids.fetchall()]
    return Known(months, values("channel"), values("team"), values("reason"), values("site"), contacts)


def addresses(page: str, have: Known, count: int, seed: int = 1) -> list[str]:
    """Different addresses of a page, its forms by turns, each with values drawn anew."""
    from urllib.parse import quote

    draw, found = random.Random(f"{page} {seed}"), dict[str, None]()
    months = have.months[2:]
    quarters = sorted({f"{m[:4]}-Q{(int(m[5:]) + 2) // 3}" for m in months})
    for form in itertools.islice(itertools.cycle(PAGES[page]), count * 6):
        filled = form.format(
            month=draw.choice(months), quarter=draw.choice(quarters), channel=quote(draw.choice(have.channels)),
            team=quote(draw.choice(have.teams)), reason=quote(draw.choice(have.reasons)),
            site=quote(draw.choice(have.sites)), contact=quote(draw.choice(have.contacts), safe=""),
            dim=draw.choice(("team", "reason", "product", "segment", "queue", "outcome")),
            metric=draw.choice(METRICS), table=draw.choice(("contacts", "ledger", "handlings")),
        )  # fmt: skip
        found.setdefault(filled)
        if len(found) >= count:
            break
    return list(found)
