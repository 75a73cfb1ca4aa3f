# SPDX-License-Identifier: Apache-2.0
"""Sums are kept by month: after any imports and undos they are those that would be made anew."""

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percontact.answers.measuring import panel_of
from percontact.costing import CostedBook, Slice, work
from percontact.costing.kept_sums import KeptSums
from percontact.metrics.catalogue import catalogue
from percontact.pipeline import OpenBook, land
from percontact.records import Settings
from percontact.records.dialect import connect
from percontact.store import Workspace
from percontact.values.period import Period

POLICY = """
pools:
  voice: {driver: handle_s, scope: {team: [a, b]}, group: a}
  ai: {driver: "usage:resolution"}
  again: {driver: contacts, scope: {repeat: [repeat]}}
  platform: {driver: contacts}
rules:
  - {match: {account: pay}, to: voice}
  - {match: {account: bot}, to: ai}
  - {match: {account: again}, to: again}
  - {to: platform}
unit_times: [{scope: {channel: [email]}, base_s: 420}]
concurrency: {channels: [chat]}
failure_demand: {reasons: [r1], because: hand-made}
opening_hours: {mon-fri: "08:00-18:00", because: hand-made}
repeat: {within_days: 7, same: [customer_id, reason], because: hand-made}
"""
MONTHS = [date(2026, m, 1) for m in (1, 2, 3, 4)]
METRICS = [c.metric for c in catalogue().values() if c.kind not in ("survival", "index", "percentile")]
SPAN = Period(date(2026, 1, 1), date(2026, 5, 1))
Rows = list[dict[str, object]]


def near_an_edge(chance: random.Random, month: date) -> datetime:
    """A moment of a month, more often than not within a day or a week of where it begins or ends."""
    begins = datetime(month.year, month.month, 1)
    kind = chance.random()
    if kind < 0.35:
        return begins + timedelta(minutes=chance.randrange(0, 1440))
    if kind < 0.7:
        return begins + timedelta(days=27, minutes=chance.randrange(0, 1000))
    return begins + timedelta(minutes=chance.randrange(0, 27 * 1440))


def contacts(chance: random.Random, file: int, month: date) -> Rows:
    found: Rows = []
    for i in range(8):
        at = near_an_edge(chance, month)
        long = chance.choice((3, 20, 60, 3000))
        found.append({
            "contact_id": f"c{file}-{i}", "case_id": chance.choice(("", *(f"k{n}" for n in range(6)))),
            "customer_id": chance.choice(("", "u1", "u2", "u3")), "reason": chance.choice(("r1", "r2", "")),
            "started_at": at, "ended_at": at + timedelta(minutes=long), "wait_s": chance.choice(("", 5, 90)),
            "handle_s": chance.choice(("", 30, 200)), "channel": chance.choice(("voice", "chat", "email")),
            "team": chance.choice(("a", "b", "")), "agent": chance.choice(("a1", "a2")),
            "outcome": chance.choice(("resolved", "abandoned", "escalated", "")),
        })  # fmt: skip
    return found


def handlings(chance: random.Random, file: int, month: date) -> Rows:
    return [
        {"contact_id": some_contact(chance), "started_at": (at := near_an_edge(chance, month)),
         "ended_at": at + timedelta(minutes=chance.choice((4, 50, 2000))), "team": chance.choice(("a", "b")),
         "handle_s": chance.choice((20, 100)), "channel": chance.choice(("chat", "", "voice")),
         "agent": chance.choice(("a1", "")), "actor": chance.choice(("agent", "bot"))}
        for _ in range(3)
    ]  # fmt: skip


def cases(chance: random.Random, file: int, month: date) -> Rows:
    found: Rows = []
    for n in (2 * (file % 3), 2 * (file % 3) + 1):
        at = near_an_edge(chance, month)
        later = at + timedelta(hours=chance.choice((1, 30, 900)))
        found.append({
            "case_id": f"k{n}", "opened_at": at, "first_reply_at": chance.choice(("", later)),
            "resolved_at": chance.choice(("", later)), "closed_at": "", "reopens": chance.choice(("0", "1")),
            "escalated": chance.choice(("yes", "no", "")), "complaint": chance.choice(("yes", "no")),
        })  # fmt: skip
    return found


def surveys(chance: random.Random, file: int, month: date) -> Rows:
    return [
        {"survey_id": f"s{file}-{i}", "contact_id": some_contact(chance), "kind": "csat",
         "sent_at": (at := near_an_edge(chance, month)),
         "answered_at": (then := chance.choice(("", at + timedelta(days=chance.choice((0, 9)))))),
         "score": chance.choice((1, 4, 5)) if then else "", "scale_min": 1, "scale_max": 5}
        for i in range(4)
    ]  # fmt: skip


def usage(chance: random.Random, file: int, month: date) -> Rows:
    return [
        {"usage_id": f"m{file}-{i}", "contact_id": chance.choice(("", some_contact(chance))), "vendor": "v",
         "used_at": near_an_edge(chance, month), "item": "resolution", "quantity": chance.choice((1, 2))}
        for i in range(3)
    ]  # fmt: skip


def customers(chance: random.Random, file: int, month: date) -> Rows:
    return [
        {"customer_id": c, "joined_on": month, "segment": chance.choice(("home", "firm", ""))}
        for c in ("u1", "u2")
    ]


def some_contact(chance: random.Random) -> str:
    return f"c{chance.randrange(0, 6)}-{chance.randrange(0, 8)}"


TABLES: tuple[tuple[str, Callable[[random.Random, int, date], Rows]], ...] = (
    ("contacts", contacts), ("contacts", contacts), ("handlings", handlings), ("cases", cases),
    ("surveys", surveys), ("usage", usage), ("customers", customers),
)  # fmt: skip
LEDGER = "period_start,period_end,account,amount\n" + "".join(
    f"{m},{m + timedelta(days=27)},{account},{amount}\n"
    for m in MONTHS for account, amount in (("pay", 900), ("bot", 40), ("again", 30), ("rest", 100))
)  # fmt: skip


@cache
def pool() -> list[tuple[str, str]]:
    """(table, text of a file) of all that may be imported: six files of contacts, three of each other."""
    found = []
    chance = random.Random(11)
    for n, (table, make) in enumerate(TABLES * 3):
        file = sum(t == table for t, _ in found)
        rows = make(chance, file, MONTHS[n % len(MONTHS)])
        text = [",".join(rows[0])] + [",".join(str(v) for v in row.values()) for row in rows]
        found.append((table, "\n".join(text) + "\n"))
    return found


@pytest.fixture(autouse=True)
def _summaries_of_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "SUMMARY_FROM_ROWS", 0)


def a_workspace(folder: Path) -> Workspace:
    made = Workspace.create(folder / "w", Settings("EUR", "Europe/Berlin"))
    (folder / "w" / "policy.yaml").write_text(POLICY, "utf-8")
    (folder / "ledger.csv").write_text(LEDGER, "utf-8")
    land(made, "ledger", folder / "ledger.csv")
    return made


def figures(book: OpenBook) -> dict[object, object]:
    """What every metric that adds up says, whole and in parts, and what the work cost."""
    if not book.book.has("contacts"):
        return {}
    found: dict[object, object] = {}
    for by in (("channel", "segment"), ("team", "reason")):
        if "segment" in by and not book.book.has("customers"):
            continue
        panel = panel_of(book, METRICS, start="2026-01", end="2026-04", by=by)
        found |= {(by, metric): figure for metric, figure in panel.totals.items()}
        found |= {(by, m, place): one for m in METRICS for place, one in panel.figures[m].items()}
    for by in ((), ("team", "repeat"), ("channel",)):
        found[by] = book.costed.cells(Slice(SPAN, by=by))
    found["loose"] = book.costed.work.loose_use(SPAN)
    return found


class Nothing:
    """Where nothing is kept."""

    keeps = False

    def find(self, depends_on: str) -> None:
        return None

    def keep(self, writes: Mapping[str, Callable[[Path], None]]) -> None:
        raise AssertionError(list(writes))

    def sums(self, what: str, write: Callable[[Path], bool]) -> None:
        return None


def from_rows(workspace: Workspace) -> OpenBook:
    """A book that reads nothing kept."""
    book = OpenBook(workspace)
    book.__dict__["kept"] = KeptSums(connect(), Nothing(), book.reach)
    if book.book.has("contacts"):
        book.__dict__["costed"] = CostedBook(book.book, book.policy, cubes=False)
    return book


@pytest.mark.slow
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_after_any_imports_and_undos_what_is_kept_is_what_would_be_made_anew(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        workspace = a_workspace(Path(folder))
        live: dict[int, int] = {}
        for step in range(data.draw(st.integers(2, 3))):
            for _ in range(data.draw(st.integers(1, 6))):
                chosen = data.draw(st.integers(0, len(pool()) - 1))
                if chosen in live:
                    workspace.undo(live.pop(chosen))
                    continue
                table, text = pool()[chosen]
                file = Path(folder) / f"{table}-{chosen}-{step}.csv"
                file.write_text(text, "utf-8")
                live[chosen] = land(workspace, table, file, add=True).number
            kept = figures(OpenBook(workspace, keeps=True))
            anew = figures(from_rows(workspace))
            assert not {k: (kept.get(k), anew.get(k)) for k in kept | anew if kept.get(k) != anew.get(k)}


def test_an_import_of_one_month_makes_sums_of_the_months_it_touches_and_of_no_other(tmp_path: Path) -> None:
    """
    contacts  January to March, each of its own cases; then one more file of March
    kept      sums of January are read; March is made, and February, a week of which lies beside it
    """
    workspace = a_workspace(tmp_path)
    for month in (1, 2, 3):
        rows = "".join(f"c{month}-{n},u{n},r1,2026-{month:02d}-2{n} 09:00:00,60,voice\n" for n in range(4))
        file = tmp_path / f"contacts-{month}.csv"
        file.write_text("contact_id,customer_id,reason,started_at,handle_s,channel\n" + rows, "utf-8")
        land(workspace, "contacts", file)
    panel_of(OpenBook(workspace, keeps=True), ["repeat_contact_rate"], start="2026-01", end="2026-03")
    before = kept_files(workspace)
    late = tmp_path / "late.csv"
    late.write_text(
        "contact_id,customer_id,reason,started_at,handle_s,channel\nl1,u1,r1,2026-03-05 10:00:00,60,voice\n"
    )
    land(workspace, "contacts", late)
    panel_of(OpenBook(workspace, keeps=True), ["repeat_contact_rate"], start="2026-01", end="2026-03")
    new = [f for f in kept_files(workspace) - before if f.name == "sums.parquet"]
    listed = ", ".join(f"'{f}'" for f in new)
    with connect() as con:
        months = con.execute(f"SELECT DISTINCT month FROM read_parquet([{listed}]) ORDER BY 1").fetchall()
    assert [m for (m,) in months] == [date(2026, 2, 1), date(2026, 3, 1)]


def kept_files(workspace: Workspace) -> set[Path]:
    """All files of kept results."""
    return set((workspace.path / "runs").rglob("*.parquet"))
