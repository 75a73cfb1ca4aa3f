# SPDX-License-Identifier: Apache-2.0
"""Books and statements that forms are written from: the tiny one, and one that is hard to write."""

from collections.abc import Callable
from datetime import date

import pytest

from percontact.costing.costed import CostedBook
from percontact.costing.policy_file import parse_policy
from percontact.costing.slice import Condition, Slice
from percontact.records.book import Book
from percontact.records.books import make_book, tiny
from percontact.report.state import state
from percontact.report.statement import Statement
from percontact.values.period import Period

HOSTILE = (
    "=1+1", "+A1", "-2", "@x", "\t=tab", "\rreturn", "<script>alert(1)</script>", "two\nlines",
    "a|b*c*[x](y)`", "🎧 support", "خدمة العملاء", "\u202egnidart", "\x1b[31mred", 'say "no", please',
)  # fmt: skip
"""Texts from data that a spreadsheet, a browser, a terminal or Markdown would act on."""

TINY_POLICY = """
pools:
  people.voice: {driver: handle_s, group: voice, scope: {channel: [voice]}, because: agents on the phone}
rules:
  - {match: {account: "6100"}, to: people.voice, because: salaries}
"""
RICH_POLICY = """
pools:
  people.voice: {driver: handle_s, group: voice, scope: {channel: [voice]}, because: "=agents"}
  people.written: {driver: handle_s, group: written, scope: {channel: [chat, email]}}
  telecom: {driver: contacts, scope: {channel: [voice]}, because: "lines, by call"}
rules:
  - {match: {account: "6100"}, to: people.voice, because: salaries}
  - {match: {account: "6200"}, to: people.written, because: salaries}
  - {match: {account: "6300"}, to: telecom, because: lines}
"""

Ask = Callable[..., Statement]


def rich_book(currency: str) -> Book:
    """
    contacts  2026-04..07  voice, chat, email and unknown channels; teams, one unknown; a hostile reason each
    ledger    2026-04..06  6100 9876.54, 6200 4124.01.., 6300 733.33, 6999 100.10 (no rule claims it)
    capacity  2026-04..06  voice 90 h (some unused), written 25 h (over-used)
    """
    work = [
        ("voice", "north", 120, 310), ("voice", "south", 80, 290), ("voice", None, 15, None),
        ("chat", "north", 60, 420), ("email", "south", 40, 600), (None, "south", 7, 200),
    ]  # fmt: skip
    contacts: list[dict[str, object]] = []
    ledger: list[dict[str, object]] = []
    capacity: list[dict[str, object]] = []
    for month in (4, 5, 6, 7):
        for channel, team, count, seconds in work:
            for day in (3, 9, 25):
                n = len(contacts) + 1
                contacts.append({
                    "contact_id": f"c{n}", "started_at": f"2026-{month:02d}-{day:02d} 09:00:00",
                    "channel": channel, "team": team, "reason": HOSTILE[n % len(HOSTILE)], "count": count,
                    "customer_id": f"k{n % 17}" if n % 5 else None, "cost": f"grade {n % 2}",
                    "handle_s": None if seconds is None else seconds * count + month,
                })  # fmt: skip
        if month == 7:
            break
        span = {"period_start": f"2026-{month:02d}-01", "period_end": f"2026-{month + 1:02d}-01"}
        amounts = {"6100": "9876.54", "6200": f"412{month}.01", "6300": "733.33", "6999": "100.10"}
        ledger += [
            {"line_id": f"{a}-{month}", "account": a, "amount": amount, **span}
            for a, amount in amounts.items()
        ]
        capacity += [
            {"group": "voice", "practical_h": 90, **span},
            {"group": "written", "practical_h": 25, **span},
        ]
    return make_book({"contacts": contacts, "ledger": ledger, "capacity": capacity}, currency=currency)


def question(start: str = "2026-04-01", end: str = "2026-07-01", **asked: object) -> Slice:
    span = Period(date.fromisoformat(start), date.fromisoformat(end))
    return Slice(span, **asked)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def ask_rich() -> Ask:
    """A statement of the rich book: ask_rich("KWD", "customer", by=("channel",), basis="full")."""
    costed: dict[str, CostedBook] = {}

    def ask(currency: str = "EUR", per: str = "contact", **asked: object) -> Statement:
        if currency not in costed:
            costed[currency] = CostedBook(rich_book(currency), parse_policy(RICH_POLICY))
        return state(costed[currency], question(**asked), per)  # type: ignore[arg-type]

    return ask


@pytest.fixture(scope="session")
def tiny_statement() -> Statement:
    """The tiny book in June 2026 by channel: 10,000 EUR used by 4,000 contacts."""
    costed = CostedBook(tiny(), parse_policy(TINY_POLICY))
    return state(costed, question("2026-06-01", by=("channel",)))


@pytest.fixture(scope="session")
def hostile_statement(ask_rich: Ask) -> Statement:
    """The rich book by reason: every hostile text is a row's name."""
    found = ask_rich(by=("reason",))
    assert {line.values[0] for line in found.rows} == set(HOSTILE)
    return found


QUESTIONS = (
    "tiny", "by team", "JPY", "KWD per minute", "full per customer", "part of a month", "one unknown channel",
    "no cost known", "reasons",
)  # fmt: skip


@pytest.fixture(scope="session", params=QUESTIONS)
def any_statement(
    request: pytest.FixtureRequest, ask_rich: Ask, tiny_statement: Statement, hostile_statement: Statement
) -> Statement:
    """Statements that differ in all that a form must write."""
    asked: dict[str, Callable[[], Statement]] = {
        "tiny": lambda: tiny_statement,
        "by team": lambda: ask_rich(by=("channel", "team")),
        "JPY": lambda: ask_rich("JPY", by=("channel",), basis="full"),
        "KWD per minute": lambda: ask_rich("KWD", "handle-minute", by=("team",)),
        "full per customer": lambda: ask_rich("EUR", "customer", by=("channel",), basis="full"),
        "part of a month": lambda: ask_rich(
            start="2026-04-10", end="2026-06-12", grain="week", by=("channel",)
        ),
        "one unknown channel": lambda: ask_rich(where=(Condition("channel", ("",)),), by=("cost",)),
        "no cost known": lambda: ask_rich(start="2026-06-01", end="2026-08-01", by=("channel",)),
        "reasons": lambda: hostile_statement,
    }
    return asked[request.param]()


@pytest.fixture(scope="session")
def hostile() -> tuple[str, ...]:
    return HOSTILE
