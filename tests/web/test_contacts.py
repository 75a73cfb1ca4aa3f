# SPDX-License-Identifier: Apache-2.0
"""Single contacts with their cost, and one priced line by line, down to the row it was read from."""

import html
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

import percontact.answers.contacts as answers
from percontact.answers.contacts import listed_contacts, opened_contact
from percontact.costing.contact_lines import contact_lines
from percontact.people.pseudonyms import pseudonym
from percontact.pipeline import OpenBook, land
from percontact.records.book import Settings
from percontact.report.one_contact import lines_table, one_contact_document
from percontact.store.workspace import Workspace
from percontact.values.problem import PercontactError
from percontact.web import make_app

LIST = "/explore/contacts"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def book(company: Path) -> OpenBook:
    return OpenBook(Workspace.open(company))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """
    ledger    2026-06  telephony  100.00 EUR, textbook policy
    contacts  a/1  voice  reason <script>alert(1)</script>  agent Ada
              =b2  voice  reason fault                      agent Bob
    """
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "contacts.csv").write_text(
        "contact_id,started_at,channel,reason,agent,handle_s,case_id\n"
        f'a/1,2026-06-03 09:00:00,voice,"{SCRIPT}",Ada,60,k1\n'
        "=b2,2026-06-03 10:00:00,voice,fault,Bob,180,k1\n"
    )
    (folder / "ledger.csv").write_text(
        "line_id,account,amount,currency,period_start,period_end\nl1,6000,100.00,EUR,2026-06-01,2026-07-01\n"
    )
    workspace = Workspace.create(folder / "books", Settings(currency="EUR", timezone="UTC"))
    for table in ("contacts", "ledger"):
        land(workspace, table, folder / f"{table}.csv")
    with TestClient(make_app(folder / "books"), base_url="http://127.0.0.1") as client:
        yield client


def rows(app: TestClient, query: str) -> list[dict[str, object]]:
    return list(json.loads(app.get(f"{LIST}.json?{query}").text)["contacts"])


# -- the list ------------------------------------------------------------------------------------------------


def test_the_dearest_contacts_come_first(app: TestClient) -> None:
    costs = [Decimal(x["cost"]) for x in rows(app, "period=2026-06")]
    assert len(costs) == 50
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize(("sort", "column", "down"), [
    ("started_at", "started_at", False), ("-started_at", "started_at", True), ("handle_s", "handle_s", False),
    ("cost", "cost", False),
])  # fmt: skip
def test_contacts_stand_in_the_order_asked_for(app: TestClient, sort: str, column: str, down: bool) -> None:
    values = [x[column] for x in rows(app, f"period=2026-06&sort={sort}") if x[column] is not None]
    known = values if column == "started_at" else [Decimal(str(v)) for v in values]
    assert known == sorted(known, reverse=down)


def test_pages_and_files_together_hold_each_contact_once(app: TestClient) -> None:
    query = "period=2026-06&channel=email&sort=started_at"
    whole = [x["contact_id"] for x in rows(app, f"{query}&rows=10000")]
    pages = []
    for page in range(1, -(-len(whole) // 50) + 1):
        pages += [x["contact_id"] for x in rows(app, f"{query}&page={page}")]
    assert pages == whole
    assert len(set(whole)) == len(whole)


def test_all_contacts_of_a_month_cost_what_the_month_cost(app: TestClient) -> None:
    """Law: sum over single contacts == the total of Explore."""
    found = json.loads(app.get(f"{LIST}.json?period=2026-06&rows=10000").text)
    total = json.loads(app.get("/explore.json?period=2026-06").text)["total"]
    assert sum(Decimal(x["cost"]) for x in found["contacts"]) == Decimal(found["cost_in_all"])
    assert abs(Decimal(found["cost_in_all"]) - Decimal(total["cost"])) < Decimal("0.000001")


@pytest.mark.parametrize(("query", "says"), [
    ("sort=mood", "There is no such order"), ("page=9999", "There is no page 9999"),
    ("rows=10001", "10,001 rows at once"), ("page=0", "no whole number from 1"), ("channel=voise", "voice"),
])  # fmt: skip
def test_what_cannot_be_listed_is_said(app: TestClient, query: str, says: str) -> None:
    page = app.get(f"{LIST}?period=2026-06&{query}")
    assert page.status_code == 400
    assert says.lower() in html.unescape(page.text).lower()


def test_more_contacts_than_a_page_can_price_are_refused_with_the_way_to_all_of_them(
    book: OpenBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", 10)
    with pytest.raises(PercontactError) as told:
        listed_contacts(book, start="2026-06", end="2026-06")
    assert told.value.problem.code == "E-ARG-03"
    assert "percontact contacts -o contacts.parquet" in told.value.problem.do


# -- one contact ---------------------------------------------------------------------------------------------


def test_the_lines_of_a_contact_sum_to_what_it_costs_in_any_list(book: OpenBook) -> None:
    """Law, to the pico: of dear and cheap ones, transferred ones among them."""
    found = listed_contacts(book, start="2026-06", end="2026-06", rows=10_000)
    costs = dict(zip(found.ids, found.document.tables[0].column("cost"), strict=True))
    transferred = [
        i for (i,) in book.costed.con.execute(
            f"SELECT DISTINCT contact_id FROM {book.book.relation('handlings', ['contact_id', 'month'])} "
            "WHERE month = DATE '2026-06-01' ORDER BY 1 LIMIT 10"
        ).fetchall()
    ]  # fmt: skip
    assert transferred
    for one in [*found.ids[::60], *(i for i in transferred if i in costs)]:
        priced = contact_lines(book.costed, one)
        assert priced is not None
        assert Decimal(priced.pico).scaleb(-12) == costs[one]


def test_quantity_times_rate_is_rounded_by_itself_and_a_note_says_what_that_leaves(book: OpenBook) -> None:
    """Each amount is the cents of its own product, the cost those of the exact sum of all."""
    told = 0
    for one in listed_contacts(book, start="2026-06", end="2026-06", rows=200).ids[::10]:
        found = opened_contact(book, one)
        table = lines_table(found)
        assert table.column("amount") == [round(Decimal(x.pico).scaleb(-10)) for x in found.priced.lines]
        left = table.total[-1] - sum(table.column("amount"))
        assert bool(left) == ("rounded by itself" in table.note)
        told += bool(left)
    assert told


def test_a_contact_of_the_textbook_is_all_cost_by_all_contacts(hostile: TestClient) -> None:
    """100.00 EUR / 2 contacts = 50.00 each."""
    page = json.loads(hostile.get(f"{LIST}/{quote('a/1', safe='')}.json").text)
    assert page["cost"] == "50.000000000000"
    assert [line["quantity"] for line in page["lines"]] == ["1"]


def test_an_id_with_a_slash_or_an_equals_sign_opens(hostile: TestClient) -> None:
    listed = hostile.get(f"{LIST}?period=2026-06").text
    links = [html.unescape(a) for a in re.findall(r'<th scope="row"><a href="([^"]+)"', listed)]
    assert len(links) == 2
    assert all(hostile.get(a).status_code == 200 for a in links)


def test_the_source_line_is_shown_to_who_may_import_and_its_place_to_others(hostile: TestClient) -> None:
    desk = hostile.app.state.desk
    book = desk.opened().book
    told = json.dumps(one_contact_document(opened_contact(book, "=b2")).data)
    assert "contacts.csv:3" in told
    assert "10:00:00,voice,fault" not in told
    shown = hostile.get(f"{LIST}/{quote('=b2', safe='')}").text
    assert "=b2,2026-06-03 10:00:00,voice,fault,Bob,180,k1" in html.unescape(shown)


def test_other_contacts_of_its_case_are_a_click_away(hostile: TestClient) -> None:
    page = hostile.get(f"{LIST}/{quote('a/1', safe='')}").text
    assert f'href="{LIST}/%3Db2"' in page


def test_below_manager_an_agent_is_a_pseudonym_in_the_list_and_on_the_contact(book: OpenBook) -> None:
    listed = listed_contacts(book, start="2026-06", end="2026-06", where=["actor=agent"])
    one = listed.ids[0]
    name = str(listed.document.tables[0].column("agent")[0])
    masked = listed_contacts(
        book, start="2026-06", end="2026-06", where=["actor=agent"], agents_by_name=False
    )
    opened = one_contact_document(opened_contact(book, one, agents_by_name=False))
    for document in (masked.document, opened):
        assert name not in repr(document)
        assert pseudonym(book.workspace.key, name) in repr(document)


@pytest.mark.parametrize("form", ["", ".json"])
def test_a_contact_that_is_not_there_is_told_in_four_parts(app: TestClient, form: str) -> None:
    page = app.get(f"{LIST}/c-nobody{form}")
    assert page.status_code == 404
    assert "here is no contact" in page.text
    assert "Look for it among the contacts of its month" in page.text


def test_script_in_a_reason_or_in_a_source_row_is_text(hostile: TestClient) -> None:
    for address in (
        f"{LIST}?period=2026-06",
        f"{LIST}/{quote('a/1', safe='')}",
        "/explore?period=2026-06&by=reason",
    ):
        page = hostile.get(address)
        assert page.status_code == 200
        assert SCRIPT not in page.text
        assert html.escape(SCRIPT, quote=False) in page.text


def test_a_formula_in_an_id_is_no_formula_in_the_file(hostile: TestClient) -> None:
    assert "\n=b2" not in hostile.get(f"{LIST}.csv?period=2026-06").text


def test_a_slice_of_a_team_says_whose_part_it_is_and_what_the_contact_cost_in_all(book: OpenBook) -> None:
    """
    A call handed over: the part of the team that took it, beside what all of it cost, as on its own page.
    """
    found = listed_contacts(book, start="2026-06", end="2026-06", where=["team=Specialists"], rows=200)
    table = found.document.tables[0]
    headers = {c.name: c.header for c in table.columns}
    assert headers["cost"] == "Cost of Specialists' part, EUR"
    assert headers["whole"] == "Whole cost, EUR"
    assert f"{found.in_all:,} contacts worked on" in found.document.headline
    handed = [i for i, team in enumerate(table.column("team")) if team != "Specialists"]
    assert handed
    for i in handed[::8]:
        priced = opened_contact(book, found.ids[i]).priced
        own = {row for row, s in priced.stretches.items() if s.said.get("team") == "Specialists"}
        part = sum(line.pico for line in priced.lines if line.row_id in own)
        assert table.column("cost")[i] == Decimal(part).scaleb(-12)
        assert table.column("whole")[i] == Decimal(priced.pico).scaleb(-12)
        assert part < priced.pico


def test_a_slice_of_no_team_has_one_cost(book: OpenBook) -> None:
    table = listed_contacts(book, start="2026-06", end="2026-06", where=["channel=voice"]).document.tables[0]
    assert [c.header for c in table.columns if c.kind == "value"] == ["Cost, EUR"]


def test_each_rate_of_a_contact_leads_to_its_pool_on_the_cost_map(app: TestClient, book: OpenBook) -> None:
    one = listed_contacts(book, start="2026-06", end="2026-06", rows=1).ids[0]
    page = html.unescape(app.get(f"{LIST}/{one}").text)
    links = re.findall(r'href="(/cost-map\?[^"]+)"', page)
    pools = {line.pool for line in opened_contact(book, one).priced.lines}
    assert {
        pool for pool in pools if any(f"pool={pool}" in a and "period=2026-" in a for a in links)
    } == pools
    assert all(app.get(a).status_code == 200 for a in links)
