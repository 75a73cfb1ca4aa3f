# SPDX-License-Identifier: Apache-2.0
"""What people read: text in a terminal, HTML, Markdown. Figures are whole, hostile texts are only texts."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from rich.cells import cell_len

from percontact.report.as_text import Page, page_of
from percontact.report.document import Document, Table, TableColumn
from percontact.report.forms import render
from percontact.report.frames import notebook_html
from percontact.report.statement import Statement
from percontact.report.words import DEMO_NOTE

Ask = Callable[..., Statement]

TINY = """\
One contact cost EUR 2.50 in 2026-06, basis used: EUR 10,000.00 / 4,000 handled
contacts.

                                           EUR per
Period    Channel   Cost, EUR   Contacts   contact
──────────────────────────────────────────────────
2026-06   voice     10,000.00      4,000      2.50
"""


def shown_total(s: Statement) -> str:
    assert s.total.cents is not None
    return f"{s.total.cents / 100:,.2f}"


def text(answer: Statement | Document, width: int = 80) -> str:
    return str(render(answer, "text", page=Page(width)))


def test_the_tiny_book_reads_as_it_should(tiny_statement: Statement) -> None:
    written = text(tiny_statement)
    assert written.startswith(TINY)
    said = (
        "Ledger 12,000.00 = assigned 10,000.00 + unused 2,000.00 + unassigned 0.00;\ndifference 0.00 (EUR)."
    )
    assert said in written
    assert "people.voice   12,000.00   10,000.00   2,000.00   30.00   hour" in written


@pytest.mark.parametrize("width", [80, 120])
def test_a_statement_fits_the_width(any_statement: Statement, width: int) -> None:
    assert [line for line in text(any_statement, width).splitlines() if cell_len(line) > width] == []


def test_where_room_is_short_texts_wrap_and_no_figure_is_cut(ask_rich: Ask) -> None:
    """30 columns: no table fits, yet each amount stands there whole."""
    s = ask_rich(by=("channel", "team"))
    written = text(s, 30)
    assert "…" not in written
    assert shown_total(s) in written
    long = Table(
        "Long", (TableColumn("a", "Name"), TableColumn("n", "N", "count")), (("word " * 30, 1_234_567),)
    )
    lines = text(Document("t", "h", (long,)), 40).splitlines()
    assert max(map(len, lines)) <= 40
    assert any("1,234,567" in line for line in lines)


def test_a_period_is_named_once_where_it_begins(ask_rich: Ask) -> None:
    lines = text(ask_rich(by=("channel",))).splitlines()
    assert [line[:7] for line in lines if re.match(r"2026-\d\d  ", line)] == ["2026-04", "2026-05", "2026-06"]


def test_unknown_and_undefined_are_said(ask_rich: Ask) -> None:
    written = text(ask_rich("EUR", "handle-minute", by=("team",), basis="full"))
    assert re.search(r"\(unknown\) .* -  ", written)
    assert "(unassigned)" in written


def test_cost_that_no_ledger_line_speaks_of_is_a_dash_not_zero(ask_rich: Ask) -> None:
    """No ledger line is for July 2026, contacts there are."""
    lines = text(ask_rich(start="2026-06-01", end="2026-08-01")).splitlines()
    july = next(line for line in lines if line.startswith("2026-07"))
    assert july.split() == ["2026-07", "-", "966", "-", "95%"]


def test_colour_is_for_terminals_and_only_headline_and_notes_have_it(ask_rich: Ask) -> None:
    s = ask_rich()
    plain, coloured = text(s), str(render(s, "text", page=Page(80, colour=True)))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain
    assert set(re.findall(r"\x1b\[(\d*)m", coloured)) == {"1", "2", "0"}


def test_no_colour_is_kept_to(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert page_of(terminal).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not page_of(terminal).colour
    assert page_of(io.StringIO()) == Page(80, colour=False)


def test_a_made_up_company_is_named_so_at_the_top_once(ask_rich: Ask) -> None:
    s = ask_rich()
    demo = replace(s, demo=True, notes=(DEMO_NOTE, *s.notes))
    for form in ("text", "md", "html"):
        written = str(render(demo, form))
        assert written.count(DEMO_NOTE) == 1
        assert written.index(DEMO_NOTE) < written.index("EUR per")


# -- hostile texts ------------------------------------------------------------------------------------------


def test_no_text_from_data_acts_on_a_terminal(hostile_statement: Statement) -> None:
    written = text(hostile_statement)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", written)
    assert r"two\nlines" in written
    assert r"\x1b[31mred" in written


def test_no_text_from_data_acts_on_a_page(hostile_statement: Statement) -> None:
    class Seen(HTMLParser):
        tags: set[str] = set()  # noqa: RUF012
        words = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.add(tag)
            assert not [
                name for name, _ in attrs if name.startswith("on") or name in ("src", "href", "style")
            ]

        def handle_data(self, data: str) -> None:
            self.words += data

    page = Seen()
    page.feed(str(render(hostile_statement, "html")))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.words
    assert "خدمة العملاء" in page.words
    assert "default-src 'none'" in str(render(hostile_statement, "html"))


def test_no_text_from_data_is_read_by_markdown(hostile_statement: Statement) -> None:
    table = str(render(hostile_statement, "md")).split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")]
    bars = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert len(bars) == 1
    assert r"\<script\>" in table
    assert r"a\|b\*c\*\[x\](y)\`" in table


def test_a_page_needs_nothing_else_and_a_notebook_gets_a_part_of_it(tiny_statement: Statement) -> None:
    page, part = str(render(tiny_statement, "html")), notebook_html(tiny_statement)
    assert page.startswith("<!doctype html>")
    assert not re.search(r"(https?:)?//|url\(|@import", page)
    assert "<html" not in part
    assert '<td class="number">2.50</td>' in part
    rules = re.findall(r"(?m)^\.?[^\s@}/][^{]*\{", part.split("<style>")[1].split("</style>")[0])
    assert all(selector.strip().startswith(".percontact") for rule in rules for selector in rule.split(","))


def test_a_document_with_no_rows_says_so() -> None:
    empty = Document("Imports", "No import yet.", (Table("Imports", (TableColumn("id", "Import"),), ()),))
    assert text(empty) == "No import yet.\n\n(none)\n"
    for form in ("md", "html", "csv", "json", "xlsx", "parquet"):
        assert render(empty, form)


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells, the table 2 columns"):
        Table("T", (TableColumn("a", "A"), TableColumn("b", "B")), (("x",),))
