# SPDX-License-Identifier: Apache-2.0
"""The general ledger: about 3,000 postings in three currencies, with what makes ledgers hard.

Annual licences paid in advance, a correction three months late, a credit note, a vendor that is booked on
another account until a date, and one line that no rule of the policy claims.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp

from percontact.demo.draws import normal, uniform
from percontact.demo.workshop import Facts, Workshop
from percontact.values.period import add_months

LEDGER_COLUMNS = (
    "line_id", "account", "account_name", "cost_centre", "vendor", "text", "period_start", "period_end",
    "posted_on", "amount", "currency", "nature", "behaviour", "category", "class",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One posting; `key` tells apart the lines of one account, centre and month."""

    account: str
    name: str
    centre: str
    vendor: str
    text: str
    start: date
    end: date
    posted_on: date
    amount: float
    currency: str
    key: str
    kind: str = ""

    def row(self) -> tuple[str, ...]:
        """The line as it stands in the file; nature, behaviour and category are left to the policy."""
        line_id = f"L{self.start:%y%m}-{self.account}-{self.key}"
        return (
            line_id, self.account, self.name, self.centre, self.vendor, self.text, self.start.isoformat(),
            self.end.isoformat(), self.posted_on.isoformat(), f"{self.amount:.2f}", self.currency, "", "", "",
            self.kind,
        )  # fmt: skip


def ledger(shop: Workshop) -> list[Line]:
    """All postings in the order they were booked."""
    lines = [*_payroll(shop), *_monthly(shop), *_annual(shop), *_single(shop)]
    return sorted(lines, key=lambda line: (line.posted_on, line.account, line.centre, line.key))


def _payroll(shop: Workshop) -> list[Line]:
    """Each team's lines of each month, from the hours it is paid for."""
    leads, lines = shop.books["leads"], []
    sql = "SELECT team, code, site, start, paid_h, heads FROM supply ORDER BY start, number"
    for team, code, site, start, paid_h, heads in shop.rows(sql):
        wage = _wage(shop, site, start)
        for rule in shop.books["team_lines"]:
            if "share" in rule:
                share = rule["share"] + rule.get("peak", {}).get(start.month, 0)
                amount = share * paid_h * wage
            elif "lead" in rule:
                amount = rule["lead"] * heads / leads["per_heads"] * leads["hours"] * wage * 1.45
            else:
                amount = rule["per_head"][site] * paid_h / shop.company["capacity"]["full_time_h"]
            amount *= exp(0.006 * normal(shop.seed, "payroll", rule["account"], code, start))
            currency = shop.books["wages"][site]["currency"]
            end = add_months(start, 1)
            lines.append(
                Line(rule["account"], rule["name"], f"CC-{code}", "", f"{rule['text']} {team} {start:%Y-%m}",
                     start, end, start.replace(day=27), round(amount, 2), currency, code)
            )  # fmt: skip
    return lines


def _wage(shop: Workshop, site: str, when: date) -> float:
    """Pay for an hour at a site on a day, with the raises until then, and the story's where it is told."""
    facts = shop.books["wages"][site]
    wage: float = facts["hour"]
    for rise in facts["raises"]:
        wage *= rise["factor"] if rise["from"] <= when else 1
    story = shop.story("wage_rise")
    if story and story["site"] == site and story["from"] <= when:
        wage *= story["factor"]
    return wage


def _monthly(shop: Workshop) -> list[Line]:
    """What is billed every month: rents, recharges, and what vendors meter."""
    metered = _metered(shop)
    lines = []
    for place, rule in enumerate(shop.books["monthly_lines"]):
        for month in range(shop.months):
            start = add_months(shop.first, month)
            amount = _bill(shop, rule, start, month, metered, place)
            account, name = rule["account"], rule["name"]
            if start < rule.get("innovation_until", start):
                account, name = "7190", "Innovation projects"
            posted = add_months(start, 1) + timedelta(
                days=2 + int(12 * uniform(shop.seed, "posted", place, month))
            )
            if rule["vendor"] == "":
                posted = start.replace(day=monthrange(start.year, start.month)[1])
            lines.append(
                Line(account, name, rule["centre"], rule["vendor"], f"{rule['text']} {start:%Y-%m}", start,
                     add_months(start, 1), posted, round(amount, 2),
                     rule.get("currency", shop.company["currency"]),
                     f"{place:02d}")
            )  # fmt: skip
    return lines


def _bill(
    shop: Workshop,
    rule: Facts,
    start: date,
    month: int,
    metered: dict[tuple[str, str, int], float],
    place: int,
) -> float:
    if "unit" in rule:
        parts = [rule, rule["also"]] if "also" in rule else [rule]
        bill: float = sum(
            part["unit"] * metered.get((part["by"], rule.get("of", ""), month), 0.0) for part in parts
        )
        return bill
    amount: float = rule["amount"] * shop.scale
    amount *= rule.get("peak", {}).get(start.month, 1)
    if rule.get("season") == "winter":
        amount *= shop.books["winter"][start.month - 1]
    if "raises" in rule:
        facts = shop.books["wages"][rule["raises"]]
        amount *= _wage(shop, rule["raises"], start) / facts["hour"]
    noise: float = rule["noise"]
    return amount * exp(noise * normal(shop.seed, "bill", place, start))


def _metered(shop: Workshop) -> dict[tuple[str, str, int], float]:
    """(what, team or "", month) -> quantity, as vendors and personnel count it."""
    found = {
        ("minutes", team, month): float(n)
        for team, month, n in shop.rows("""
            SELECT base_team, month, sum(talk + hold + wait_s) / 60 FROM contact WHERE channel = 'voice'
            GROUP BY ALL""")
    }
    usage = shop.company["usage"]
    counted = f"""
        SELECT month, coalesce(sum(messages) FILTER (channel = 'messaging'), 0),
               count(*) FILTER (channel = 'ai_agent' AND outcome = 'resolved'),
               count(*) FILTER (channel = 'ai_agent') * {usage["tokens_in"]},
               count(*) FILTER (channel = 'ai_agent') * {usage["tokens_out"]}
        FROM contact GROUP BY month"""
    for month, *numbers in shop.rows(counted):
        for what, n in zip(("messages", "resolutions", "tokens_in", "tokens_out"), numbers, strict=True):
            found[(what, "", month)] = float(n)
    for month, n in shop.rows("SELECT month, sum(leavers) FROM supply GROUP BY month"):
        found[("leavers", "", month)] = float(n)
    return found


def _annual(shop: Workshop) -> list[Line]:
    """Licences paid in advance; of one paid before the books opened, the days that are left of it."""
    lines = []
    for place, rule in enumerate(shop.books["annual_lines"]):
        for year in range(shop.first.year - 1, shop.end.year + 1):
            start, end = date(year, rule["month"], 1), date(year + 1, rule["month"], 1)
            if start >= shop.end or end <= shop.first:
                continue
            amount = rule["amount"] * shop.scale * shop.books["annual_rise"]["factor"] ** (year - 2024)
            posted = start + timedelta(days=3 + int(15 * uniform(shop.seed, "renewal", place, year)))
            text, key = f"{rule['text']} {year}", f"Y{place}"
            if start < shop.first:
                amount *= (end - shop.first).days / (end - start).days
                start = posted = shop.first
                text, key = f"Opening balance {text}", f"B{place}"
            lines.append(
                Line(rule["account"], rule["name"], rule["centre"], rule["vendor"], text, start, end, posted,
                     round(amount, 2), rule["currency"], key)
            )  # fmt: skip
    return lines


def _single(shop: Workshop) -> list[Line]:
    """What is posted once: the late correction, the credit note, the line no rule claims, a story's bill."""
    lines = []
    for rule in shop.books["single_lines"]:
        story = shop.story(rule["story"]) if "story" in rule else None
        if not shop.first <= rule["from"] < shop.end or ("story" in rule and story is None):
            continue
        amount = story[rule["story_amount"]] if story else rule["amount"]
        lines.append(
            Line(rule["account"], rule["name"], rule["centre"], rule["vendor"], rule["text"], rule["from"],
                 add_months(rule["from"], 1), rule["posted_on"], round(amount * shop.scale, 2),
                 rule["currency"], rule["key"], rule.get("class", ""))
        )  # fmt: skip
    return lines
