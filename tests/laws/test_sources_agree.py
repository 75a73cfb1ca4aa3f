# SPDX-License-Identifier: Apache-2.0
"""Day cubes, the summary and the rows themselves give the same integers, whatever is asked."""

import csv
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from percontact.costing import Condition, CostedBook, Slice, parse_policy, priced_work
from percontact.costing.work import Work
from percontact.costing.work_kept import write_summaries
from percontact.costing.work_summary import SUMMARY_FILE
from percontact.pipeline import land
from percontact.records import Settings
from percontact.store import Workspace
from percontact.values import Period
from percontact.values.problem import FaultOfOurs

SPAN = Period(date(2026, 1, 1), date(2026, 4, 1))
PLAIN = """
pools:
  voice: {driver: handle_s, scope: {channel: [voice], team: [a, b]}, group: a}
  people: {driver: handle_s, scope: {actor: [agent]}}
  platform: {driver: contacts}
  rent: {driver: cost, to: [voice, people]}
rules:
  - {match: {account: rent}, to: rent}
  - {match: {account: pay}, to: people}
  - {match: {account: lines}, to: voice}
  - {to: platform}
unit_times: [{scope: {channel: [email]}, base_s: 420}]
"""
CONCURRENT = PLAIN + "concurrency: {channels: [chat]}\n"
QUESTIONS = [
    Slice(SPAN),
    Slice(SPAN, by=("channel", "team", "reason")),
    Slice(SPAN, by=("assisted",), basis="full"),
    Slice(SPAN, grain="quarter", by=("site", "pool")),
    Slice(SPAN, by=("team",), where=(Condition("channel", ("voice", "")),), basis="marginal"),
    Slice(Period(date(2026, 1, 5), date(2026, 3, 9)), grain="week", by=("reason",)),
    Slice(SPAN, by=("weekday",), where=(Condition("reason", ("r1",), negate=True),)),
    Slice(SPAN, grain="week", by=("reason",), where=(Condition("channel", ("voice",)),), basis="full"),
    Slice(SPAN, grain="day", by=("team", "pool"), where=(Condition("site", ("x",)),)),
    Slice(SPAN, grain="whole", where=(Condition("reason", ("r2", "")),)),
    Slice(Period(date(2026, 2, 1), date(2026, 3, 1)), grain="whole"),
    Slice(SPAN, by=("weekday", "hour"), grain="whole"),
    Slice(SPAN, by=("hour", "team"), where=(Condition("channel", ("voice", "")),), basis="full"),
    Slice(SPAN, by=("hour", "pool"), where=(Condition("weekday", ("6", "7")),)),
    Slice(SPAN, by=("hour",), where=(Condition("reason", ("r1",)),)),
    Slice(SPAN, by=("hour",), grain="week"),
]


COLUMNS = (
    "contact_id",
    "started_at",
    "ended_at",
    "channel",
    "team",
    "site",
    "reason",
    "agent",
    "outcome",
    "handle_s",
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """4,000 contacts of three months from a seed, some values unknown, and four ledger lines a month."""
    folder = tmp_path_factory.mktemp("sources")
    chance = random.Random(7)
    contacts = folder / "contacts.csv"
    with contacts.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for i in range(4000):
            day, hour = chance.randrange(1, 29), chance.randrange(0, 23)
            month = chance.randrange(1, 4)
            start = f"2026-0{month}-{day:02d} {hour:02d}:{chance.randrange(60):02d}:00"
            channel = chance.choice(["voice", "email", "chat", "self_service", ""])
            handle = "" if channel in ("email", "self_service") else str(chance.randrange(5, 900))
            end = f"{start[:14]}59:30" if channel == "chat" else ""
            team = chance.choice(["a", "b", "c", ""])
            # A reason that only the last month has.
            reason = chance.choice(["r1", "r2", "r3", "", "r0"] if month == 3 else ["r1", "r2", "r3", ""])
            outcome = chance.choice(["resolved", "abandoned", ""])
            site, agent = "x" if team == "a" else "y", f"g{i % 9}"
            writer.writerow([f"c{i}", start, end, channel, team, site, reason, agent, outcome, handle])
    accounts = {"pay": "step", "rent": "fixed", "lines": "variable", "tools": "fixed"}
    ledger = folder / "ledger.csv"
    ledger.write_text(
        "date,account,amount,behaviour\n"
        + "".join(
            f"2026-0{m},{account},{chance.randrange(10**4, 10**6) / 100},{behaviour}\n"
            for m in (1, 2, 3)
            for account, behaviour in accounts.items()
        ),
        encoding="utf-8",
    )
    made = Workspace.create(folder / "books", Settings("EUR", "Europe/Berlin"))
    land(made, "contacts", contacts)
    land(made, "ledger", ledger)
    return made


@pytest.mark.parametrize("question", QUESTIONS)
def test_day_cubes_and_rows_give_the_same_cells(workspace: Workspace, question: Slice) -> None:
    book, policy = workspace.book(), parse_policy(PLAIN)
    cubed, plain = CostedBook(book, policy), CostedBook(book, policy, cubes=False)
    assert cubed.work.from_day_cubes(["channel", "team", "reason", "site", "day"])
    assert cubed.work.from_day_cubes(["channel", "team", "actor", "weekday", "hour"])
    assert not any(cubed.work.from_day_cubes(["hour", other]) for other in ("reason", "day", "site"))
    assert cubed.cells(question) == plain.cells(question)


def coarser(question: Slice) -> list[Slice]:
    """What its cells add up to: the whole; the last of its dimensions alone; months of its own."""
    by = question.by[-1:]
    found = [replace(question, by=(), grain="whole"), replace(question, by=by, grain="whole")]
    months = [Period(date(2026, 2, 1), date(2026, end, 1)) for end in (3, 4)]
    if question.grain == "month":
        found += [replace(question, span=m, by=by, grain=g) for m in months for g in ("whole", "month")]
    return found


@pytest.mark.parametrize("cubes", [True, False])
@pytest.mark.parametrize("turned", [False, True])
def test_what_was_asked_before_changes_no_answer(workspace: Workspace, cubes: bool, turned: bool) -> None:
    """Every question and coarser ones: of one costed Book, in both orders, and of a Book of its own."""
    book, policy = workspace.book(), parse_policy(PLAIN)
    asked = [q for one in QUESTIONS for q in (one, *coarser(one))]
    together = CostedBook(book, policy, cubes=cubes)
    for question in reversed(asked) if turned else asked:
        alone = CostedBook(book, policy, cubes=cubes)
        assert together.cells(question) == alone.cells(question)


@pytest.mark.parametrize(
    "scope",
    ["demand: [failure]", "assisted: [assisted], team: [a]", 'weekday: ["6", "7"]', 'hour: ["18", "19"]'],
)
def test_pools_of_a_demand_a_weekday_or_an_hour_are_priced_alike(workspace: Workspace, scope: str) -> None:
    text = PLAIN.replace(
        "platform: {driver: contacts}", f"platform: {{driver: contacts, scope: {{{scope}}}}}"
    )
    book, policy = workspace.book(), parse_policy(text + "failure_demand: {reasons: [r1]}\n")
    cubed, plain = CostedBook(book, policy), CostedBook(book, policy, cubes=False)
    for question in QUESTIONS:
        assert cubed.cells(question) == plain.cells(question)


@pytest.mark.parametrize("codes", [priced_work.CODED_TEXTS, 2])
def test_months_kept_one_after_another_give_the_same_cells(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, codes: int
) -> None:
    """February, March with a reason of its own, the quarter, half a year: what is kept grows as asked."""
    monkeypatch.setattr(priced_work, "CODED_TEXTS", codes)
    book, policy = workspace.book(), parse_policy(PLAIN)
    grown, plain = CostedBook(book, policy), CostedBook(book, policy, cubes=False)
    spans = [Period(date(2026, m, 1), date(2026, m + 1, 1)) for m in (2, 3)]
    for span in (*spans, SPAN, Period(date(2025, 11, 20), date(2026, 5, 3))):
        for question in QUESTIONS:
            asked = replace(question, span=span)
            assert grown.cells(asked) == plain.cells(asked)


@pytest.mark.parametrize("room", [0, 3_000])
def test_work_too_long_to_be_kept_is_priced_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """Room for none of it, or for a part."""
    book, policy = workspace.book(), parse_policy(PLAIN)
    kept = CostedBook(book, policy)
    told = [kept.cells(question) for question in QUESTIONS]
    monkeypatch.setattr(priced_work, "KEPT_ROWS", room)
    short = CostedBook(book, policy)
    assert [short.cells(question) for question in QUESTIONS] == told


def test_kept_work_that_lost_a_row_shows_no_figure(workspace: Workspace) -> None:
    costed = CostedBook(workspace.book(), parse_policy(PLAIN))
    costed.cells(Slice(SPAN))
    costed.forget()
    ((table,),) = costed.con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'priced_work%'"
    ).fetchall()
    costed.con.execute(f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table} WHERE effort > 0)")
    with pytest.raises(FaultOfOurs):
        costed.cells(Slice(SPAN, by=("team",)))


def test_a_whole_is_the_sum_of_what_was_asked_before(workspace: Workspace) -> None:
    """Without earlier answers it is worked out from the work itself."""
    costed = CostedBook(workspace.book(), parse_policy(PLAIN))
    parts = Slice(SPAN, by=("team",), where=(Condition("channel", ("voice",)),))
    whole = replace(parts, by=(), grain="whole")
    costed.cells(parts)
    remembered = costed.cells(whole)
    costed.forget()
    assert costed.cells(whole) == remembered


def test_a_finer_answer_that_lost_a_cell_gives_no_coarser_one(workspace: Workspace) -> None:
    """Months by channel without one of their cells; then February alone."""
    costed = CostedBook(workspace.book(), parse_policy(PLAIN))
    parts = Slice(SPAN, by=("channel",))
    inside, _ = costed.cells(parts)
    inside.remove(next(c for c in inside if c.period.month == 2 and c.pico))
    with pytest.raises(FaultOfOurs):
        costed.cells(Slice(Period(date(2026, 2, 1), date(2026, 3, 1)), grain="whole"))


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_summary_and_rows_give_the_same_cells(
    workspace: Workspace, tmp_path: Path, question: Slice
) -> None:
    book, policy = workspace.book(), parse_policy(CONCURRENT)
    plain = CostedBook(book, policy, cubes=False)
    folders = {m: tmp_path / f"{m}" for m in book.months("contacts")}
    for folder in folders.values():
        folder.mkdir()
    assert write_summaries(Work(plain.con, book, policy), folders)
    summary = [f / SUMMARY_FILE for f in folders.values()]
    summed = CostedBook(book, policy, summary=summary)
    assert summed.work.from_summary(["channel", "team", "reason", "site", "assisted"], summed.parts)
    assert summed.cells(question) == plain.cells(question)
    held = CostedBook(book, policy, summary=summary)
    held.work.summary.at_hand = True
    assert held.cells(question) == plain.cells(question)
