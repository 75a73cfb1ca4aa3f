# SPDX-License-Identifier: Apache-2.0
"""Years that the books hold half of: what a page shows of them, what it holds that against, what it says.

A company that takes 10 calls a month from July 2024 to June 2026, and pays people for each month
    July to December 2024    40.00   4.00 a call
    January to June 2025     50.00   5.00
    July to December 2025    45.00   4.50
    January to June 2026     48.00   4.80, of a plan of 49.00 a month for all of 2026: 4.90
    July to December 2026     6.00, paid in advance: no call has come yet
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.answers.exploring import explored
from percontact.answers.glancing import glanced
from percontact.answers.placing import placed
from percontact.answers.unfolding import unfolded
from percontact.explain.bridge import Bridge
from percontact.pipeline import OpenBook, land
from percontact.records.book import Settings
from percontact.store.workspace import Workspace
from percontact.values.money import PICO, from_pico
from percontact.values.period import Period, add_months
from percontact.web import make_app

PAID = (
    ("2024-07", "40.00"),
    ("2025-01", "50.00"),
    ("2025-07", "45.00"),
    ("2026-01", "48.00"),
    ("2026-07", "6.00"),
)
POLICY = """
pools: {people: {driver: contacts}}
rules: [{match: {account: "6000"}, to: people, because: they answer}]
"""
LEFT_OUT = (
    "July to December 2026 are left out: they have no contacts yet, and EUR 36.00 of the ledger lies there."
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's workspace."""
    at = tmp_path_factory.mktemp("halves")
    workspace = Workspace.create(at / "books", Settings("EUR", "UTC"))
    contacts, ledger = (
        ["contact_id,started_at,channel,handle_s"],
        ["line_id,account,amount,period_start,period_end"],
    )
    budgets = ["period_start,period_end,amount,contacts"]
    for half, amount in PAID:
        first = date.fromisoformat(f"{half}-01")
        for month in (add_months(first, n) for n in range(6)):
            end = add_months(month, 1)
            ledger.append(f"l{month:%Y%m},6000,{amount},{month},{end}")
            if month < date(2026, 7, 1):
                contacts += [
                    f"c{month:%Y%m}{n},{month:%Y-%m}-0{n % 9 + 1} 09:00:00,voice,60" for n in range(10)
                ]
            if month.year == 2026:
                budgets.append(f"{month},{end},49.00,10")
    for table, lines in (("contacts", contacts), ("ledger", ledger), ("budgets", budgets)):
        (at / f"{table}.csv").write_text("\n".join(lines) + "\n")
        land(workspace, table, at / f"{table}.csv")
    (at / "books" / "policy.yaml").write_text(POLICY)
    return at / "books"


@pytest.fixture(scope="module")
def book(folder: Path) -> OpenBook:
    return OpenBook(Workspace.open(folder), keeps=True)


@pytest.fixture(scope="module")
def halves(folder: Path) -> Iterator[TestClient]:
    with TestClient(make_app(folder), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def sides(bridge: Bridge) -> tuple[Fraction, Fraction]:
    """Cost of one contact before and after."""
    return Fraction(bridge.before.value) / PICO, Fraction(bridge.after.value) / PICO


def year(name: str) -> dict[str, str]:
    return {"start": name, "end": name}


@pytest.mark.parametrize("compare", ["previous", "last-year"])
def test_a_year_whose_second_half_has_no_contacts_yet_is_its_first_half(book: OpenBook, compare: str) -> None:
    """6 x 48.00 / 60 = 4.80; a year earlier 5.00; planned 4.90. With the 36.00 it was 5.40."""
    found = glanced(book, **year("2026"), compare=compare)
    assert found.document.title == "Cost per contact from January to June 2026"
    words = found.document.headline
    assert words.startswith(
        "EUR 4.80 per contact from January to June 2026, for the work done; 4.80 with unused"
    )
    assert "0.20 less than from January to June 2025." in words
    assert "Budget: EUR 4.90 with unused time, 0.10 under it." in words
    assert found.document.notes[0] == LEFT_OUT
    assert found.document.data["notes"][0] == LEFT_OUT  # type: ignore[index]
    assert sum(m.change for m in found.seen.movers) == Decimal("-0.20")
    (share,) = found.seen.shares
    assert (share.now, share.then) == (Decimal("4.8"), Decimal("5"))


def test_the_plan_of_half_a_year_is_the_plan_of_its_months(book: OpenBook) -> None:
    """2026 against its budget: 294.00 / 60 = 4.90 planned, 4.80 came."""
    found = glanced(book, **year("2026"), compare="budget")
    told = {r.metric: r.change for r in found.seen.readings}
    assert told["cost_per_contact"] == "0.10 under the budget of EUR 4.90"
    bridge = unfolded(book, **year("2026"), compare="budget").bridge
    assert sides(bridge) == (Fraction("4.9"), Fraction("4.8"))


def test_what_is_cut_off_a_span_is_cut_off_the_span_before_it_too(book: OpenBook) -> None:
    """April to September 2026 is April to June, held against October to December: not January to March."""
    found = glanced(book, start="2026-Q2", end="2026-Q3")
    assert found.seen.span == Period(date(2026, 4, 1), date(2026, 7, 1))
    assert found.seen.other == Period(date(2025, 10, 1), date(2026, 1, 1))
    assert "0.30 more than in the fourth quarter of 2025." in found.document.headline


def test_all_pages_cut_a_year_alike_and_say_so(halves: TestClient) -> None:
    for page in ("/?", "/explain?", "/cost-map?", "/explore?", "/measures?", "/measures/cost_per_contact?"):
        for period in ("period=2026", "period=2026-01..2026-12", "from=2026&to=2026"):
            told = halves.get(f"{page}{period}")
            assert told.status_code == 200, told.text
            assert LEFT_OUT in text(told.text), page
            assert "January to June 2026" in text(told.text), page


def test_files_of_a_page_say_it_too(halves: TestClient) -> None:
    for name in ("overview", "explain", "cost-map", "explore"):
        assert LEFT_OUT in halves.get(f"/{name}.json?period=2026").json()["notes"], name


def test_the_map_of_a_year_holds_the_ledger_of_the_months_shown(book: OpenBook) -> None:
    """6 x 48.00; what was paid in advance has a place on no map yet, and is said beside it."""
    found = placed(book, **year("2026"))
    assert found.document.headline.startswith(
        "EUR 288.00 of EUR 288.00 of the ledger from January to June 2026 found its place."
    )
    assert found.statement.proof.unassigned == 0
    assert found.document.notes[0] == LEFT_OUT


def test_a_command_is_answered_for_the_span_it_names(book: OpenBook) -> None:
    """6 x 48.00 + 6 x 6.00: an explicit question keeps its total, what was paid in advance is unassigned."""
    proof = book.state(book.ask(start="2026", end="2026")).proof
    assert (proof.ledger, proof.unassigned) == (32400, 3600)


def test_a_month_paid_in_advance_found_no_place(book: OpenBook) -> None:
    words = placed(book, **year("2026-09")).document.headline
    assert words.startswith("EUR 0.00 of EUR 6.00 of the ledger in September 2026 found its place.")
    assert "EUR 6.00 is assigned to nothing." in words


def test_what_changed_in_half_a_year_is_explained_against_the_same_half(book: OpenBook) -> None:
    found = unfolded(book, **year("2026"))
    assert (found.bridge.before.label, found.bridge.after.label) == (
        "January\u2013June 2025", "January\u2013June 2026",
    )  # fmt: skip
    assert sides(found.bridge) == (5, Fraction("4.8"))
    assert sum(p.pico for p in found.bridge.parts) == found.bridge.change
    assert from_pico(found.bridge.change) == Decimal("-0.2")
    assert found.located is not None
    assert found.located.figures == pytest.approx((4.8, 5.0))


def test_a_year_after_half_a_year_is_explained_by_its_like_half(book: OpenBook) -> None:
    """2025 against 2024, of which only July to December is there: 4.50 against 4.00."""
    found = unfolded(book, **year("2025"))
    assert sides(found.bridge) == (4, Fraction("4.5"))
    assert found.document.notes[0] == (
        "Of 2024 only July to December 2024 is in the books, so July to December 2025 can be held against "
        "it, and all of 2025 against nothing."
    )


def test_the_overview_of_such_a_year_tells_all_of_it_and_compares_its_like_half(book: OpenBook) -> None:
    """2025 cost (300 + 270) / 120 = 4.75; its second half 0.50 more than that of 2024."""
    found = glanced(book, **year("2025"))
    words = found.document.headline
    assert words.startswith("EUR 4.75 per contact in 2025, for the work done")
    assert "July to December 2025: 0.50 more than July to December 2024." in words
    told = {r.metric: r.change for r in found.seen.readings}["cost_per_contact"]
    assert told.startswith("+0.50 (+12.5%) against July to December 2024")
    assert told.endswith("(July to December 2025)")
    assert sum(m.change for m in found.seen.movers) == Decimal("0.50")
    assert [s.then for s in found.seen.shares] == [None]


def test_explore_holds_no_year_against_half_of_one(book: OpenBook) -> None:
    found = explored(book, "cost_per_contact", **year("2025"))
    assert (found.against, found.before) == (None, None)
    assert any(note.startswith("Of 2024 only July to December 2024 is in the books") for note in found.notes)


@pytest.mark.parametrize("page", ["/", "/explain", "/cost-map"])
def test_a_month_outside_the_books_names_the_months_there_are(halves: TestClient, page: str) -> None:
    told = halves.get(f"{page}?period=2019-05")
    assert told.status_code == 200
    assert "Contacts and cost are known from July 2024 to June 2026" in text(told.text)
    assert "<svg" not in told.text.partition("<main")[2].partition("</main")[0]


def test_days_left_out_of_a_month_are_told_with_the_cost_of_the_month(book: OpenBook) -> None:
    """Week 27 of 2026 is 29 June to 5 July: the 6.00 are for all of July, not for five days of it."""
    found = placed(book, start="2026-W27", end="2026-W27")
    assert found.document.notes[0] == (
        "1 to 5 July 2026 are left out: they have no contacts yet, and EUR 6.00 of the ledger is for "
        "July 2026."
    )
