# SPDX-License-Identifier: Apache-2.0
"""Cost map: no cent of the ledger is lost on its way, and each place opens down to its source rows."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.answers.exploring import explored
from percontact.answers.placing import placed, pool_opened
from percontact.pipeline import OpenBook
from percontact.report.explored import lines_table
from percontact.report.placed import BY
from percontact.report.placed_chart import flow_chart
from percontact.store.workspace import Workspace
from percontact.values.money import cents, from_pico
from percontact.values.problem import PercontactError

SPANS = [("2026-06", "2026-06"), ("2024-07", "2024-07"), ("2025-Q3", "2025-Q3"), ("2024-07", "2026-06")]


@pytest.fixture(scope="module")
def book(company: Path) -> OpenBook:
    return OpenBook(Workspace.open(company), keeps=True)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("span", SPANS)
def test_no_cent_is_lost_from_the_ledger_to_the_ends(book: OpenBook, span: tuple[str, str], by: str) -> None:
    """Ledger = into pools + into none; each pool gives what it got; ends sum to the ledger; to the pico."""
    found = placed(book, start=span[0], end=span[1], by=by)
    proof = found.statement.proof
    assert found.sums("pool") == found.sums("pool", incoming=True)
    assert found.sums("end", incoming=True).get("unused", 0) == proof.unused
    assert found.sums("end", incoming=True).get("unassigned", 0) == proof.unassigned
    exact = book.costed.reconciliation(found.span)
    assert sum(b.pico for b in found.bands if b.stage == "ledger") == exact.ledger
    assert sum(b.pico for b in found.bands if b.to in ("channel", "end")) == exact.ledger


@pytest.mark.parametrize("span", SPANS)
def test_pools_and_channels_have_the_cents_of_the_statement(book: OpenBook, span: tuple[str, str]) -> None:
    found = placed(book, start=span[0], end=span[1])
    question = replace(book.ask(start=span[0], end=span[1], by=["channel"]), grain="whole")
    statement = book.state(question)
    assert found.sums("channel", incoming=True) == {
        line.values[0]: line.cents for line in sorted(statement.rows, key=lambda x: -(x.cents or 0))
    }
    assert found.sums("pool") == {p.pool: p.cost for p in statement.pools if p.cost}


def test_a_span_within_a_month_is_mapped_by_its_whole_month(book: OpenBook) -> None:
    """Pools and rates are of months."""
    week = placed(book, start="2026-06-03", end="2026-06-09")
    assert week.bands == placed(book, start="2026-06", end="2026-06").bands
    assert "in June 2026" in week.document.headline


def test_the_picture_holds_the_same_amounts(book: OpenBook) -> None:
    found = placed(book, start="2026-06", end="2026-06")
    drawn = flow_chart(found, lambda stage, value: "").table
    total = sum(Decimal(str(x)) for x in drawn.column("amount"))
    # Each cent is drawn twice, into a pool and out of it, but for what no pool takes.
    direct = sum(b.pico for b in found.bands if b.stage == "ledger" and b.to == "end")
    assert total == from_pico(2 * book.costed.reconciliation(found.span).ledger - direct)


def test_what_no_rule_claims_is_an_end_of_its_own_with_its_lines(own_company: Path) -> None:
    """The rule for telephone carriers (7000, 7010, 7020) is taken out: their lines stand unassigned."""
    file = own_company / "policy.yaml"
    rules = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in rules if '"7000", "7010"' not in line), "utf-8")
    book = OpenBook(Workspace.open(own_company))
    found = placed(book, start="2026-06", end="2026-06")
    proof = found.statement.proof
    assert proof.unclaimed > 0
    assert found.sums("end", incoming=True)["unassigned"] == proof.unassigned == proof.unclaimed
    assert {line.account for line in found.unplaced} <= {"7000", "7010", "7020"}
    assert sum(line.cents for line in found.unplaced) == proof.unclaimed
    assert all(re.fullmatch(r"ledger\S*:\d+", line.source) for line in found.unplaced)
    opened = pool_opened(book, "(unassigned)", start="2026-06", end="2026-06")
    assert opened.lines == found.unplaced


@pytest.mark.parametrize("pool", ["people.voice_north", "telecom", "ai"])
def test_a_pool_is_the_sum_of_its_accounts_and_of_its_lines(book: OpenBook, pool: str) -> None:
    found = pool_opened(book, pool, start="2026-06", end="2026-06")
    assert found.line is not None
    assert found.whole == found.line.cost
    assert cents(sum(b.pico for b in found.ends), "EUR") == found.line.cost
    # Each amount is the cents of itself.
    assert abs(sum(amount for _, _, amount in found.accounts) - found.whole) * 2 <= len(found.accounts) + 1
    if found.lines_in_all == len(found.lines):
        assert abs(sum(line.cents for line in found.lines) - found.whole) * 2 <= len(found.lines) + 1


def test_a_ledger_line_and_an_account_show_what_was_posted(book: OpenBook) -> None:
    """Of the pool's own lines each is here whole: "in these months" and "of it here" are one amount."""
    for pool in ("telecom", "ai", "people.voice_north"):
        found = pool_opened(book, pool, start="2026-06", end="2026-06")
        own = [x for x in found.lines if abs(x.whole - x.cents) <= 1]
        assert own
        assert [x.whole for x in own] == [x.cents for x in own]


def test_a_channel_has_the_same_cents_on_every_page(book: OpenBook) -> None:
    """Its end on the map == its row of Overview's statement == its row of Explore == its own question."""
    months = ("2025-11", "2026-01", "2026-05", "2026-06")
    for month in months:
        found = placed(book, start=month, end=month)
        for channel, amount in found.sums("channel", incoming=True).items():
            alone = book.state(book.ask(start=month, end=month, where=[f"channel={channel}"]))
            assert alone.total.cents == amount
            by_channel = explored(book, "cost_per_contact", by=["channel"], start=month, end=month)
            table = lines_table(by_channel)
            costs = dict(zip(table.column("channel"), table.column("cost"), strict=True))
            assert round(costs[channel] * 100) == amount


def test_each_step_leads_down_to_the_source_row(app: TestClient) -> None:
    """Map -> pool -> account -> ledger line with its file and line."""
    whole = app.get("/cost-map?period=2026-06").text
    pool = "/cost-map?period=2026-06&amp;pool=people.voice_north"
    assert f'href="{pool}"' in whole
    account = re.findall(r'href="(/cost-map\?account=[^"]*)"', app.get(unescape(pool)).text)[0]
    lines = text(app.get(unescape(account)).text)
    assert re.search(r"ledger\S*:\d+", lines)
    assert 'href="/explain?channel=voice&amp;period=2026-06"' in whole


def test_the_page_says_that_all_of_the_ledger_found_its_place(app: TestClient, book: OpenBook) -> None:
    proof = placed(book, start="2026-06", end="2026-06").statement.proof
    whole = f"EUR {proof.ledger / 100:,.2f}"
    assert f"{whole} of {whole} of the ledger in June 2026 found its place." in text(
        app.get("/cost-map?period=2026-06").text
    )


def test_rules_stand_with_their_dates_and_reasons(book: OpenBook) -> None:
    """The AI agent was booked elsewhere until 2025-10-01: a rule with an end."""
    found = placed(book, start="2025-09", end="2025-09")
    table = next(t for t in found.document.tables if t.title == "Rules used")
    dated = [row for row in table.rows if row[4] is not None]
    assert [(str(row[2]), str(row[4])) for row in dated] == [("ai", "2025-10-01")]
    assert all(row[-1] for row in table.rows)


def test_filters_do_not_change_the_map_and_it_says_so(app: TestClient) -> None:
    page = text(app.get("/cost-map?period=2026-06&channel=voice").text)
    assert "never where cost goes" in page
    assert (
        app.get("/cost-map.csv?period=2026-06&channel=voice").text
        == app.get("/cost-map.csv?period=2026-06").text
    )


def test_an_unknown_pool_is_answered_with_near_ones(book: OpenBook) -> None:
    with pytest.raises(PercontactError, match=r"people\.voice_north"):
        pool_opened(book, "people.voice_nort")
    with pytest.raises(PercontactError, match="category, account"):
        placed(book, by="colour")


def test_the_map_offers_no_filter_that_would_change_nothing_and_keeps_those_of_other_pages(
    app: TestClient,
) -> None:
    page = app.get("/cost-map?period=2026-06&channel=voice&compare=last-year").text
    assert '<select name="channel"' not in page
    assert '<select name="compare"' not in page
    assert '<input type="hidden" name="channel" value="voice">' in page
    assert '<input type="hidden" name="compare" value="last-year">' in page


def test_cost_of_months_without_contacts_found_no_place(book: OpenBook) -> None:
    """The demo prepays licences beyond its last contacts: a rule claims them, but no work is there."""
    last = max(book.costed.ledger_months)
    assert last not in book.months()
    found = placed(book, start=f"{last:%Y-%m}", end=f"{last:%Y-%m}")
    whole = f"EUR {found.statement.proof.ledger / 100:,.2f}"
    assert found.document.headline.startswith(f"EUR 0.00 of {whole} of the ledger in ")
    assert f"and {whole} is assigned to nothing." in found.document.headline
